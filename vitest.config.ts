import { defineConfig } from 'vitest/config';

export default defineConfig({
  define: { FMRELEASE_VERSION: JSON.stringify('0.0.0-test') },
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['**/node_modules/**', 'test/real/**'], // these need a real server: npm run test:s3
    disableConsoleIntercept: true,
    testTimeout: 180_000,
    hookTimeout: 240_000,
    maxWorkers: 2,
  },
});

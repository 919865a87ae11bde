import { defineConfig, mergeConfig } from 'vitest/config';
import base from './vitest.config.ts';

/** What `npm run test:s3` runs: the suite that needs a real S3 server, which scripts/test-s3.mjs names in the environment. */
export default mergeConfig(
  { ...base, test: { ...base.test, include: [], exclude: [] } },
  defineConfig({
    test: { include: ['test/real/**/*.test.ts'], testTimeout: 240_000, hookTimeout: 240_000 },
  }),
);

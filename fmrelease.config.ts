import { defineConfig } from 'fmrelease';

// The worked example of this repository: `npm run demo` publishes it. Three adapters, two base model signatures.
export default defineConfig({
  matrix: 'fmrelease.matrix.json',
  support: { iOS: '>=26.0', macOS: '>=26.0' },
  channels: ['stable', 'beta'],
  targets: {
    local: {
      kind: 'directory',
      path: '.fmrelease/cdn',
      publicUrl: 'http://127.0.0.1:8787/',
      hosting: 'unmanaged',
    },
  },
});

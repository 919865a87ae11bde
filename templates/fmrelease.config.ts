import { defineConfig } from 'fmrelease';

export default defineConfig({
  // The reviewed map from OS versions and system models to adapters. A glob such as 'matrix/*.json' also works.
  matrix: 'fmrelease.matrix.json',

  // OS versions that the app runs on. Coverage is proved over these, so keep them equal to the app's deployment targets.
  support: { iOS: '>=26.0', macOS: '>=26.0' },

  // Channels that may be published. Any other name is refused.
  channels: ['stable'],

  targets: {
    // A folder that any static server or CDN origin can serve. `fmrelease serve` serves it here.
    local: {
      kind: 'directory',
      path: '.fmrelease/cdn',
      publicUrl: 'http://127.0.0.1:8787/',
      hosting: 'unmanaged', // the app's BADownloaderExtension reads our manifest and unpacks
    },
  },
});

#!/usr/bin/env node
// `npm run demo`: the whole road once, on real sizes. Writes three sample exports of 133 MB, registers them, plans,
// publishes to a folder, serves that folder, verifies what is served, asks for six devices, audits. The second run
// finds nothing to do. Everything it writes is ignored by git: adapters/ and .fmrelease/ (about 1.2 GB).
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { bootstrap, root } from './bootstrap.mjs';

const OS_26 = '9799725ff8e851184037110b422d891ad3b92ec1'; // the one signature that toolkit 26.0.0 makes
const INVENTED = '0f0f0f0de300000000000000000000000000de30'; // invented for this demo: no Apple model carries it

const EXPORTS = [
  { name: 'summarizer', signature: OS_26, seed: 1, build: '1.5.0' },
  { name: 'translator', signature: OS_26, seed: 2, build: '1.2.0' },
  { name: 'tagger', signature: INVENTED, seed: 3, build: '0.9.0' },
];

const DEVICES = [
  ['summarizer', '--platform', 'iOS', '--os', '26.1'],
  ['summarizer', '--platform', 'macOS', '--os', '26.4.1', '--signature', 'fmadapter-summarizer-9799725'],
  ['translator', '--platform', 'iOS', '--os', '26.6'],
  ['tagger', '--platform', 'iOS', '--os', '26.6'],
  ['summarizer', '--platform', 'iOS', '--os', '27.0', '--variant', 'core3'],
  ['summarizer', '--platform', 'visionOS', '--os', '26.0'],
];

bootstrap();
const started = performance.now();
await writeExports();
title('Read one export, as it comes from the toolkit');
fmrelease('adapter', 'inspect', 'adapters/summarizer.fmadapter');
title('Register the three exports; the matrix that is checked in already lists them');
for (const { name, build } of EXPORTS)
  fmrelease('adapter', 'add', `adapters/${name}.fmadapter`, '--build', build);
title('What would publishing change?');
fmrelease('plan');
title('Publish: packs first, the log entry is the commit, the manifest follows');
fmrelease('publish', '--yes', '--quiet', '--message', 'demo');
title('Serve the folder and verify it over HTTP, every byte');
await verifyServed();
title('What do six devices get?');
for (const [adapter, ...device] of DEVICES) fmrelease('resolve', '--adapter', adapter, ...device);
title('What has gone stale?');
fmrelease('audit');
console.log(
  `\nDone in ${((performance.now() - started) / 1000).toFixed(1)} s. Run it again: nothing is left to publish.`,
);

async function writeExports() {
  const { writeSampleAdapter } = await import('./sample-adapter.mjs');
  for (const { name, signature, seed } of EXPORTS) {
    if (existsSync(join(root, 'adapters', `${name}.fmadapter`, 'metadata.json'))) continue;
    console.log(`Writing a sample export of 133 MB: adapters/${name}.fmadapter`);
    writeSampleAdapter({ out: join(root, 'adapters'), name, signature, seed });
  }
}

function title(text) {
  console.log(`\n── ${text}`);
}

function fmrelease(...args) {
  console.log(
    `$ fmrelease ${args.map((word) => (/[\s"]/.test(word) ? JSON.stringify(word) : word)).join(' ')}`,
  );
  const { status } = spawnSync(process.execPath, [join(root, 'bin/run.js'), ...args], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: demoEnvironment(),
  });
  if (status !== 0) process.exit(status ?? 1);
}

/** Serves on the port of publicUrl while the published bytes are verified; without that port, the store is read. */
async function verifyServed() {
  const server = spawn(process.execPath, [join(root, 'bin/run.js'), 'serve', '--quiet'], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: demoEnvironment(),
  });
  const up = await Promise.race([
    once(server.stdout, 'data').then(() => true),
    once(server, 'exit').then(() => false),
  ]);
  try {
    if (!up) console.log('The port of publicUrl is taken, so the folder is read instead.');
    else console.log('$ fmrelease serve &');
    fmrelease('verify', '--full', '--quiet', '--from', up ? 'edge' : 'origin');
  } finally {
    server.kill();
  }
}

function demoEnvironment() {
  const {
    NODE_EXTRA_CA_CERTS: _,
    FMRELEASE_TARGET: __,
    FMRELEASE_CHANNEL: ___,
    FMRELEASE_CONFIG: ____,
    ...env
  } = process.env;
  return { ...env, CI: '' };
}

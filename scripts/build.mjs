#!/usr/bin/env node
// Builds everything that is derived: types and validators from schemas/, declarations, bundles, oclif manifest.
// Prints one line per step with its time. Run it again after any change; it is safe to interrupt.
import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { bundle } from './bundle.mjs';
import { writeCommandManifest } from './command-manifest.mjs';
import { generateFromSchemas } from './generate-from-schemas.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));

async function step(name, act) {
  const start = performance.now();
  await act();
  console.error(`build: ${name} (${Math.round(performance.now() - start)} ms)`);
}

await step('types and validators from schemas/', () => generateFromSchemas(root));
await step('type check and declarations', () =>
  execFileSync(process.execPath, [`${root}/node_modules/typescript/bin/tsc`, '-p', 'tsconfig.build.json'], {
    cwd: root,
    stdio: 'inherit',
  }),
);
await step('type check of the report page', () =>
  execFileSync(process.execPath, [`${root}/node_modules/typescript/bin/tsc`, '-p', 'src/report/page'], {
    cwd: root,
    stdio: 'inherit',
  }),
);
await step('bundles', () => {
  for (const part of ['chunks', 'commands', 'report', 'resolve', 'src'])
    rmSync(`${root}/dist/${part}`, { recursive: true, force: true });
  return bundle(root);
});
await step('command manifest', () => writeCommandManifest(root));

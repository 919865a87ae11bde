#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import * as module from 'node:module';

// Asking for the version must not load the command shell: it is what scripts do first.
const argv = process.argv.slice(2);
if (argv[0] === '--version' && argv.length === 1) {
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  process.stdout.write(`fmrelease ${version}\n`);
} else {
  module.enableCompileCache?.();
  const { main } = await import('../dist/src/cli/main.js');
  await main(argv, new URL('..', import.meta.url));
}

import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';
import { findPackTool } from '../../../src/pack/ba-package/find.ts';
import type { PackTool } from '../../../src/pack/ba-package/tool.ts';

/** Makes a program of the stand-in in a folder, and returns its path. */
export function installStandIn(folder: string, name = 'ba-package'): string {
  const path = join(folder, name);
  bundled ??= buildSync({
    entryPoints: [fileURLToPath(new URL('main.ts', import.meta.url))],
    write: false,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    banner: { js: `#!${process.execPath}` },
    logLevel: 'error',
  }).outputFiles[0]?.text;
  writeFileSync(path, bundled ?? '');
  chmodSync(path, 0o755);
  return path;
}

let bundled: string | undefined;

/** Finds the stand-in as the product would, and lets it be silent for a shorter time. */
export const openStandIn = async (path: string, stallMs = 20_000): Promise<PackTool> => ({
  ...(await findPackTool({ FMRELEASE_BA_PACKAGE: path }, 'A test')),
  stallMs,
});

/** The arguments of every run that was logged. */
export const readRuns = (log: string): readonly (readonly string[])[] =>
  readFileSync(log, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => {
      const words: readonly string[] = JSON.parse(line);
      return words;
    });

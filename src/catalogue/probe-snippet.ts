import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ReleaseError } from '../errors.ts';

/**
 * Returns the Swift that asks a device which base model it has, as `templates/probe.swift` holds it.
 *
 * @param packageRoot - where fmrelease itself is installed
 * @param file - the probe that was named beside it, if any
 * @throws ReleaseError `USAGE` where a probe was named too
 */
export async function readProbeSnippet(packageRoot: string, file: string | undefined): Promise<string> {
  if (file === undefined) return readFile(join(packageRoot, 'templates', 'probe.swift'), 'utf8');
  throw new ReleaseError(
    'USAGE',
    `--snippet prints the Swift of a probe, but "${file}" was to be imported.`,
    {
      fix: `Leave out --snippet to import "${file}".`,
    },
  );
}

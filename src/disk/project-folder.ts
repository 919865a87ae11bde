import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sweepAsides } from './aside.ts';
import { writeFileAtomically } from './atomic-write.ts';

/** The folder of a project that holds caches and locks, never intent. */
export const PROJECT_FOLDER = '.fmrelease';

/** Makes a project's folder, which keeps itself out of version control, and clears what dead processes left in it. */
export async function prepareProjectFolder(folder: string): Promise<void> {
  const ignore = join(folder, '.gitignore');
  const known = await readFile(ignore, 'utf8').catch(() => undefined);
  if (known === undefined) await writeFileAtomically(ignore, '*\n');
  await sweepAsides(folder);
}

import { existsSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';

/**
 * The folder that code scanning and annotations count paths from: the checkout of the CI where the project lies in it,
 * else the git repository around the project, else the working directory.
 *
 * @param root - the folder of the project
 * @param workspace - the checkout as the CI names it; null outside of one
 */
export function repositoryRoot(root: string, workspace: string | null): string {
  if (workspace !== null && isWithin(resolve(root), resolve(workspace))) return resolve(workspace);
  for (let folder = resolve(root); ; folder = dirname(folder)) {
    if (existsSync(join(folder, '.git'))) return folder;
    if (folder === dirname(folder)) return process.cwd();
  }
}

const isWithin = (folder: string, parent: string): boolean => {
  const way = relative(parent, folder);
  return way === '' || (way !== '..' && !way.startsWith(`..${sep}`) && resolve(parent, way) === folder);
};

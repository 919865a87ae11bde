import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CONFIG_FILES } from '../config/load.ts';
import { writeFileAtomically } from '../disk/atomic-write.ts';
import { writeJson } from '../json/write.ts';
import { EMPTY_MATRIX } from '../matrix/change-files.ts';

/** What was written and what was kept, relative to the project. */
export interface InitResult {
  readonly written: readonly string[];
  readonly kept: readonly string[];
}

/** Writes what is missing of a config and a matrix. A config of any format counts as there; `force` replaces both. */
export async function initProject(
  root: string,
  { packageRoot, force }: { readonly packageRoot: string; readonly force: boolean },
): Promise<InitResult> {
  const written: string[] = [];
  const kept: string[] = [];
  const config = CONFIG_FILES.find((name) => existsSync(join(root, name))) ?? CONFIG_FILE;
  const files = [
    {
      name: force ? CONFIG_FILE : config,
      content: await readFile(join(packageRoot, 'templates', CONFIG_FILE), 'utf8'),
    },
    { name: 'fmrelease.matrix.json', content: writeJson(EMPTY_MATRIX) },
  ];
  for (const { name, content } of files) {
    if (existsSync(join(root, name)) && !force) {
      kept.push(name);
      continue;
    }
    await writeFileAtomically(join(root, name), content);
    written.push(name);
  }
  return { written, kept };
}

const CONFIG_FILE = 'fmrelease.config.ts';

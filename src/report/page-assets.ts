import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** The script and the style of the page, as the build bundled them. */
export interface PageAssets {
  readonly script: string;
  readonly style: string;
}

/** Reads the bundled script and style from where fmrelease is installed. */
export async function readPageAssets(packageRoot: string): Promise<PageAssets> {
  const [script, style] = await Promise.all(
    ['page.js', 'page.css'].map((name) => readFile(join(packageRoot, 'dist', 'report', name), 'utf8')),
  );
  return { script: script ?? '', style: style ?? '' };
}

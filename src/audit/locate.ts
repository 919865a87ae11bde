import { readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import type { Config } from '../config/config.ts';
import { readMatrixFiles } from '../matrix/files.ts';
import type { Finding } from '../model/finding.ts';
import { SUBJECTS } from './subjects.ts';

/** Where a person looks first to mend a finding: a file relative to the repository, with `/`, and a line from 1. */
export interface Place {
  readonly file: string;
  readonly line: number;
}

/** A finding with the place that it is shown at. */
export interface PlacedFinding<Found extends Finding = Finding> {
  readonly finding: Found;
  readonly place: Place;
}

/** The texts that places point into: the matrix files, then the config. */
interface Texts {
  readonly matrix: readonly { readonly file: string; readonly lines: readonly string[] }[];
  readonly config: { readonly file: string; readonly lines: readonly string[] };
}

/**
 * Finds the line that each finding is about: the adapter, build or system model in its matrix file; for what no file
 * names, such as a channel, the config. A matrix that cannot be read leaves the config alone.
 *
 * @param repository - the folder that the files of places are relative to
 */
export async function locateFindings<Found extends Finding>(
  findings: readonly Found[],
  { root, matrix, file }: Pick<Config, 'root' | 'matrix' | 'file'>,
  repository: string,
): Promise<readonly PlacedFinding<Found>[]> {
  const read = async (path: string) => ({
    file: relative(repository, join(root, path)).split('\\').join('/'),
    lines: (await readFile(join(root, path), 'utf8').catch(() => '')).split('\n'),
  });
  const files = await readMatrixFiles(root, matrix).catch(() => []);
  const texts: Texts = {
    matrix: await Promise.all(files.map(({ path }) => read(path))),
    config: await read(file),
  };
  return findings.map((finding) => ({ finding, place: placeOf(finding, texts) }));
}

function placeOf({ code, subject }: Finding, texts: Texts): Place {
  const { kind } = SUBJECTS[code];
  if (kind === 'config') return inConfig(texts, 'waive');
  if (kind === 'channel') return inConfig(texts, 'targets');
  const [name = '', version] = subject.split(' ');
  const words = [packIdName(subject), name.replace(/,$/, ''), subject];
  for (const { file, lines } of texts.matrix) {
    const found = words.map((word) => lineOfKey(lines, word)).find((index) => index !== -1);
    if (found === undefined) continue;
    const build = version === undefined ? -1 : lineOfVersion(lines, found, version);
    return { file, line: (build === -1 ? found : build) + 1 };
  }
  return inConfig(texts, 'targets');
}

/** `summarizer` of `fmadapter-summarizer-9799725`, also at the end of a key of the store. */
const packIdName = (subject: string): string => /fmadapter-(\w+)-[0-9a-f]{7}$/.exec(subject)?.[1] ?? subject;

/** The line that defines a name: as a key of an object, or as the `id` of a system model. */
function lineOfKey(lines: readonly string[], name: string): number {
  const key = `${JSON.stringify(name)}: {`;
  const id = `"id": ${JSON.stringify(name)}`;
  return lines.findIndex((line) => {
    const text = line.replace(/"\s*:\s*/, '": ');
    return text.includes(key) || text.includes(id);
  });
}

function lineOfVersion(lines: readonly string[], from: number, version: string): number {
  const wanted = new RegExp(
    `"version"\\s*:\\s*${JSON.stringify(version).replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}`,
  );
  return lines.findIndex((line, index) => index >= from && wanted.test(line));
}

function inConfig({ config: { file, lines } }: Texts, word: string): Place {
  const index = lines.findIndex((line) => new RegExp(`\\b${word}\\b`).test(line));
  return { file, line: Math.max(index, 0) + 1 };
}

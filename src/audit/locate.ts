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
  readonly matrix: readonly MatrixText[];
  readonly config: Text;
}

interface Text {
  readonly file: string;
  readonly lines: readonly string[];
}

/** A matrix file, and the line (from 0) that defines each name: as a key of an object, or as the `id` of a row. */
interface MatrixText extends Text {
  readonly definedAt: ReadonlyMap<string, number>;
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
  if (findings.length === 0) return [];
  const read = async (path: string): Promise<Text> => ({
    file: relative(repository, join(root, path)).split('\\').join('/'),
    lines: (await readFile(join(root, path), 'utf8').catch(() => '')).split('\n'),
  });
  const files = await readMatrixFiles(root, matrix).catch(() => []);
  const texts: Texts = {
    matrix: (await Promise.all(files.map(({ path }) => read(path)))).map((text) => ({
      ...text,
      definedAt: definitionsOf(text.lines),
    })),
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
  for (const { file, lines, definedAt } of texts.matrix) {
    const found = words.map((word) => definedAt.get(word)).find((index) => index !== undefined);
    if (found === undefined) continue;
    const build = version === undefined ? -1 : lineOfVersion(lines, found, version);
    return { file, line: (build === -1 ? found : build) + 1 };
  }
  return inConfig(texts, 'targets');
}

/** `summarizer` of `fmadapter-summarizer-9799725`, also at the end of a key of the store. */
const packIdName = (subject: string): string => /fmadapter-(\w+)-[0-9a-f]{7}$/.exec(subject)?.[1] ?? subject;

/** One pass over the lines, since an audit may have thousands of findings. The first line that defines a name counts. */
function definitionsOf(lines: readonly string[]): ReadonlyMap<string, number> {
  const definedAt = new Map<string, number>();
  lines.forEach((line, index) => {
    for (const [, key, id] of line.matchAll(DEFINITION)) {
      const name = unquote(key ?? id ?? '""');
      if (!definedAt.has(name)) definedAt.set(name, index);
    }
  });
  return definedAt;
}

function unquote(quoted: string): string {
  try {
    return String(JSON.parse(quoted));
  } catch {
    return quoted.slice(1, -1); // no JSON, so no name that a matrix could have
  }
}

/** The line of a build within the object that begins at `from`, or -1: another adapter may have that version too. */
function lineOfVersion(lines: readonly string[], from: number, version: string): number {
  const wanted = new RegExp(
    `"version"\\s*:\\s*${JSON.stringify(version).replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}`,
  );
  const depth = indentOf(lines[from] ?? '');
  for (let index = from; index < lines.length; index++) {
    const line = lines[index] ?? '';
    if (wanted.test(line)) return index;
    if (index > from && line.trim() !== '' && indentOf(line) <= depth) return -1;
  }
  return -1;
}

const indentOf = (line: string): number => line.length - line.trimStart().length;

function inConfig({ config: { file, lines } }: Texts, word: string): Place {
  const index = lines.findIndex((line) => new RegExp(`\\b${word}\\b`).test(line));
  return { file, line: Math.max(index, 0) + 1 };
}

const DEFINITION = /("(?:[^"\\]|\\.)*")\s*:\s*\{|"id"\s*:\s*("(?:[^"\\]|\\.)*")/g;

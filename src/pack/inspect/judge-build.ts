import { shortDigest, treeDigest } from '../../model/digest.ts';
import { errorFinding, type Finding } from '../../model/finding.ts';
import type { InspectedEntry } from './read-contents.ts';

/** A registered build that the pack claims to be. `files` are those that lie at its path now, or null. */
export interface ClaimedBuild {
  readonly adapter: string;
  readonly build: string;
  readonly digest: string;
  readonly files: readonly { readonly path: string; readonly sizeBytes: number }[] | null;
}

/**
 * Returns what distinguishes a pack's files from every build that it could be: nothing when one of them has exactly
 * these. Without digests, paths and sizes alone are compared. Pure.
 */
export function judgeBuild(
  subject: string,
  entries: readonly InspectedEntry[],
  builds: readonly ClaimedBuild[],
): readonly Finding[] {
  const [newest] = builds;
  if (newest === undefined) return [];
  const digest = digestOf(entries);
  if (digest !== undefined && builds.some((build) => build.digest === digest)) return [];
  const candidates = builds.map((build) => ({ build, differences: compare(entries, build) }));
  if (digest === undefined && candidates.some(({ differences }) => differences.length === 0)) return [];
  const nearest = candidates.reduce((a, b) => (b.differences.length < a.differences.length ? b : a));
  const { adapter, build, digest: expected } = nearest.build;
  const fix = `Build the pack again: \`fmrelease pack ${adapter}\`, or register what it holds as a build of its own.`;
  const finding = (message: string): Finding => errorFinding('pack-differs', { subject, message, fix });
  if (nearest.differences.length === 0)
    return digest === undefined
      ? []
      : [
          finding(
            `The files have the digest ${shortDigest(digest)}, expected ${shortDigest(expected)} of build ${build} of "${adapter}".`,
          ),
        ];
  return nearest.differences
    .slice(0, MOST_TOLD)
    .map((difference) => finding(`${difference} build ${build} of "${adapter}".`));
}

function digestOf(entries: readonly InspectedEntry[]): string | undefined {
  const files = entries.flatMap(({ path, sizeBytes, sha256 }) =>
    sha256 === null ? [] : [{ path, sizeBytes, sha256 }],
  );
  return files.length === entries.length ? treeDigest(files) : undefined;
}

function compare(entries: readonly InspectedEntry[], { files }: ClaimedBuild): readonly string[] {
  if (files === null) return [];
  const has = new Map(entries.map(({ path, sizeBytes }) => [path, sizeBytes]));
  const wants = new Map(files.map(({ path, sizeBytes }) => [path, sizeBytes]));
  return [
    ...files.filter(({ path }) => !has.has(path)).map(({ path }) => `"${path}" is missing: it is a file of`),
    ...entries.filter(({ path }) => !wants.has(path)).map(({ path }) => `"${path}" is no file of`),
    ...files
      .filter(({ path, sizeBytes }) => has.has(path) && has.get(path) !== sizeBytes)
      .map(({ path, sizeBytes }) => `"${path}" has ${has.get(path) ?? 0} bytes, expected ${sizeBytes} as in`),
  ];
}

const MOST_TOLD = 20;

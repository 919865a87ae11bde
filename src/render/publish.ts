import type { PublishResult } from '../publish/finish.ts';
import type { Style } from './style.ts';
import { alignTable } from './table.ts';
import { formatBytes } from './units.ts';

/** Where a publish went. */
export interface PublishContext {
  readonly target: string;
  readonly channel: string;
  /** What the command is called in the past tense: `Published`, `Rolled back to`. */
  readonly done: string;
  readonly verify: 'edge' | 'origin' | 'none';
}

/** What a publish, rollback or promote came to, as lines. */
export function renderPublish(
  result: PublishResult,
  context: PublishContext,
  style: Style,
): readonly string[] {
  const { verify } = context;
  return [
    headline(result, context, style),
    ...alignTable(
      result.packs.map(({ id, version, sizeBytes, url }) => [id, `v${version}`, formatBytes(sizeBytes), url]),
      'LRRL',
      '  ',
    ),
    ...(result.committed && !result.alreadyCommitted && result.uploadedBytes + result.skippedBytes > 0
      ? [
          `Uploaded ${formatBytes(result.uploadedBytes)}, ${formatBytes(result.skippedBytes)} were there already.`,
        ]
      : []),
    ...result.notes.map((note) => style.yellow(note)),
    ...(result.problems.length > 0
      ? [
          style.yellow(verify === 'none' ? 'Something is left to do:' : `Not verified at the ${verify}:`),
          ...result.problems.map((problem) => `  ${problem}`),
          'The release stands. Next: fmrelease verify',
        ]
      : []),
    ...(result.verified
      ? [result.committed ? `Verified at the ${verify}.` : `Its manifest is served at the ${verify}.`]
      : []),
    ...(result.revision === null ? [] : [signatureLine(result)]),
  ];
}

const signatureLine = ({ signedBy }: PublishResult): string =>
  signedBy === null ? 'Not signed: devices cannot tell who published it.' : `Signed by key ${signedBy}.`;

function headline(
  { committed, alreadyCommitted, supersededBy, revision }: PublishResult,
  { target, channel, done }: PublishContext,
  style: Style,
): string {
  const where = `${target}/${channel}`;
  if (alreadyCommitted)
    return `Already done: ${where} has this release as revision ${revision}.${supersededBy === null ? '' : ` Revision ${supersededBy} has followed and is what stands.`}`;
  if (!committed)
    return revision === null
      ? `Nothing to do: ${where} stays empty.`
      : `Nothing to do: ${where} stays at revision ${revision}.`;
  return style.green(`${done} ${where} revision ${revision}.`);
}

import { setTimeout as sleep } from 'node:timers/promises';
import { signingOf } from '../config/config.ts';
import { ReleaseError } from '../errors.ts';
import type { LogEntry, Release } from '../model/release.ts';
import type { Progress } from '../progress.ts';
import { publishedAdapters } from '../release/adapters.ts';
import { platformKeys, recordedPlatforms } from '../release/projection.ts';
import { readHead } from '../release/read-channel.ts';
import type { OpenChannel, Session } from '../session.ts';
import { REFUSAL_WORDS } from '../trust/refusal-words.ts';
import { type Check, failed } from './check.ts';
import { checkServed, MANIFEST_CHECK, REVISION_CHECK, type VerifyScope } from './check-served.ts';

/** Where to look: the target's own setting, or what the caller asks for. */
export type VerifySource = 'edge' | 'origin' | 'none';

/** What to look at, and where when it is not where the target says. */
export interface VerifyRequest extends Pick<VerifyScope, 'full' | 'only' | 'packs' | 'atLeast'> {
  /** The entry whose projections are looked at. */
  readonly entry: Pick<LogEntry, 'projections'>;
  readonly source?: VerifySource;
  /** How long an edge may go on serving the manifest before this one. */
  readonly staleMs?: number;
}

/** Verifies one channel where its target says: over `publicUrl` (`edge`), in the store (`origin`), or not at all. */
export async function verifyAsTargetSays(
  { store, target, name }: OpenChannel,
  { source = target.verify, staleMs = 0, entry, ...scope }: VerifyRequest,
  progress: Progress,
): Promise<readonly Check[]> {
  if (source === 'none') return [];
  const reader =
    source === 'edge'
      ? (await import('./edge.ts')).edgeReader(target.publicUrl)
      : (await import('./origin.ts')).originReader(store);
  const downloads = recordedPlatforms(entry).flatMap((platform) =>
    platformKeys(name, platform, target).map((key) => ({ platform, key })),
  );
  const until = Date.now() + (source === 'edge' ? staleMs : 0);
  for (;;) {
    const checks = await checkServed(
      reader,
      { ...scope, downloads, channel: name, publicUrl: target.publicUrl, signing: signingOf(target) },
      progress,
    );
    if (Date.now() >= until || !servesAnOlderOne(checks)) return checks;
    progress({ kind: 'step', text: 'Waiting for the edge, which may serve the release before for a minute' });
    await sleep(POLL_MS);
  }
}

const servesAnOlderOne = (checks: readonly Check[]): boolean =>
  checks.some(({ name, ok }) => !ok && (name === MANIFEST_CHECK || name.endsWith(REVISION_CHECK)));

const POLL_MS = 3_000;

/**
 * Verifies a channel on request: never skipped, whatever the target's setting.
 *
 * @throws ReleaseError `RELEASE_NOT_FOUND` when nothing was published yet, `ADAPTER_UNKNOWN`
 */
export async function verifyOnRequest(
  { channel, io }: Session,
  {
    full,
    only,
    from,
  }: {
    readonly full: boolean;
    readonly only: readonly string[];
    readonly from: 'edge' | 'origin' | undefined;
  },
): Promise<readonly Check[]> {
  const { release } = await readHead(channel.store, channel.name);
  if (release === null)
    throw new ReleaseError('RELEASE_NOT_FOUND', `"${channel.name}" has no release yet.`, {
      fix: 'Publish one with `fmrelease publish`.',
    });
  const known = publishedAdapters(release);
  const unknown = only.filter((name) => !known.includes(name));
  if (unknown.length > 0)
    throw new ReleaseError(
      'ADAPTER_UNKNOWN',
      `"${channel.name}" has no adapter ${unknown.map((name) => `"${name}"`).join(', ')}.`,
      { fix: `Name one of ${known.join(', ')}.` },
    );
  const source = from ?? (channel.target.verify === 'none' ? 'origin' : channel.target.verify);
  const served = await verifyAsTargetSays(
    channel,
    { full, only, packs: null, atLeast: release.entry.revision, entry: release.entry, source },
    io.progress,
  );
  return [...served, ...(await checkEntry(channel, release))];
}

/**
 * What is wrong with the signature of the entry that all of this rests on; nothing where it holds. An unsigned entry has
 * an unsigned manifest, which is told already.
 */
async function checkEntry({ store, target }: OpenChannel, release: Release): Promise<readonly Check[]> {
  const signing = signingOf(target);
  if (signing === null) return [];
  const { verifyEntry } = await import('../trust/trusted-head.ts');
  const verdict = await verifyEntry(store, release, signing);
  return typeof verdict === 'string' && verdict !== 'unsigned'
    ? [failed('log entry signature', `revision ${release.entry.revision} ${REFUSAL_WORDS[verdict]}`)]
    : [];
}

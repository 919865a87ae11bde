import { ReleaseError } from '../errors.ts';
import type { PackRecord, Release } from '../model/release.ts';
import { packUrl } from '../release/projection.ts';
import { readEntry } from '../release/read-channel.ts';
import type { Session } from '../session.ts';
import type { ReleaseStore } from '../store/store.ts';
import { readEnvelope } from '../trust/envelope.ts';
import type { Check } from '../verify/check.ts';
import { verifyAsTargetSays } from '../verify/verify.ts';
import type { CommitOutcome } from './commit.ts';
import { publishNotes } from './publish-notes.ts';
import { rollForward } from './roll-forward.ts';
import { requireTrustedSource } from './seal.ts';
import type { UploadOutcome } from './upload.ts';

/** What a publish, rollback or promote came to. */
export interface PublishResult {
  readonly revision: number | null;
  readonly committed: boolean;
  readonly alreadyCommitted: boolean;
  /** The newest revision where another has followed this one; else null. */
  readonly supersededBy: number | null;
  readonly uploadedBytes: number;
  readonly skippedBytes: number;
  readonly packs: readonly PublishedPack[];
  readonly verified: boolean;
  /** The id of the key that signed the release; null when it is not signed, or nothing was published yet. */
  readonly signedBy: string | null;
  /** What whoever publishes must see to, since the store does not: empty on a store that honours every condition. */
  readonly notes: readonly string[];
  /** What verification found wrong, and what kept the projection from following; empty when all is well. */
  readonly problems: readonly string[];
}

/** A pack of the release that was published. */
export interface PublishedPack extends Pick<PackRecord, 'id' | 'version' | 'sha256'> {
  readonly url: string;
  readonly sizeBytes: number;
}

interface Finished {
  readonly outcome: CommitOutcome;
  readonly uploads?: Pick<UploadOutcome, 'uploadedBytes' | 'skippedBytes'>;
  readonly allowForeign?: boolean;
  /** The release of another channel that this one takes over. */
  readonly promoted?: Release | null;
  /** The newest release, when it may be another than the outcome's. */
  readonly head?: Release | null;
}

/**
 * Rolls the projection forward and verifies as the target asks. The commit stands whatever happens here, so trouble
 * comes back as `problems` and is never thrown.
 */
export async function finishPublish(
  session: Session,
  { outcome, uploads, allowForeign = false, promoted = null, head = null }: Finished,
): Promise<PublishResult> {
  const { channel, io } = session;
  const { store, target, name } = channel;
  const problems: string[] = [];
  const notes: string[] = [];
  const attempt = async (act: () => Promise<void>): Promise<void> => {
    try {
      await act();
    } catch (error) {
      if (!(error instanceof ReleaseError)) throw error;
      problems.push(`${error.message} ${error.fix ?? ''}`.trim());
    }
  };
  const { release } = outcome;
  const newest = head ?? outcome.head ?? null;
  if (release !== null) {
    const admit = (tip: Release): Promise<void> => requireTrustedSource(session, tip);
    await attempt(() => rollForward(store, { channel: name, target, allowForeign, admit }));
    await attempt(async () => {
      const checks = await verifyAsTargetSays(
        channel,
        {
          full: false,
          only: [],
          // Without a new revision its packs were looked at before: a hundred of them must not cost hundreds of requests.
          packs: outcome.committed ? await broughtBy(store, release) : new Set(),
          atLeast: release.entry.revision,
          entry: release.entry,
          staleMs: EDGE_STALE_MS,
        },
        io.progress,
      );
      problems.push(...checks.filter(({ ok }) => !ok).map(describe));
    });
  }
  await attempt(async () => {
    notes.push(...(await publishNotes(session, outcome, promoted)));
  });
  return {
    revision: outcome.release?.entry.revision ?? null,
    committed: outcome.committed,
    alreadyCommitted: outcome.alreadyCommitted,
    supersededBy:
      newest === null || newest.entry.revision === release?.entry.revision ? null : newest.entry.revision,
    uploadedBytes: uploads?.uploadedBytes ?? 0,
    skippedBytes: uploads?.skippedBytes ?? 0,
    packs: (release?.entry.packs ?? []).map((pack) => toPublishedPack(pack, target.publicUrl)),
    notes,
    signedBy: signerOf(outcome.release),
    verified: outcome.release !== null && problems.length === 0 && target.verify !== 'none',
    problems,
  };
}

const toPublishedPack = (pack: PackRecord, publicUrl: string): PublishedPack => ({
  id: pack.id,
  version: pack.version,
  url: packUrl(pack, publicUrl),
  sha256: pack.sha256,
  sizeBytes: pack.downloadSize,
});

/** What the envelope of an entry says; who wants it proved runs `verify`. */
function signerOf(release: Release | null): string | null {
  const envelope = release?.entry.signature === undefined ? null : readEnvelope(release.entry.signature);
  return envelope === null || typeof envelope === 'string' ? null : (envelope.signatures[0]?.keyId ?? null);
}

/** The packs that a revision brought: those of its other packs were looked at when they came. */
async function broughtBy(store: ReleaseStore, { entry }: Release): Promise<ReadonlySet<string>> {
  const before = entry.revision === 1 ? null : await readEntry(store, entry.channel, entry.revision - 1);
  const known = new Set(before?.entry.packs.map(({ id, version }) => `${id} ${version}`));
  return new Set(entry.packs.filter(({ id, version }) => !known.has(`${id} ${version}`)).map(({ id }) => id));
}

/** A projection may be cached for a minute; the rest is for caches behind caches. */
const EDGE_STALE_MS = 75_000;

const describe = ({ name, detail }: Check): string => `${name}: ${detail}`;

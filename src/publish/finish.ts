import { ReleaseError } from '../errors.ts';
import type { PackRecord, Release } from '../model/release.ts';
import { packUrl } from '../release/projection.ts';
import type { Session } from '../session.ts';
import type { Check } from '../verify/check.ts';
import { verifyAsTargetSays } from '../verify/verify.ts';
import type { CommitOutcome } from './commit.ts';
import { rollForward } from './roll-forward.ts';
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
  /** The newest release, when it may be another than the outcome's. */
  readonly head?: Release | null;
}

/**
 * Rolls the projection forward and verifies as the target asks. The commit stands whatever happens here, so trouble
 * comes back as `problems` and is never thrown.
 */
export async function finishPublish(
  { channel, io }: Session,
  { outcome, uploads, allowForeign = false, head = null }: Finished,
): Promise<PublishResult> {
  const { store, target, name } = channel;
  const problems: string[] = [];
  const attempt = async (act: () => Promise<void>): Promise<void> => {
    try {
      await act();
    } catch (error) {
      if (!(error instanceof ReleaseError)) throw error;
      problems.push(`${error.message} ${error.fix ?? ''}`.trim());
    }
  };
  if (outcome.release !== null) {
    await attempt(() => rollForward(store, { channel: name, publicUrl: target.publicUrl, allowForeign }));
    await attempt(async () => {
      const checks = await verifyAsTargetSays(
        channel,
        { full: false, only: [], atLeast: outcome.release?.entry.revision ?? null },
        io.progress,
      );
      problems.push(...checks.filter(({ ok }) => !ok).map(describe));
    });
  }
  return {
    revision: outcome.release?.entry.revision ?? null,
    committed: outcome.committed,
    alreadyCommitted: outcome.alreadyCommitted,
    supersededBy:
      head === null || head.entry.revision === outcome.release?.entry.revision ? null : head.entry.revision,
    uploadedBytes: uploads?.uploadedBytes ?? 0,
    skippedBytes: uploads?.skippedBytes ?? 0,
    packs: (outcome.release?.entry.packs ?? []).map((pack) => ({
      id: pack.id,
      version: pack.version,
      url: packUrl(pack, target.publicUrl),
      sha256: pack.sha256,
      sizeBytes: pack.downloadSize,
    })),
    verified: outcome.release !== null && problems.length === 0 && target.verify !== 'none',
    problems,
  };
}

const describe = ({ name, detail }: Check): string => `${name}: ${detail}`;

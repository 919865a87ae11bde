import { createHash } from 'node:crypto';
import pLimit from 'p-limit';
import { ReleaseError } from '../errors.ts';
import type { PlannedPack } from '../model/plan.ts';
import type { PackRecord } from '../model/release.ts';
import { buildPack } from '../pack/build-pack.ts';
import type { CachedPack, PackCache } from '../pack/cache.ts';
import type { Progress } from '../progress.ts';
import { bytesOf, type ReadyPack, toReadyPack } from '../release/compose.ts';
import type { Session } from '../session.ts';
import type { ReleaseStore } from '../store/store.ts';
import type { PackClaims } from './claim-packs.ts';

/** What became of the packs of a change. Bytes that were there already count as skipped. */
export interface UploadOutcome {
  readonly packs: ReadonlyMap<string, ReadyPack>;
  readonly uploadedBytes: number;
  readonly skippedBytes: number;
}

/** What to make present: the packs, those of them that are published already (by id), uploads at a time. */
export interface UploadRequest {
  readonly packs: readonly PlannedPack[];
  readonly published: ReadonlyMap<string, PackRecord>;
  readonly claims: PackClaims;
  readonly concurrency: number;
}

/**
 * Makes every pack of a change present in the store, every byte of it proved, and returns them by pack id.
 * Published packs are taken as they are; the others are built one after the other and uploaded beside that.
 *
 * @throws ReleaseError as building and storing do; nothing that readers can see has changed then
 */
export async function uploadPacks(
  { config, channel, io }: Session,
  { packs, published, claims, concurrency }: UploadRequest,
): Promise<UploadOutcome> {
  const limit = pLimit(concurrency);
  const reader = { projectRoot: config.root, wantsParts: channel.target.kind === 's3', ...io };
  const ready = new Map<string, ReadyPack>();
  const uploads: Promise<number>[] = [];
  try {
    for (const pack of packs) {
      const known = published.get(pack.id);
      if (known !== undefined) {
        ready.set(pack.id, toReadyPack(pack, bytesOf(known)));
        continue;
      }
      const built = await buildPack(pack, io.cache, reader);
      const made = toReadyPack(pack, built);
      ready.set(pack.id, made);
      const upload = limit(() => uploadPack(made, built, { store: channel.store, claims, ...io }));
      upload.catch(() => undefined); // it is thrown below; until then the next pack is built, and nobody listens
      uploads.push(upload);
    }
  } finally {
    await Promise.allSettled(uploads);
    await io.digests.save();
  }
  const sent = await Promise.all(uploads);
  const uploadedBytes = sent.reduce((sum, bytes) => sum + bytes, 0);
  const total = [...ready.values()].reduce((sum, { downloadSize }) => sum + downloadSize, 0);
  return { packs: ready, uploadedBytes, skippedBytes: total - uploadedBytes };
}

/** Where a pack goes. */
export interface UploadPlace {
  readonly store: ReleaseStore;
  readonly claims: PackClaims;
  readonly cache: PackCache;
  readonly progress: Progress;
}

/** Uploads one pack unless it is there, every byte of it proved; returns how many bytes were sent. */
export async function uploadPack(
  pack: ReadyPack,
  built: CachedPack,
  { store, claims, cache, progress }: UploadPlace,
): Promise<number> {
  await claims.claim(pack.key); // before it is looked for
  let there = await store.head(pack.key);
  if (there !== undefined && there.sizeBytes !== pack.downloadSize)
    throw wrongSize(store, pack, there.sizeBytes);
  let sentBytes = 0;
  if (there === undefined) {
    progress({ kind: 'step', text: `Uploading ${pack.id}` });
    let doneBytes = 0;
    const onBytes = (bytes: number): void => {
      doneBytes += bytes;
      progress({ kind: 'bytes', text: `Uploading ${pack.id}`, doneBytes, totalBytes: pack.downloadSize });
    };
    const receipt = await store
      .createFromFile(pack.key, { ...built, onBytes })
      .catch(async (error: unknown) => {
        if (error instanceof ReleaseError && error.code === 'DIGEST_MISMATCH') await cache.forget(built);
        throw error;
      });
    sentBytes = receipt.sentBytes;
    // Another publisher was faster: what counts is what its object says of itself.
    if (receipt.outcome === 'exists') there = await store.head(pack.key);
  }
  const proved = there === undefined || there.recordedSha256 === pack.sha256;
  if (!proved || !(await store.provesUploads())) await readBack(store, pack, progress);
  return sentBytes;
}

/**
 * A store that does not check what it took is read back whole: only then may a release name the pack. Other bytes are
 * read once more before the object is blamed: they may have been altered on the way here.
 */
async function readBack(store: ReleaseStore, pack: ReadyPack, progress: Progress): Promise<void> {
  if ((await hashStored(store, pack, progress)) === pack.sha256) return;
  if ((await hashStored(store, pack, progress)) === pack.sha256) return;
  throw new ReleaseError(
    'DIGEST_MISMATCH',
    `${store.place} holds other bytes at ${pack.key} than were sent.`,
    {
      fix: `Check the disk, remove ${pack.key} there by hand, and run the same command again; the channel is untouched.`,
    },
  );
}

async function hashStored(store: ReleaseStore, pack: ReadyPack, progress: Progress): Promise<string> {
  const hash = createHash('sha256');
  let doneBytes = 0;
  for await (const chunk of store.stream(pack.key)) {
    hash.update(chunk);
    doneBytes += chunk.length;
    progress({ kind: 'bytes', text: `Reading back ${pack.id}`, doneBytes, totalBytes: pack.downloadSize });
  }
  if (doneBytes !== pack.downloadSize) throw wrongSize(store, pack, doneBytes);
  return hash.digest('hex');
}

const wrongSize = (store: ReleaseStore, pack: ReadyPack, found: number): ReleaseError =>
  new ReleaseError(
    'SIZE_MISMATCH',
    `${store.place} has ${pack.key} with ${found} bytes, expected ${pack.downloadSize}.`,
    { fix: `Remove ${pack.key} there by hand and run the same command again; the channel is untouched.` },
  );

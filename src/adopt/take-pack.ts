import { rm } from 'node:fs/promises';
import { ReleaseError } from '../errors.ts';
import type { CachedPack } from '../pack/cache.ts';
import { openHashingSink } from '../pack/sink.ts';
import type { ReleaseIo } from '../session.ts';
import { type AdoptedPack, adoptionConflict } from './combine.ts';
import { fetchAllowed, shown } from './fetch.ts';

/** Fetches the bytes of a pack from each of its URLs into a file aside, which the caller removes. */
export async function takePack(
  pack: AdoptedPack,
  hosts: ReadonlySet<string>,
  io: Pick<ReleaseIo, 'cache' | 'progress'>,
): Promise<CachedPack> {
  let taken: (CachedPack & { readonly url: string }) | undefined;
  for (const url of pack.urls) {
    const next = { ...(await download(pack, url, { hosts, io })), url };
    if (taken === undefined) {
      taken = next;
      continue;
    }
    await rm(next.file, { force: true });
    if (next.sha256 === taken.sha256) continue;
    await rm(taken.file, { force: true });
    throw adoptionConflict(pack.id, pack.version, `${shown(taken.url)} and ${shown(url)} have other bytes`);
  }
  if (taken === undefined) throw new Error('a pack has a URL');
  const { sha256, file } = taken;
  const other = pack.claimedSha256.find((claim) => claim !== sha256);
  if (other === undefined) return taken;
  await rm(file, { force: true });
  throw new ReleaseError(
    'DIGEST_MISMATCH',
    `${shown(taken.url)} has SHA-256 ${sha256}, but its manifest says ${other}.`,
    { fix: 'Find out which of the two is right before anything is adopted.' },
  );
}

interface Download {
  readonly hosts: ReadonlySet<string>;
  readonly io: Pick<ReleaseIo, 'cache' | 'progress'>;
}

async function download(
  { id, downloadSize }: AdoptedPack,
  url: string,
  { hosts, io }: Download,
): Promise<CachedPack> {
  const found = await fetchAllowed(url, hosts);
  if (found === null)
    throw new ReleaseError('PACK_MISSING', `The manifest lists "${id}" at ${shown(url)}, which is absent.`, {
      fix: 'Put the pack back, or take its entry out of the manifest, then adopt.',
    });
  if (found.sizeBytes !== null && found.sizeBytes !== downloadSize) {
    await found.cancel();
    throw wrongSize(id, url, { found: found.sizeBytes, expected: downloadSize });
  }
  const file = await io.cache.aside();
  const sink = await openHashingSink({ path: file, expectedBytes: downloadSize, wantsParts: false });
  try {
    let doneBytes = 0;
    for await (const chunk of found.bytes) {
      doneBytes += chunk.length;
      if (doneBytes > downloadSize) throw wrongSize(id, url, { found: doneBytes, expected: downloadSize });
      await sink.write(chunk);
      io.progress({ kind: 'bytes', text: `Fetching ${id}`, doneBytes, totalBytes: downloadSize });
    }
    if (doneBytes < downloadSize) throw wrongSize(id, url, { found: doneBytes, expected: downloadSize });
  } catch (error) {
    await sink.abandon();
    await rm(file, { force: true });
    throw error;
  }
  return { file, ...(await sink.close()) };
}

const wrongSize = (
  id: string,
  url: string,
  { found, expected }: { readonly found: number; readonly expected: number },
): ReleaseError =>
  new ReleaseError(
    'SIZE_MISMATCH',
    `"${id}" at ${shown(url)} has ${found} bytes or more, and its manifest says ${expected}.`,
    { fix: 'Mend the manifest or the pack, then adopt: devices refuse it as it is.' },
  );

import { createHash } from 'node:crypto';
import { ReleaseError } from '../errors.ts';
import type { Platform } from '../model/platform.ts';
import type { ChannelManifest } from '../model/release.ts';
import type { Progress } from '../progress.ts';
import { parseManifest } from '../release/documents.ts';
import { manifestKey } from '../release/layout.ts';
import type { Signing } from '../trust/signing.ts';
import { type Check, failed, passed } from './check.ts';
import { checkDownloads } from './check-downloads.ts';
import { checkSignatures } from './check-signatures.ts';
import { collect, type PublishedObject, type PublishedReader } from './reader.ts';

/** What to look at. `full` hashes every byte of every pack; `only` names adapters, empty means all. */
export interface VerifyScope {
  readonly channel: string;
  readonly publicUrl: string;
  readonly full: boolean;
  readonly only: readonly string[];
  /** The ids of the packs to look at; null looks at all of them. */
  readonly packs: ReadonlySet<string> | null;
  /** The revision that must be served at least; null takes what is there. */
  readonly atLeast: number | null;
  /** Whose signatures the manifest must carry; null asks for none. */
  readonly signing: Signing | null;
  /** The download manifests that the release has, by platform and key. */
  readonly downloads: readonly { readonly platform: Platform; readonly key: string }[];
}

type AssetPack = ChannelManifest['assetPacks'][number];

/**
 * Fetches what is served, as a device would: the manifest, then each pack's size, the first and last bytes by range,
 * its headers, and with `full` its digest. Everything is checked; nothing stops at the first fault.
 *
 * @throws ReleaseError `STORE_UNAVAILABLE` when the place does not answer
 */
export async function checkServed(
  reader: PublishedReader,
  scope: VerifyScope,
  progress: Progress,
): Promise<readonly Check[]> {
  const served = await reader.get(manifestKey(scope.channel));
  if (served === null)
    return [
      failed(MANIFEST_CHECK, `${reader.place} has no manifest for "${scope.channel}", or it may not be read`),
    ];
  const bytes = await collect(served.bytes);
  let manifest: ChannelManifest;
  try {
    manifest = await parseManifest(bytes, 'manifest.json');
  } catch (error) {
    if (!(error instanceof ReleaseError) || error.code !== 'DOCUMENT_DAMAGED') throw error;
    return [failed(MANIFEST_CHECK, error.message)];
  }
  const inScope = manifest.assetPacks.filter(
    ({ adapter }) => scope.only.length === 0 || scope.only.includes(adapter),
  );
  const packs = inScope.filter(({ id }) => scope.packs?.has(id) ?? true);
  const checks: Check[] = [
    ...checkManifest(manifest, served, scope),
    ...checkSignatures({ ...scope, bytes, manifest, packs: inScope }), // statements cost no request
    ...(await checkDownloads(reader, manifest, scope)),
  ];
  for (const pack of packs)
    checks.push(...(await checkPack(reader, pack, { scope, progress }).catch(failAs(`pack ${pack.id}`))));
  return checks;
}

/** The place has answered once already: what it does to one pack is said of that pack, and the others are looked at. */
const failAs =
  (name: string) =>
  (error: unknown): readonly Check[] => {
    if (error instanceof ReleaseError && ABOUT_ONE_OBJECT.has(error.code))
      return [failed(name, error.message)];
    throw error;
  };

function checkManifest(
  manifest: ChannelManifest,
  { headers }: PublishedObject,
  { channel, atLeast }: VerifyScope,
): readonly Check[] {
  const fresh = atLeast === null || manifest.revision >= atLeast;
  return [
    manifest.channel === channel
      ? passed(MANIFEST_CHECK, `revision ${manifest.revision} of ${channel}`)
      : failed(MANIFEST_CHECK, `names the channel "${manifest.channel}", expected "${channel}"`),
    ...(fresh ? [] : [failed(REVISION_CHECK, `serves revision ${manifest.revision}, expected ${atLeast}`)]),
    ...(headers === null ? [] : [checkCaching('manifest caching', headers)]),
  ];
}

/** Looks at how long caches may keep a projection. */
export function checkCaching(name: string, headers: ReadonlyMap<string, string>): Check {
  const value = headers.get('cache-control') ?? '';
  const ages = [...value.matchAll(/(?:^|[\s,])(?:max-age|s-maxage)=(\d+)/g)].map(([, seconds]) =>
    Number(seconds),
  );
  const short =
    ages.length > 0 ? Math.max(...ages) <= MAX_MANIFEST_AGE_SECONDS : /no-cache|no-store/.test(value);
  return (short ? passed : failed)(
    name,
    `Cache-Control is "${value}", expected no-cache or at most ${MAX_MANIFEST_AGE_SECONDS} seconds`,
  );
}

/** How packs are looked at. */
interface PackChecks {
  readonly scope: VerifyScope;
  readonly progress: Progress;
}

async function checkPack(
  reader: PublishedReader,
  pack: AssetPack,
  { scope, progress }: PackChecks,
): Promise<readonly Check[]> {
  const name = `pack ${pack.id}`;
  if (!pack.url.startsWith(scope.publicUrl))
    return [failed(name, `its URL ${pack.url} is not below ${scope.publicUrl}`)];
  const key = pack.url.slice(scope.publicUrl.length);
  const head = await reader.get(key, { first: 0, last: 0 });
  if (head === null) return [failed(name, `${key} is absent, or may not be read`)];
  await collect(head.bytes);
  const total = head.totalBytes;
  if (total !== pack.downloadSize)
    return [failed(`${name} size`, `${key} has ${total} bytes, expected ${pack.downloadSize}`)];
  const tail = await reader.get(key, {
    first: Math.max(0, pack.downloadSize - TAIL_BYTES),
    last: pack.downloadSize - 1,
  });
  const tailBytes = tail === null ? 0 : (await collect(tail.bytes)).length;
  const expected = Math.min(TAIL_BYTES, pack.downloadSize);
  const checks = [
    passed(`${name} size`, `${total} bytes`),
    tailBytes === expected
      ? passed(`${name} range`, `the last ${expected} bytes came alone`)
      : failed(`${name} range`, `asked for the last ${expected} bytes, got ${tailBytes}`),
    ...(head.headers === null ? [] : checkPackHeaders(name, head.headers)),
  ];
  return scope.full ? [...checks, await hashPack(pack, await reader.get(key), progress)] : checks;
}

function checkPackHeaders(name: string, headers: ReadonlyMap<string, string>): readonly Check[] {
  const encoding = headers.get('content-encoding') ?? 'identity';
  const type = headers.get('content-type') ?? '';
  return [
    encoding === 'identity'
      ? passed(`${name} encoding`, 'sent as it is')
      : failed(
          `${name} encoding`,
          `Content-Encoding is "${encoding}", expected none: the size on the wire must be the size in the manifest`,
        ),
    type.startsWith('text/html')
      ? failed(`${name} type`, `Content-Type is "${type}": that is a page, not a pack`)
      : passed(`${name} type`, type === '' ? 'none given' : type),
  ];
}

async function hashPack(pack: AssetPack, object: PublishedObject | null, progress: Progress): Promise<Check> {
  const hash = createHash('sha256');
  let doneBytes = 0;
  if (object === null) return failed(`pack ${pack.id} digest`, 'is absent, or may not be read');
  for await (const chunk of object.bytes) {
    hash.update(chunk);
    doneBytes += chunk.length;
    progress({ kind: 'bytes', text: `Hashing ${pack.id}`, doneBytes, totalBytes: pack.downloadSize });
  }
  const sha256 = hash.digest('hex');
  return sha256 === pack.sha256
    ? passed(`pack ${pack.id} digest`, sha256)
    : failed(`pack ${pack.id} digest`, `SHA-256 is ${sha256}, expected ${pack.sha256}`);
}

/** The check that the manifest is there and this channel's. */
export const MANIFEST_CHECK = 'manifest';

/** The check that the manifest is as new as the revision that was just published. */
export const REVISION_CHECK = 'manifest revision';

const MAX_MANIFEST_AGE_SECONDS = 60;
const TAIL_BYTES = 64;
const ABOUT_ONE_OBJECT: ReadonlySet<string> = new Set(['STORE_UNAVAILABLE', 'FILE_NOT_FOUND']);

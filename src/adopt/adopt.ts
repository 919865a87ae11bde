import { rm } from 'node:fs/promises';
import { ReleaseError } from '../errors.ts';
import type { AdapterDocument } from '../generated/matrix.ts';
import { writeJson } from '../json/write.ts';
import { type Sha256, sha256Of } from '../model/digest.ts';
import type { Platform } from '../model/platform.ts';
import { toTimestamp } from '../model/timestamp.ts';
import { openClaims, type PackClaims } from '../publish/claim-packs.ts';
import { commitChange } from '../publish/commit-change.ts';
import { finishPublish, type PublishResult } from '../publish/finish.ts';
import { openSeal } from '../publish/seal.ts';
import { uploadPack } from '../publish/upload.ts';
import { packKey } from '../release/layout.ts';
import { platformKeys } from '../release/projection.ts';
import { readRelease } from '../release/read-channel.ts';
import { foreignObjects, readWholeChannel } from '../release/whole-channel.ts';
import type { Session } from '../session.ts';
import { type AdoptedPack, combineManifests } from './combine.ts';
import { shown } from './fetch.ts';
import { identifyPack } from './identify.ts';
import { type IdentifiedPack, proposeMatrix } from './propose.ts';
import { isUrl, type ManifestPlace, readManifests } from './read-manifests.ts';
import { takePack } from './take-pack.ts';

/** What an adoption will take over, before anything is fetched but the manifests. */
export interface Adoption {
  readonly manifests: readonly AdoptedManifest[];
  readonly packs: readonly AdoptedPack[];
  readonly remarks: readonly string[];
  readonly operation: Sha256;
  /** The hosts that packs may be fetched from. */
  readonly hosts: ReadonlySet<string>;
  /** True when this very adoption is in the log already. */
  readonly done: boolean;
}

/** One manifest that is taken over. */
export interface AdoptedManifest {
  readonly platform: Platform;
  readonly source: string;
  readonly sha256: Sha256;
  readonly packs: number;
}

/** What an adoption came to. */
export interface AdoptResult extends PublishResult {
  readonly manifests: readonly AdoptedManifest[];
  readonly proposal: { readonly adapters: Readonly<Record<string, AdapterDocument>> };
  readonly remarks: readonly string[];
}

/**
 * Reads the manifests of a channel that was published by hand and works out what taking it over means.
 *
 * @param hosts - hosts beside those of the manifests and of the target that packs may be fetched from
 * @throws ReleaseError `TARGET_NOT_SUPPORTED` for an unmanaged target, `CHANNEL_EXISTS` for a channel with a log,
 *   `CHANNEL_NOT_ADOPTED` when another manifest stands in the way, `ADOPTION_CONFLICT`, `MANIFEST_INVALID`
 */
export async function planAdoption(
  { channel }: Session,
  places: readonly ManifestPlace[],
  hosts: readonly string[],
): Promise<Adoption> {
  const { target, name, store } = channel;
  if (target.hosting !== 'managed')
    throw new ReleaseError(
      'TARGET_NOT_SUPPORTED',
      `Target "${target.name}" has unmanaged hosting, and what is adopted are download manifests, which only the system reads.`,
      { fix: 'Set `hosting: "managed"` for this target.' },
    );
  const read = await readManifests(places);
  const digests = Object.fromEntries(read.map(({ platform, sha256 }) => [platform, sha256]));
  const operation = sha256Of(writeJson({ channel: name, adopt: digests }));
  const whole = await readWholeChannel(channel);
  const first = whole.release === null ? null : await readRelease(store, name, 1);
  const done = first?.entry.operation === operation;
  if (whole.release !== null && !done) throw channelExists(name, whole.release.entry.revision);
  const known = new Set<string>(Object.values(digests));
  const other = foreignObjects(whole).find(({ bytes }) => !known.has(sha256Of(bytes)));
  if (other !== undefined) throw notAmongThem(other.key);
  const { packs, remarks } = combineManifests(read);
  return {
    manifests: read.map(({ platform, source, sha256, manifest }) => ({
      platform,
      source: shown(source),
      sha256,
      packs: manifest.assetPacks.length,
    })),
    packs,
    remarks: [...remarks, ...unwrittenSources(read, channel)],
    operation,
    hosts: new Set([
      ...hosts.map((host) => host.toLowerCase()),
      new URL(target.publicUrl).host,
      ...read.flatMap(({ source }) => (isUrl(source) ? [new URL(source).host] : [])),
    ]),
    done,
  };
}

/** Shipped apps go on reading where they always read: that key must be one of ours from now on. */
function unwrittenSources(
  read: readonly ManifestPlace[],
  { target, name }: Session['channel'],
): readonly string[] {
  return read.flatMap(({ source, platform }) => {
    const below = isUrl(source) && source.startsWith(target.publicUrl);
    const key = below ? shown(source).slice(shown(target.publicUrl).length) : null;
    if (key !== null && platformKeys(name, platform, target).includes(key)) return [];
    const advice =
      key === null
        ? 'publish there no more, and lead its URL to this target'
        : `set \`projections: { "${platform}": { "${name}": "${key}" } }\` for this target`;
    return [`Shipped apps read ${shown(source)}, which this target does not write: ${advice}.`];
  });
}

/**
 * Fetches every pack, stores it under its digest and commits revision 1 with the same ids and versions.
 *
 * @throws ReleaseError `PACK_MISSING`, `SIZE_MISMATCH`, `DIGEST_MISMATCH`, `ADOPTION_CONFLICT`, `CHANNEL_EXISTS`; then
 *   the channel is untouched
 */
export async function adoptChannel(
  session: Session,
  adoption: Adoption,
  { message }: { readonly message: string | null },
): Promise<AdoptResult> {
  const { store, name } = session.channel;
  const { manifests, operation } = adoption;
  const about = { manifests, proposal: { adapters: {} }, remarks: adoption.remarks };
  if (adoption.done) {
    const release = await readRelease(store, name, 1);
    const outcome = { committed: true, alreadyCommitted: true, release, ignored: [] } as const;
    return { ...about, ...(await finishPublish(session, { outcome })) };
  }
  await store.prepare();
  const claims = await openClaims(store, session.io.wallClock);
  const { taken, uploadedBytes } = await takePacks(session, adoption, claims);
  const adapters = [...new Set(taken.map(({ pack }) => pack.adapter))].sort();
  const seal = await openSeal(session, { head: null });
  const outcome = await commitChange(session, {
    kind: 'adopt',
    operation,
    message,
    adopted: Object.fromEntries(manifests.map(({ platform, sha256 }) => [platform, sha256])),
    base: null,
    adapters: adapters.map((adapter) => ({
      adapter,
      packs: taken.map(({ pack }) => pack).filter((pack) => pack.adapter === adapter),
      cells: [],
    })),
    liftHolds: [],
    holdsAfter: (head) => {
      if (head !== null) throw channelExists(name, head.entry.revision);
      return [];
    },
    evenIfEqual: () => true,
    versionsThere: Object.fromEntries(adoption.packs.map(({ id, version }) => [id, version])),
    seal,
    claims,
  });
  const total = taken.reduce((sum, { pack }) => sum + pack.downloadSize, 0);
  const uploads = { uploadedBytes, skippedBytes: total - uploadedBytes };
  return {
    ...about,
    proposal: { adapters: proposeMatrix(taken, toTimestamp(session.io.now())) },
    remarks: [...adoption.remarks, ...taken.flatMap(({ identity }) => identity.remarks)],
    ...(await finishPublish(session, { outcome, uploads })),
  };
}

async function takePacks(
  { channel: { store }, io }: Session,
  { packs, hosts }: Adoption,
  claims: PackClaims,
): Promise<{ readonly taken: readonly IdentifiedPack[]; readonly uploadedBytes: number }> {
  const taken: IdentifiedPack[] = [];
  let uploadedBytes = 0;
  for (const adopted of packs) {
    const bytes = await takePack(adopted, hosts, io);
    try {
      const identity = await identifyPack(adopted.id, bytes.file, bytes.sha256);
      const pack = {
        id: adopted.id,
        key: packKey(bytes.sha256, adopted.id),
        downloadSize: bytes.sizeBytes,
        sha256: bytes.sha256,
        adapter: identity.adapter,
        build: `0.0.0-adopted.${adopted.version}`,
        buildDigest: identity.buildDigest,
        recipe: {
          format: 'asset-pack',
          compression: 'apple',
          platforms: adopted.platforms,
          downloadPolicy: adopted.downloadPolicy,
        },
        baseModelSignature: identity.baseModelSignature,
      } as const;
      uploadedBytes += await uploadPack(pack, bytes, { store, claims, ...io });
      taken.push({ pack, identity });
    } finally {
      await rm(bytes.file, { force: true });
    }
  }
  return { taken, uploadedBytes };
}

const channelExists = (channel: string, revision: number): ReleaseError =>
  new ReleaseError(
    'CHANNEL_EXISTS',
    `"${channel}" has a log already, at revision ${revision}: only a channel without one can be taken over.`,
    { fix: 'Adopt into another --channel, or publish to this one.' },
  );

const notAmongThem = (key: string): ReleaseError =>
  new ReleaseError(
    'CHANNEL_NOT_ADOPTED',
    `${key} stands there too, and is none of the manifests that are to be adopted.`,
    { fix: 'Name it as well, or move it away; a cache may have served an older one: then name the file.' },
  );

import { ReleaseError } from '../errors.ts';
import type { DownloadPolicy } from '../model/matrix.ts';
import { PLATFORMS, type Platform } from '../model/platform.ts';
import type { ReadManifest } from './read-manifests.ts';

/** A pack to take over: the highest version of its id, for every platform that lists the id. */
export interface AdoptedPack {
  readonly id: string;
  readonly version: number;
  readonly platforms: readonly Platform[];
  readonly downloadPolicy: DownloadPolicy;
  readonly downloadSize: number;
  /** Every URL that is said to have these bytes; more than one are compared. */
  readonly urls: readonly string[];
  /** The digests that its manifests claim, where they have one. */
  readonly claimedSha256: readonly string[];
}

/** What the manifests come to together, and what taking over costs or loses. */
export interface CombinedManifests {
  readonly packs: readonly AdoptedPack[];
  readonly remarks: readonly string[];
}

/**
 * Combines the download manifests of a channel. An id whose versions differ by platform takes the highest one. Pure.
 *
 * @throws ReleaseError `ADOPTION_CONFLICT` when one id and version have several sizes
 */
export function combineManifests(manifests: readonly ReadManifest[]): CombinedManifests {
  const listed = manifests.flatMap(({ platform, manifest }) =>
    manifest.assetPacks.map((entry) => ({ platform, entry })),
  );
  const ids = [...new Set(listed.map(({ entry }) => entry.id))].sort();
  const combined = ids.map((id) =>
    combine(
      id,
      listed.filter(({ entry }) => entry.id === id),
    ),
  );
  return { packs: combined.map(({ pack }) => pack), remarks: combined.flatMap(({ remarks }) => remarks) };
}

interface Listed {
  readonly platform: Platform;
  readonly entry: ReadManifest['manifest']['assetPacks'][number];
}

function combine(
  id: string,
  listed: readonly Listed[],
): { readonly pack: AdoptedPack; readonly remarks: readonly string[] } {
  const version = Math.max(...listed.map(({ entry }) => entry.version));
  const newest = listed.filter(({ entry }) => entry.version === version);
  const older = listed.filter(({ entry }) => entry.version < version);
  const [first] = newest;
  if (first === undefined) throw new Error('an id is listed somewhere');
  const { downloadSize, downloadPolicy } = first.entry;
  const other = newest.find(({ entry }) => entry.downloadSize !== downloadSize);
  if (other !== undefined)
    throw adoptionConflict(
      id,
      version,
      `${downloadSize} bytes for ${first.platform} and ${other.entry.downloadSize} for ${other.platform}`,
    );
  const platforms = PLATFORMS.filter((platform) => listed.some((one) => one.platform === platform));
  const pack = {
    id,
    version,
    platforms,
    downloadPolicy,
    downloadSize,
    urls: [...new Set(newest.map(({ entry }) => entry.url))],
    claimedSha256: [...new Set(newest.flatMap(({ entry }) => claimOf(entry.userInfo)))],
  };
  return { pack, remarks: remarksOn(pack, listed, older) };
}

function remarksOn(
  { id, version, downloadPolicy }: AdoptedPack,
  listed: readonly Listed[],
  older: readonly Listed[],
): readonly string[] {
  const policies = listed.filter(
    ({ entry }) => JSON.stringify(entry.downloadPolicy) !== JSON.stringify(downloadPolicy),
  );
  const keys = new Set(listed.flatMap(({ entry }) => Object.keys(entry.userInfo ?? {})));
  const lost = [...keys].filter((key) => !OUR_KEYS.has(key)).sort();
  return [
    ...(older.length === 0
      ? []
      : [
          `"${id}" becomes v${version} everywhere: devices on ${older.map(({ platform, entry }) => `${platform}, which has v${entry.version},`).join(' and ')} download it once more.`,
        ]),
    ...(policies.length === 0
      ? []
      : [
          `"${id}" takes the policy ${Object.keys(downloadPolicy).join()} everywhere, also on ${policies.map(({ platform }) => platform).join(', ')}.`,
        ]),
    ...(lost.length === 0
      ? []
      : [`"${id}" loses ${lost.join(', ')} of its userInfo: an app that reads it must do without.`]),
  ];
}

/** An error for one id and version that stand for several packs: no release can say both. */
export const adoptionConflict = (id: string, version: number, why: string): ReleaseError =>
  new ReleaseError('ADOPTION_CONFLICT', `"${id}" v${version} is not one pack: ${why}.`, {
    fix: 'Publish one of them by hand under a higher version, then adopt; or adopt the platforms into channels of their own.',
  });

const claimOf = (userInfo: Listed['entry']['userInfo']): readonly string[] => {
  const claim: unknown = userInfo?.['sha256'];
  return typeof claim === 'string' && /^[0-9a-f]{64}$/.test(claim) ? [claim] : [];
};

/** What our own download manifests say in `userInfo`. */
const OUR_KEYS: ReadonlySet<string> = new Set(['sha256', 'build', 'baseModelSignature']);

import { ReleaseError } from '../errors.ts';
import type { Cell } from '../model/cell.ts';
import { type Sha256, sha256Of } from '../model/digest.ts';
import type { PlannedPack } from '../model/plan.ts';
import type { Hold, LogEntry, PackRecord, Release, ReleaseSource } from '../model/release.ts';
import { encode, encodeCells, sortCells, sortPacks } from './documents.ts';
import { packKey } from './layout.ts';
import {
  nextPlatforms,
  type ProjectionTarget,
  projectionDigests,
  projectRelease,
  recordedPlatforms,
} from './projection.ts';

/** A pack that is ready to be served, before it has a version. */
export type ReadyPack = Omit<PackRecord, 'version'>;

/** The state that one adapter shall have: its packs and cells. Both empty withdraws it. */
export interface AdapterState {
  readonly adapter: string;
  readonly packs: readonly ReadyPack[];
  readonly cells: readonly Cell[];
}

/** What every revision records about its making. */
export interface RevisionFacts {
  readonly channel: string;
  readonly kind: LogEntry['kind'];
  readonly operation: string;
  readonly createdAt: string;
  readonly toolVersion: string;
  readonly source: ReleaseSource | null;
  readonly message: string | null;
  readonly target: ProjectionTarget;
  /** The digests of the manifests that an adoption takes over, by platform. */
  readonly adopted?: Readonly<Record<string, Sha256>>;
}

/** The facts, with what the versions of the target's channels have come to. */
export interface CompositionFacts extends RevisionFacts {
  readonly ledger: VersionLedger;
}

/** What decides the version of a pack. */
export interface VersionLedger {
  readonly highest: HighestVersions;
  /** What a manifest of somebody else serves that is about to be replaced: devices have it, so all must go above. */
  readonly foreign: HighestVersions;
  /** What promoted packs may keep: their version in the source, where it exceeds all that this channel ever used. */
  readonly kept: HighestVersions;
}

/** The highest version ever used per pack id, in any channel of the target. */
export type HighestVersions = Readonly<Record<string, number>>;

/** The next revision as bytes: its cells are written first, its entry is the commit. */
export interface ComposedRevision {
  readonly entry: LogEntry;
  readonly entryBytes: Uint8Array;
  readonly entrySha256: Sha256;
  readonly cells: readonly Cell[];
  readonly cellsBytes: Uint8Array;
}

/** What changes against the head: the state of some adapters, and the holds. */
export interface RevisionChange {
  readonly adapters: readonly AdapterState[];
  readonly holds: readonly Hold[];
  /** Keys of somebody else's manifests that the revision replaces. */
  readonly replaces?: readonly string[];
}

/**
 * Composes the revision that follows `head`: the adapters of `change` get their new state, all others keep theirs.
 * Pure: equal arguments give equal bytes.
 *
 * @throws ReleaseError `PACK_ID_TAKEN` when another adapter already serves a pack id, `HOSTING_CHANGED`
 */
export function composeRevision(
  head: Release | null,
  change: RevisionChange,
  facts: CompositionFacts,
): ComposedRevision {
  const touched = new Set(change.adapters.map(({ adapter }) => adapter));
  const untouched = (head?.entry.packs ?? []).filter(({ adapter }) => !touched.has(adapter));
  const kept = assignVersions(untouched, head, facts.ledger);
  const added = assignVersions(
    change.adapters.flatMap(({ packs }) => packs),
    head,
    facts.ledger,
  );
  refuseTakenIds(kept, added);
  const packs = sortPacks([...kept, ...added]);
  const cells = sortCells([
    ...(head?.cells ?? []).filter(({ adapter }) => !touched.has(adapter)),
    ...change.adapters.flatMap((state) => state.cells),
  ]);
  const cellsBytes = encodeCells(cells);
  const revision = (head?.entry.revision ?? 0) + 1;
  refuseMixedHosting(head, packs, facts);
  const { channel, createdAt, target } = facts;
  const platforms = nextPlatforms(
    head?.entry,
    { channel, packs, cells, replaces: change.replaces ?? [] },
    target,
  );
  const projections = projectRelease({ channel, revision, createdAt, packs, cells }, platforms, target);
  const entry: LogEntry = {
    formatVersion: 1,
    channel: facts.channel,
    revision,
    previousSha256: head?.entrySha256 ?? null,
    operation: facts.operation,
    kind: facts.kind,
    createdAt: facts.createdAt,
    toolVersion: facts.toolVersion,
    source: facts.source,
    message: facts.message,
    packs,
    cellsSha256: sha256Of(cellsBytes),
    highestVersion: raiseHighest(facts.ledger.highest, packs),
    holds: change.holds,
    projections: projectionDigests(projections),
    ...(facts.adopted === undefined ? {} : { adopted: facts.adopted }),
  };
  const entryBytes = encode(entry);
  return { entry, entryBytes, entrySha256: sha256Of(entryBytes), cells, cellsBytes };
}

/** A planned pack once its bytes are known: ready to be served under the key that names them. */
export const toReadyPack = (pack: PlannedPack, { sha256, sizeBytes, packedBy }: PackBytes): ReadyPack => ({
  id: pack.id,
  key: packKey(sha256, pack.id),
  downloadSize: sizeBytes,
  sha256,
  adapter: pack.adapter,
  build: pack.build,
  buildDigest: pack.buildDigest,
  recipe: pack.recipe,
  baseModelSignature: pack.baseModelSignature,
  ...(packedBy === undefined ? {} : { packedBy }),
});

/** The bytes of a pack, and for an asset pack the tool that made them. */
export interface PackBytes {
  readonly sha256: Sha256;
  readonly sizeBytes: number;
  readonly packedBy?: string | undefined;
}

/** What a published pack's bytes are: what a release that serves it again says of them. */
export const bytesOf = ({ sha256, downloadSize, packedBy }: PackRecord): PackBytes => ({
  sha256,
  sizeBytes: downloadSize,
  packedBy,
});

/**
 * Refuses a release that one hosting cannot serve: the system takes packs of `ba-package` alone, an app that unpacks
 * by itself takes ours, and a manifest that devices read is never left behind.
 *
 * @throws ReleaseError `HOSTING_CHANGED`
 */
export function refuseMixedHosting(
  head: Release | null,
  packs: readonly Pick<PackRecord, 'id' | 'recipe'>[],
  { channel, target: { hosting } }: Pick<RevisionFacts, 'channel' | 'target'>,
): void {
  const misfits = packs.filter(({ recipe }) => (recipe.format === 'asset-pack') !== (hosting === 'managed'));
  const left = hosting === 'unmanaged' ? recordedPlatforms(head?.entry) : [];
  if (misfits.length === 0 && left.length === 0) return;
  const why =
    misfits.length > 0
      ? `${misfits.map(({ id }) => id).join(', ')} ${misfits.length === 1 ? 'is' : 'are'} packed for the other one`
      : `devices read its download manifests for ${left.join(', ')}`;
  throw new ReleaseError('HOSTING_CHANGED', `"${channel}" cannot go on with ${hosting} hosting: ${why}.`, {
    fix:
      hosting === 'managed'
        ? 'Publish every adapter at once, without --only; go back only to revisions of managed hosting.'
        : 'Publish to another channel or prefix, or set `hosting: "managed"` again.',
  });
}

/**
 * Returns the integer version that a pack takes on `head`: unchanged while its bytes are what the head serves under
 * that id, else one more than was ever used. So a rollback ships old bytes under a new version, and a re-added id
 * never falls. A promoted pack keeps the version that it has in its source, where this channel never used as high a
 * one. A null digest is one that is not known yet: such bytes count as new.
 */
export function versionFor(
  { id, sha256 }: { readonly id: string; readonly sha256: Sha256 | null },
  head: Release | null,
  { highest, foreign, kept }: VersionLedger,
): number {
  const served = head?.entry.packs.find((pack) => pack.id === id);
  const stays = served !== undefined && served.sha256 === sha256 && served.version > (foreign[id] ?? -1);
  return stays ? served.version : (kept[id] ?? (highest[id] ?? 0) + 1);
}

/** Gives each pack its version on `head`. */
export function assignVersions(
  packs: readonly ReadyPack[],
  head: Release | null,
  ledger: VersionLedger,
): readonly PackRecord[] {
  return packs.map((pack) => {
    const version = versionFor(pack, head, ledger);
    // The packs of a rollback come with the version that they had, which must not win over the new one.
    const { id, version: _, ...rest }: ReadyPack & Partial<PackRecord> = pack;
    return { id, version, ...rest };
  });
}

/** The highest version per id over several ledgers. */
export function mergeHighest(ledgers: readonly HighestVersions[]): HighestVersions {
  const merged = new Map<string, number>();
  for (const ledger of ledgers) {
    for (const [id, version] of Object.entries(ledger))
      merged.set(id, Math.max(version, merged.get(id) ?? 0));
  }
  return sortedRecord(merged);
}

const raiseHighest = (highest: HighestVersions, packs: readonly PackRecord[]): HighestVersions =>
  mergeHighest([highest, Object.fromEntries(packs.map(({ id, version }) => [id, version]))]);

const sortedRecord = (entries: ReadonlyMap<string, number>): HighestVersions =>
  Object.fromEntries([...entries].sort(([a], [b]) => (a < b ? -1 : 1)));

function refuseTakenIds(kept: readonly PackRecord[], added: readonly PackRecord[]): void {
  for (const { id, adapter } of added) {
    const owner = kept.find((pack) => pack.id === id);
    if (owner === undefined) continue;
    throw new ReleaseError(
      'PACK_ID_TAKEN',
      `The pack id "${id}" of "${adapter}" is already served by "${owner.adapter}" on this channel.`,
      {
        fix: `Rename one of the two adapters, or withdraw "${owner.adapter}" first.`,
      },
    );
  }
}

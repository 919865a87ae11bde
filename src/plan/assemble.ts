import { writeJson } from '../json/write.ts';
import type { Cell } from '../model/cell.ts';
import { type Sha256, sha256Of } from '../model/digest.ts';
import type {
  AdapterChange,
  Blocker,
  Change,
  Coverage,
  DueSignature,
  Plan,
  PlannedPack,
} from '../model/plan.ts';
import type { PackRecord, Release } from '../model/release.ts';
import { assignVersions, type VersionLedger, versionFor } from '../release/compose.ts';
import { type ComparedPack, diffCells, diffPacks, leavingPacks, toComparedPack } from '../release/diff.ts';
import { sortCells, sortPacks } from '../release/documents.ts';

/** Everything that a plan is decided from. Reading it is somebody else's work. */
export interface PlanFacts {
  readonly target: string;
  readonly channel: string;
  readonly head: Release | null;
  /** The wanted state of each adapter in scope; adapters of the scope that the matrix dropped have an empty one. */
  readonly desired: readonly AdapterChange[];
  readonly coverage: Coverage;
  /** What is the matter with adapters outside the scope. */
  readonly outOfScope: Plan['outOfScope'];
  readonly published: ReadonlyMap<string, PackRecord>;
  /** Archive sizes of packs that must be built, by pack id; of compressed ones the most that they can have. */
  readonly archiveSizes: ReadonlyMap<string, number>;
  /** Digests of packs that are built already but not uploaded, by pack id. */
  readonly builtDigests: ReadonlyMap<string, string>;
  readonly ledger: VersionLedger;
  /** True when the head has other projections than it would get now, such as under another public URL. */
  readonly urlsMoved: boolean;
  /** Why the head would be signed anew even if nothing else changes; null when it would not. */
  readonly signatureDue: DueSignature;
  readonly allow: {
    readonly remove: readonly string[];
    readonly gap: boolean;
    readonly liftHolds: readonly string[];
  };
}

/** Decides what publishing would change. Pure: no clock, no disk, so equal facts make byte-identical plans. */
export function assemblePlan(facts: PlanFacts): Plan {
  const plan = decidePlan(facts);
  return { ...plan, digest: planDigest(plan) };
}

/** SHA-256 of a plan's canonical bytes without its digest: what proves that it was not edited since. */
export const planDigest = (plan: Omit<Plan, 'digest'>): Sha256 => sha256Of(writeJson(plan));

function decidePlan(facts: PlanFacts): Omit<Plan, 'digest'> {
  const touched = facts.desired.filter((state) => differs(state, facts));
  const change: Change = {
    adapters: [...touched].sort((a, b) => (a.adapter < b.adapter ? -1 : 1)),
    liftHolds: [...facts.allow.liftHolds].sort(),
    refreshUrls: facts.urlsMoved,
  };
  const before = {
    packs: (facts.head?.entry.packs ?? []).map(toComparedPack),
    cells: facts.head?.cells ?? [],
  };
  const after = applyForecast(facts, touched);
  const inScope = new Set(facts.desired.map(({ adapter }) => adapter));
  const changes = diffPacks(before.packs, after.packs).filter(({ adapter }) => inScope.has(adapter));
  const cellChanges = diffCells(before, after);
  const base =
    facts.head === null ? null : { revision: facts.head.entry.revision, sha256: facts.head.entrySha256 };
  return {
    formatVersion: 1,
    target: facts.target,
    channel: facts.channel,
    operation: operationId(facts.channel, base, change),
    base,
    change,
    allow: { remove: [...facts.allow.remove].sort(), gap: facts.allow.gap },
    baseRevision: base?.revision ?? null,
    nextRevision: (base?.revision ?? 0) + 1,
    hasChanges:
      changes.some(({ kind }) => kind !== 'keep') ||
      JSON.stringify(sortCells(before.cells)) !== JSON.stringify(sortCells(after.cells)) ||
      liftsHold(facts) ||
      facts.urlsMoved ||
      facts.signatureDue !== null,
    signatureDue: facts.signatureDue,
    changes,
    cellChanges,
    leaving: leavingPacks(before.packs, after.packs),
    uploads: forecastUploads(facts),
    coverage: facts.coverage,
    blockers: [...findGapBlockers(facts), ...findHoldBlockers(facts)],
    outOfScope: facts.outOfScope,
  };
}

/** True when a hold stands that this plan lifts. */
const liftsHold = ({ head, allow }: PlanFacts): boolean =>
  (head?.entry.holds ?? []).some(({ adapter }) => allow.liftHolds.includes(adapter));

/** The name of a change on its base: the same change on the same base is the same operation, whoever runs it. */
export const operationId = (channel: string, base: Plan['base'], change: Change): string =>
  sha256Of(writeJson({ channel, base, change }));

function differs(state: AdapterChange, { head, published }: PlanFacts): boolean {
  const packs = sortPacks((head?.entry.packs ?? []).filter(({ adapter }) => adapter === state.adapter));
  const cells = sortCells((head?.cells ?? []).filter(({ adapter }) => adapter === state.adapter));
  const wanted = sortPacks(state.packs);
  const samePacks =
    packs.length === wanted.length &&
    packs.every((pack, index) => isServed(pack, wanted[index]) && published.get(pack.id)?.key === pack.key);
  return !samePacks || JSON.stringify(cells) !== JSON.stringify(sortCells(state.cells));
}

const isServed = (pack: PackRecord, wanted: PlannedPack | undefined): boolean =>
  wanted !== undefined &&
  pack.id === wanted.id &&
  pack.build === wanted.build &&
  pack.buildDigest === wanted.buildDigest &&
  JSON.stringify(pack.recipe) === JSON.stringify(wanted.recipe);

/** The release as it will be, with a null digest for packs that are not built yet. */
function applyForecast(
  facts: PlanFacts,
  touched: readonly AdapterChange[],
): { readonly packs: readonly ComparedPack[]; readonly cells: readonly Cell[] } {
  const names = new Set(touched.map(({ adapter }) => adapter));
  const untouched = (facts.head?.entry.packs ?? []).filter(({ adapter }) => !names.has(adapter));
  const kept = assignVersions(untouched, facts.head, facts.ledger);
  const added = touched.flatMap(({ packs }) => packs).map((pack) => forecastPack(pack, facts));
  return {
    packs: [...kept.map(toComparedPack), ...added],
    cells: [
      ...(facts.head?.cells ?? []).filter(({ adapter }) => !names.has(adapter)),
      ...touched.flatMap(({ cells }) => cells),
    ],
  };
}

/**
 * A pack that is not built yet has the served version while its build is the served one: equal builds make equal bytes
 * in our own archives. What `ba-package` makes of a build again is not known before.
 */
function forecastPack(
  pack: PlannedPack,
  { head, published, archiveSizes, builtDigests, ledger }: PlanFacts,
): ComparedPack {
  const known = published.get(pack.id);
  const served = head?.entry.packs.find(({ id }) => id === pack.id);
  const sameBytes =
    served !== undefined &&
    served.buildDigest === pack.buildDigest &&
    served.recipe.format === pack.recipe.format &&
    served.recipe.compression === pack.recipe.compression &&
    pack.recipe.format !== 'asset-pack';
  const sha256 = known?.sha256 ?? builtDigests.get(pack.id) ?? (sameBytes ? served.sha256 : null);
  return {
    id: pack.id,
    version: versionFor({ id: pack.id, sha256 }, head, ledger),
    downloadSize: known?.downloadSize ?? archiveSizes.get(pack.id) ?? pack.sizeBytes,
    sha256,
    adapter: pack.adapter,
    build: pack.build,
    buildDigest: pack.buildDigest,
    recipe: pack.recipe,
    baseModelSignature: pack.baseModelSignature,
  };
}

const forecastUploads = ({ desired, published, archiveSizes }: PlanFacts): Plan['uploads'] =>
  sortPacks(desired.flatMap(({ packs }) => packs))
    .filter(({ id }) => !published.has(id))
    .map(({ id, sizeBytes }) => ({ packId: id, sizeBytes: archiveSizes.get(id) ?? sizeBytes }));

function findGapBlockers({ coverage, allow }: PlanFacts): readonly Blocker[] {
  if (allow.gap) return [];
  return coverage.cells
    .filter(({ state }) => state === 'gap')
    .map(({ adapter, platform, os, systemModel }) => ({
      code: 'COVERAGE_GAP',
      subject: adapter,
      message: `"${adapter}" has no decision for ${platform} ${os.from}${os.below === null ? ' and later' : ` to <${os.below}`}${systemModel === null ? ', which no system model claims' : ` (${systemModel})`}.`,
      fix:
        systemModel === null
          ? 'Narrow `support` in the config, or add the system model with `fmrelease systems import <file>`.'
          : `Run \`fmrelease adapter add <path> --build <version>\`, or \`fmrelease adapter decline ${adapter} --system-model ${systemModel}\`.`,
    }));
}

function findHoldBlockers({ head, desired, allow }: PlanFacts): readonly Blocker[] {
  const holds = (head?.entry.holds ?? []).filter(({ adapter }) => !allow.liftHolds.includes(adapter));
  return desired
    .flatMap(({ packs }) => packs)
    .filter((pack) =>
      holds.some((hold) => hold.adapter === pack.adapter && hold.buildDigest === pack.buildDigest),
    )
    .map((pack) => ({
      code: 'BUILD_HELD',
      subject: pack.adapter,
      message: `Build ${pack.build} of "${pack.adapter}" is held: a rollback took it back.`,
      fix: `Serve another build, or pass --lift-hold ${pack.adapter}.`,
    }));
}

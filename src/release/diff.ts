import { type Cell, cellKey } from '../model/cell.ts';
import type { CellChange, CellOutcome, LeavingPack, PackChange } from '../model/plan.ts';
import type { PackRecord } from '../model/release.ts';
import { sortCells } from './documents.ts';

/** A release as far as a comparison needs it. `sha256` is null while a pack is not built. */
export interface ComparedRelease {
  readonly packs: readonly ComparedPack[];
  readonly cells: readonly Cell[];
}

/** A pack before or after a change. */
export type ComparedPack = Omit<PackRecord, 'sha256' | 'key'> & { readonly sha256: string | null };

/** Returns one change per pack id of either side: removed first, then updated, added, kept; by id within each. */
export function diffPacks(
  before: readonly ComparedPack[],
  after: readonly ComparedPack[],
): readonly PackChange[] {
  const old = new Map(before.map((pack) => [pack.id, pack]));
  const kept = new Set(after.map(({ id }) => id));
  const removed = before.filter(({ id }) => !kept.has(id)).map((pack) => toChange('remove', pack, pack));
  const others = after.map((pack) => {
    const from = old.get(pack.id);
    return toChange(from === undefined ? 'add' : isSamePack(from, pack) ? 'keep' : 'update', pack, from);
  });
  return [...removed, ...others].sort(
    (a, b) => KINDS.indexOf(a.kind) - KINDS.indexOf(b.kind) || (a.packId < b.packId ? -1 : 1),
  );
}

/** Returns the cells whose outcome differs, those that lose cover first. A cell that is new has no `from`. */
export function diffCells(before: ComparedRelease, after: ComparedRelease): readonly CellChange[] {
  const old = new Map(before.cells.map((cell) => [cellKey(cell), cell]));
  const next = new Map(after.cells.map((cell) => [cellKey(cell), cell]));
  const all = sortCells([
    ...next.values(),
    ...[...old].filter(([key]) => !next.has(key)).map(([, cell]) => cell),
  ]);
  return all
    .map((cell) => {
      const [from, to] = [old.get(cellKey(cell)), next.get(cellKey(cell))];
      return {
        adapter: cell.adapter,
        platform: cell.platform,
        os: cell.os,
        systemModel: cell.systemModel,
        variant: cell.variant,
        from: from === undefined ? null : toOutcome(from, before.packs),
        to: to === undefined ? null : toOutcome(to, after.packs),
      };
    })
    .filter(({ from, to }) => JSON.stringify(from) !== JSON.stringify(to))
    .sort((a, b) => lossRank(a) - lossRank(b));
}

/**
 * Returns the packs that leave the download manifest of a platform, by id: devices of that platform delete them. Only
 * asset packs are in one.
 */
export function leavingPacks(
  before: readonly Pick<PackRecord, 'id' | 'recipe'>[],
  after: readonly Pick<PackRecord, 'id' | 'recipe'>[],
): readonly LeavingPack[] {
  const next = new Map(after.map(({ id, recipe }) => [id, recipe.platforms]));
  return before.flatMap(({ id, recipe }) => {
    if (recipe.format !== 'asset-pack') return [];
    const platforms = recipe.platforms.filter((platform) => next.get(id)?.includes(platform) !== true);
    return platforms.length === 0 ? [] : [{ packId: id, platforms }];
  });
}

/** What a change means to the devices of its cell. */
export type CellEffect = 'loses' | 'changes' | 'gains' | 'other';

/** `loses`: had a pack and gets none; `changes`: another pack or build; `gains`: gets one now. */
export function cellEffect({ from, to }: CellChange): CellEffect {
  const [had, has] = [from?.state === 'covered', to?.state === 'covered'];
  if (had && has) return 'changes';
  if (had) return 'loses';
  return has ? 'gains' : 'other';
}

/** A published pack as the comparison takes it. */
export const toComparedPack = ({ key: _, ...pack }: PackRecord): ComparedPack => pack;

const isSamePack = (a: ComparedPack, b: ComparedPack): boolean =>
  a.version === b.version &&
  a.build === b.build &&
  a.buildDigest === b.buildDigest &&
  a.adapter === b.adapter &&
  JSON.stringify(a.recipe) === JSON.stringify(b.recipe);

const toChange = (
  kind: PackChange['kind'],
  pack: ComparedPack,
  from: ComparedPack | undefined,
): PackChange => ({
  kind,
  packId: pack.id,
  adapter: pack.adapter,
  build: kind === 'remove' ? null : pack.build,
  fromBuild: from?.build ?? null,
  version: pack.version,
  fromVersion: from?.version ?? null,
  sizeBytes: pack.downloadSize,
  sha256: pack.sha256,
  buildDigest: pack.buildDigest,
});

const toOutcome = (cell: Cell, packs: readonly ComparedPack[]): CellOutcome => ({
  state: cell.state,
  pack: cell.pack,
  build: packs.find(({ id }) => id === cell.pack)?.build ?? null,
  fallback: cell.fallback,
});

const lossRank = (change: CellChange): number => EFFECTS.indexOf(cellEffect(change));

const KINDS = ['remove', 'update', 'add', 'keep'] as const;
const EFFECTS = ['loses', 'changes', 'gains', 'other'] as const;

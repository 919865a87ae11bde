import { toCell } from '../matrix/coverage.ts';
import { packIdOf, servedBuilds } from '../matrix/decide.ts';
import type { Intent } from '../matrix/load.ts';
import type { MatrixCell } from '../model/cell.ts';
import type { Adapter } from '../model/matrix.ts';
import type { AdapterChange, PlannedPack } from '../model/plan.ts';
import type { Recipe } from '../model/release.ts';
import type { StoreTarget } from '../store/open.ts';

/** {@link desiredState} of several adapters, in their order: the cells are looked through once. */
export function desiredStatesOf(
  adapters: readonly Adapter[],
  intent: Intent,
  target: StoreTarget,
): readonly AdapterChange[] {
  const cells = new Map<string, MatrixCell[]>(adapters.map(({ name }) => [name, []]));
  for (const cell of intent.cells) cells.get(cell.adapter)?.push(cell);
  return adapters.map((adapter) =>
    desiredState(adapter, { ...intent, cells: cells.get(adapter.name) ?? [] }, target),
  );
}

/** The state that the matrix gives one adapter on a target: its packs by id, its cells. Pure. */
export function desiredState(adapter: Adapter, intent: Intent, target: StoreTarget): AdapterChange {
  return {
    adapter: adapter.name,
    packs: servedBuilds(adapter, intent.catalogue.systemModels).map(
      (build): PlannedPack => ({
        id: packIdOf(adapter, build),
        adapter: adapter.name,
        kind: adapter.kind,
        build: build.version,
        path: build.path,
        buildDigest: build.digest,
        sizeBytes: build.sizeBytes,
        recipe: recipeFor(adapter, target),
        baseModelSignature: build.baseModelSignature,
      }),
    ),
    cells: intent.cells.filter((cell) => cell.adapter === adapter.name).map(toCell),
  };
}

const recipeFor = (adapter: Adapter, target: StoreTarget): Recipe => ({
  ...(target.hosting === 'managed'
    ? { format: 'asset-pack', compression: 'apple' }
    : { format: target.archive, compression: target.compression }),
  platforms: adapter.platforms,
  downloadPolicy: adapter.downloadPolicy,
});

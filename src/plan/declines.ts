import { decide } from '../matrix/decide.ts';
import type { MatrixCell } from '../model/cell.ts';
import type { Adapter } from '../model/matrix.ts';
import type { Coverage } from '../model/plan.ts';

/** Adapters that fall back together: on one system model, to the same, until the same day. */
export type Declines = NonNullable<Coverage['declines']>[number];

/**
 * Who falls back on purpose in a supported cell, grouped by system model, fallback and last day, in the order of the
 * cells. What can never load an adapter is a sunset, not a decline. Pure.
 */
export function findDeclines(
  adapters: readonly Adapter[],
  cells: readonly MatrixCell[],
): readonly Declines[] {
  const byName = new Map(adapters.map((adapter) => [adapter.name, adapter]));
  const groups = new Map<string, Declines & { adapters: string[] }>();
  for (const { adapter: name, systemModel, state } of cells) {
    const adapter = byName.get(name);
    if (state !== 'declined' || systemModel === null || adapter === undefined) continue;
    const decision = decide(adapter, systemModel);
    if (decision.state !== 'declined') continue;
    const { fallback, until } = decision;
    const key = JSON.stringify([systemModel.id, fallback, until]);
    const group = groups.get(key) ?? { systemModel: systemModel.id, fallback, until, adapters: [] };
    groups.set(key, group);
    if (!group.adapters.includes(name)) group.adapters.push(name);
  }
  return [...groups.values()];
}

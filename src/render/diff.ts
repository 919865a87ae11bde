import type { RevisionDiff } from '../release/diff-revisions.ts';
import { renderCellChanges, renderPackChanges } from './plan.ts';
import type { TableLook } from './table.ts';

/** What changed between two revisions, as lines: devices, then packs. */
export function renderRevisionDiff(
  { from, to, changes, cellChanges }: RevisionDiff,
  look: TableLook,
): readonly string[] {
  const sizes = new Map(changes.map(({ packId, sizeBytes }) => [packId, sizeBytes]));
  const cells = renderCellChanges(cellChanges, (id) => sizes.get(id), look);
  const packs = renderPackChanges(changes, look);
  return [
    `Revision ${from} → ${to}.`,
    ...(cells.length === 0 ? ['No device gets anything else.'] : ['', look.style.bold('Devices'), ...cells]),
    ...(packs.length === 0 ? [] : ['', look.style.bold('Packs'), ...packs]),
  ];
}

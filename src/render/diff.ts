import type { RevisionDiff } from '../release/diff-revisions.ts';
import { renderCellChanges, renderPackChanges } from './plan.ts';
import type { Style } from './style.ts';

/** What changed between two revisions, as lines: devices, then packs. */
export function renderRevisionDiff(
  { from, to, changes, cellChanges }: RevisionDiff,
  style: Style,
): readonly string[] {
  const sizes = new Map(changes.map(({ packId, sizeBytes }) => [packId, sizeBytes]));
  const cells = renderCellChanges(cellChanges, (id) => sizes.get(id), style);
  const packs = renderPackChanges(changes, style);
  return [
    `Revision ${from} → ${to}.`,
    ...(cells.length === 0 ? ['No device gets anything else.'] : ['', style.bold('Devices'), ...cells]),
    ...(packs.length === 0 ? [] : ['', style.bold('Packs'), ...packs]),
  ];
}

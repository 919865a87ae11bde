import type { FleetReport } from '../fleet/report.ts';
import { type Fallback, formatFallback } from '../model/cell.ts';
import { formatOsRange } from '../model/os-range.ts';
import type { CellChange, CellOutcome, DueSignature, PackChange, Plan } from '../model/plan.ts';
import { type CellEffect, cellEffect } from '../release/diff.ts';
import { coverageLine, declineLines, renderCells } from './coverage.ts';
import { renderFleet } from './fleet.ts';
import type { Style } from './style.ts';
import { flowTable, type TableLook } from './table.ts';
import { count, formatBytes } from './units.ts';

/** What a plan is shown with: where it goes, and which command applies it. */
export interface PlanContext {
  readonly place: string;
  readonly apply: string;
  /** What it costs the users, where it is known who they are. */
  readonly fleet?: FleetReport | null;
  /** True names every cell of the coverage proof. */
  readonly cells?: boolean;
  /** Columns of the terminal, by which tables are wrapped; null does not wrap. */
  readonly width: number | null;
}

/** A plan as lines: who loses, who changes, who gains, the packs, the uploads, the proof, the next command. */
export function renderPlan(plan: Plan, context: PlanContext, style: Style): readonly string[] {
  const { place, apply, width } = context;
  const opening = [
    `${style.bold('Target')} ${plan.target}   ${style.bold('channel')} ${plan.channel}   ${place}`,
    openingLine(plan),
  ];
  if (!plan.hasChanges)
    return [
      ...opening,
      '',
      ...proofLines(plan, context, style),
      ...uploadLines(plan),
      'Nothing to do: the channel is what the matrix says.',
      coverageLine(plan.coverage),
      ...declineLines(plan.coverage),
      ...outsideLines(plan),
      ...blockerLines(plan, style),
    ];
  return [
    ...opening,
    ...section('Devices', cellLines(plan, { style, width }), style),
    ...section('Packs', renderPackChanges(plan.changes, { style, width }), style),
    ...leavingLines(plan, style),
    ...renewalLines(plan),
    '',
    ...proofLines(plan, context, style),
    ...uploadLines(plan),
    coverageLine(plan.coverage),
    ...declineLines(plan.coverage),
    summaryLine(plan),
    ...outsideLines(plan),
    ...blockerLines(plan, style),
    ...(plan.blockers.length > 0 ? [] : [`Apply: ${apply}`]),
  ];
}

/** The changes of cells as lines, losers first; shared with `diff`. */
export function renderCellChanges(
  changes: readonly CellChange[],
  sizeOf: (packId: string) => number | undefined,
  { style, width }: TableLook,
): readonly string[] {
  const rows = changes.map((change) => {
    const effect = cellEffect(change);
    const size = change.to?.pack == null ? undefined : sizeOf(change.to.pack);
    return [
      mark(effect, style),
      `${change.platform} ${formatOsRange(change.os)}`,
      change.systemModel ?? '(no system model)',
      change.adapter,
      formatTransition(change),
      size === undefined || effect === 'other' ? '' : `${formatBytes(size)} per device`,
    ];
  });
  return flowTable(rows, 'LLLLLL', { width, indent: '  ' });
}

/** The changes of packs as lines; kept ones come as one count. */
export function renderPackChanges(
  changes: readonly PackChange[],
  { style, width }: TableLook,
): readonly string[] {
  const rows = changes.flatMap((change) => (change.kind === 'keep' ? [] : [packRow(change, style)]));
  const kept = changes.filter(({ kind }) => kind === 'keep').length;
  return [
    ...flowTable(rows, 'LLLLR', { width, indent: '  ' }),
    ...(kept === 0 ? [] : [`  · ${count(kept, 'pack')} unchanged`]),
  ];
}

/** Every cell, and what the release costs the users: where they are asked for. */
const proofLines = (
  { coverage }: Plan,
  { fleet = null, cells = false, width }: PlanContext,
  style: Style,
): readonly string[] => [
  ...(cells ? [style.bold('Coverage'), ...renderCells(coverage.cells, style, width), ''] : []),
  ...(fleet === null
    ? []
    : [...renderFleet(fleet, { title: 'What this release costs the users', style, width }), '']),
];

function openingLine(plan: Plan): string {
  if (plan.baseRevision === null)
    return plan.hasChanges ? `First release: revision ${plan.nextRevision}.` : 'Nothing is published yet.';
  return plan.hasChanges
    ? `Revision ${plan.baseRevision} → ${plan.nextRevision}.`
    : `Revision ${plan.baseRevision}.`;
}

const section = (title: string, lines: readonly string[], style: Style): readonly string[] =>
  lines.length === 0 ? [] : ['', style.bold(title), ...lines];

function cellLines(plan: Plan, look: TableLook): readonly string[] {
  const sizes = new Map(plan.changes.map(({ packId, sizeBytes }) => [packId, sizeBytes]));
  const shown = plan.cellChanges.filter(
    (change) => cellEffect(change) !== 'other' || change.to?.state === 'gap',
  );
  const quiet = plan.cellChanges.length - shown.length;
  return [
    ...renderCellChanges(shown, (id) => sizes.get(id), look),
    ...(quiet === 0
      ? []
      : [
          `  · ${count(quiet, 'other cell')} without an adapter before and after (sunset, declined or not offered)`,
        ]),
  ];
}

/** Under managed hosting the system deletes what its platform's manifest no longer lists. */
export const leavingLines = ({ leaving }: Plan, style: Style): readonly string[] =>
  leaving.length === 0
    ? []
    : [
        '',
        ...leaving.map(({ packId, platforms }) =>
          style.red(
            `Warning: ${packId} leaves the download manifest for ${platforms.join(', ')}: those devices delete it.`,
          ),
        ),
      ];

/** What a publish renews although no pack and no device changes. */
export function renewalLines({ change, signatureDue, baseRevision }: Plan): readonly string[] {
  const lines = [
    ...(change.refreshUrls
      ? ['Addresses: the manifests name the public URL of the config from now on.']
      : []),
    ...(signatureDue === null
      ? []
      : [`Signature: revision ${baseRevision ?? 0} ${DUE_WORDS[signatureDue]}; the next one is.`]),
  ];
  return lines.length === 0 ? [] : ['', ...lines];
}

const DUE_WORDS: Readonly<Record<NonNullable<DueSignature>, string>> = {
  unsigned: 'is not signed',
  'other-app': 'is not signed for the app of the config',
  'other-key': 'is not signed by the key of the config',
};

function packRow(change: PackChange, style: Style): readonly string[] {
  const version =
    change.fromVersion === null || change.fromVersion === change.version
      ? `v${change.version}`
      : `v${change.fromVersion} → v${change.version}`;
  const build =
    change.kind === 'remove'
      ? (change.fromBuild ?? '')
      : change.fromBuild === null || change.fromBuild === change.build
        ? (change.build ?? '')
        : `${change.fromBuild} → ${change.build}`;
  return [
    mark(PACK_EFFECT[change.kind], style),
    change.packId,
    change.kind === 'remove' ? style.red('removed: devices delete it') : version,
    `build ${build}`,
    formatBytes(change.sizeBytes),
  ];
}

function formatTransition({ from, to }: CellChange): string {
  if (from === null) return formatOutcome(to);
  return `${formatOutcome(from)} → ${formatOutcome(to)}`;
}

function formatOutcome(outcome: CellOutcome | null): string {
  if (outcome === null) return 'not in the release';
  switch (outcome.state) {
    case 'covered':
      return outcome.build ?? outcome.pack ?? 'covered';
    case 'declined':
      return `declined (${fallbackText(outcome.fallback)})`;
    case 'sunset':
      return `sunset (${fallbackText(outcome.fallback)})`;
    case 'not-offered':
      return 'not offered';
    case 'gap':
      return 'gap';
  }
}

const fallbackText = (fallback: Fallback | null): string => formatFallback(fallback ?? 'base-model');

function uploadLines(plan: Plan): readonly string[] {
  if (plan.uploads.length === 0) return [];
  const total = plan.uploads.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  return [
    `Upload ${count(plan.uploads.length, 'object')}, ${formatBytes(total)}.`,
    ...(hasUnknownSizes(plan)
      ? [
          'The size of a compressed pack is known once it is built; until then the most that it can be is shown.',
        ]
      : []),
  ];
}

/** True when a pack is still to be built whose size follows from its contents. */
function hasUnknownSizes({ change, changes, uploads }: Plan): boolean {
  const unbuilt = new Set(changes.filter(({ sha256 }) => sha256 === null).map(({ packId }) => packId));
  return change.adapters
    .flatMap(({ packs }) => packs)
    .some(
      ({ id, recipe }) =>
        recipe.compression !== 'none' && unbuilt.has(id) && uploads.some(({ packId }) => packId === id),
    );
}

function summaryLine({ changes }: Plan): string {
  const of = (kind: PackChange['kind']): number => changes.filter((change) => change.kind === kind).length;
  return `Plan: ${of('add')} added, ${of('update')} changed, ${of('remove')} removed.`;
}

const outsideLines = ({ outOfScope }: Plan): readonly string[] =>
  outOfScope.length === 0
    ? []
    : [
        '',
        'Outside the scope, not changed by this plan:',
        ...outOfScope.map(({ message }) => `  ${message}`),
      ];

const blockerLines = (plan: Plan, style: Style): readonly string[] =>
  plan.blockers.length === 0
    ? []
    : [
        '',
        style.red(`Blocked: publishing this plan is refused.`),
        ...plan.blockers.flatMap(({ message, fix }) => [`  ${message}`, `    ${fix}`]),
      ];

function mark(effect: CellEffect, style: Style): string {
  switch (effect) {
    case 'loses':
      return style.red('-');
    case 'changes':
      return style.yellow('~');
    case 'gains':
      return style.green('+');
    case 'other':
      return '·';
  }
}

const PACK_EFFECT = { remove: 'loses', update: 'changes', add: 'gains', keep: 'other' } as const;

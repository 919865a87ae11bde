import type { Inspection } from '../adapter/inspect.ts';
import { systemModelsOf } from '../catalogue/catalogue.ts';
import { formatFallback } from '../model/cell.ts';
import { shortDigest } from '../model/digest.ts';
import type { Adapter, ServeEntry } from '../model/matrix.ts';
import { formatOsRange, toOsRangeText } from '../model/os-range.ts';
import { formatOsVersion } from '../model/os-version.ts';
import { PLATFORMS } from '../model/platform.ts';
import { shortSignature } from '../model/signature.ts';
import type { Catalogue, SystemModel } from '../model/system-model.ts';
import type { Revision } from '../release/history.ts';
import type { Check } from '../verify/check.ts';
import { renderFindings } from './findings.ts';
import type { Style } from './style.ts';
import { alignTable } from './table.ts';
import { count, formatBytes } from './units.ts';

/** An inspected adapter as lines, its faults below. */
export function renderInspection(inspection: Inspection, style: Style): readonly string[] {
  const facts = [
    ['name', inspection.name],
    ['identifier', inspection.adapterIdentifier ?? 'unknown'],
    ['signature', inspection.baseModelSignature ?? 'unknown'],
    ['LoRA rank', String(inspection.loraRank ?? 'unknown')],
    ['tensors', String(inspection.tensors)],
    ['draft model', inspection.draft ? 'yes' : 'no'],
    ['size', `${formatBytes(inspection.sizeBytes)} (${inspection.sizeBytes} bytes)`],
    ['digest', inspection.digest],
  ];
  const verdict =
    inspection.findings.length === 0
      ? style.green('Sound: no fault found.')
      : style.red(`Unsound: ${count(inspection.findings.length, 'fault')}.`);
  return [...alignTable(facts, 'LL'), '', verdict, ...renderFindings(inspection.findings, style)];
}

/** The adapters of a matrix as lines: builds, then decisions. */
export function renderAdapters(adapters: readonly Adapter[], style: Style): readonly string[] {
  if (adapters.length === 0)
    return [
      'The matrix has no adapter yet. Register one with `fmrelease adapter add <path> --build <version>`.',
    ];
  return adapters.flatMap((adapter) => [
    `${style.bold(adapter.name)}  ${adapter.kind} on ${adapter.platforms.join(', ')}`,
    ...alignTable(
      adapter.builds.map((build) => [
        `build ${build.version}`,
        build.baseModelSignature === null ? '' : shortSignature(build.baseModelSignature),
        formatBytes(build.sizeBytes),
        shortDigest(build.digest),
        build.path,
      ]),
      'LLRLL',
      '  ',
    ),
    ...adapter.serve.map((entry) => `  ${serveLine(entry)}`),
  ]);
}

function serveLine({ subject, decision }: ServeEntry): string {
  const who = subject.kind === 'signature' ? shortSignature(subject.signature) : subject.id;
  if (decision.kind === 'build') return `${who} → build ${decision.version}`;
  return `${who} → none, ${formatFallback(decision.fallback)}${decision.until === null ? '' : ` until ${decision.until}`}${decision.reason === null ? '' : `: ${decision.reason}`}`;
}

/** The catalogue as lines: rows with their evidence, then OS releases and toolkits. */
export function renderCatalogue(catalogue: Catalogue, style: Style): readonly string[] {
  return [
    ...catalogue.systemModels.flatMap((row) => renderRow(row, style)),
    style.bold('Known OS releases'),
    ...alignTable(
      catalogue.osReleases.map((release) => [
        formatOsVersion(release.version),
        release.platforms.join(', '),
        `${release.dateIs.replace('-', ' ')} ${release.date}`,
        systemModelsOf(release, catalogue.systemModels)
          .map(({ id }) => id)
          .join(', '),
        release.source,
      ]),
      'LLLLL',
      '  ',
    ),
    style.bold('Toolkits'),
    ...alignTable(
      catalogue.toolkits.map(({ version, withdrawn, date, source }) => [
        version,
        withdrawn ? 'withdrawn' : 'current',
        `seen ${date}`,
        source,
      ]),
      'LLLL',
      '  ',
    ),
  ];
}

function renderRow(row: SystemModel, style: Style): readonly string[] {
  const ranges = PLATFORMS.flatMap((platform) => {
    const range = row.os[platform];
    return range === undefined ? [] : [`${platform} ${formatOsRange(toOsRangeText(range))}`];
  });
  const signature =
    row.signature === null
      ? 'no signature'
      : `signature ${row.signature.digits}${row.signature.complete ? '' : '…'}`;
  return [
    `${style.bold(row.id)}  adapters ${row.adapterSupport}, ${row.certainty}${row.variant === null ? '' : `, variant ${row.variant}`}`,
    `  ${ranges.join('; ')}`,
    `  ${signature}${row.toolkit === null ? '' : `, toolkit ${row.toolkit}`}`,
    ...row.evidence.map(({ kind, reference, date }) => style.dim(`  ${date} ${kind}: ${reference}`)),
    '',
  ];
}

/** Checks as lines: what held, what did not. */
export const renderChecks = (checks: readonly Check[], style: Style): readonly string[] =>
  alignTable(
    checks.map(({ name, ok, detail }) => [ok ? style.green('ok') : style.red('FAILED'), name, detail]),
    'LLL',
  );

/** The revisions of a channel as lines, newest first. */
export const renderHistory = (revisions: readonly Revision[], style: Style): readonly string[] =>
  alignTable(
    revisions.map(({ entry, rollbackable }) => [
      style.bold(String(entry.revision)),
      entry.kind,
      entry.createdAt,
      count(entry.packs.length, 'pack'),
      rollbackable ? 'rollbackable' : 'packs are gone',
      entry.source?.commit?.slice(0, 8) ?? '',
      entry.message ?? '',
    ]),
    'RLLRLLL',
  );

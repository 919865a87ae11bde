import { applyProbe, type ProbeEffect } from '../catalogue/apply-probe.ts';
import {
  extendOsReleases,
  extendSystemModels,
  toOsRelease,
  toSystemModel,
  toSystemModelDocument,
} from '../catalogue/catalogue.ts';
import { type Probe, parseProbe } from '../catalogue/probe.ts';
import type { Config } from '../config/config.ts';
import type { OsReleaseDocument, SystemModelDocument, ToolkitDocument } from '../generated/matrix.ts';
import type { MatrixCell } from '../model/cell.ts';
import { rangeContains } from '../model/os-range.ts';
import { formatOsVersion } from '../model/os-version.ts';
import type { Catalogue, OsRelease } from '../model/system-model.ts';
import { changeCatalogue } from './change-files.ts';
import { coverCells } from './coverage.ts';
import type { Intent } from './load.ts';
import { type ImportText, parseImport } from './parse-import.ts';

/** One row before and after; `before` is null for a new one. */
export interface RowChange {
  readonly id: string;
  readonly before: SystemModelDocument | null;
  readonly after: SystemModelDocument;
}

/** One toolkit before and after; `before` is null for a new one. */
export interface ToolkitChange {
  readonly version: string;
  readonly before: ToolkitDocument | null;
  readonly after: ToolkitDocument;
}

/** Who has to decide about a row. `all`: every adapter of the matrix. */
export interface UndecidedRow {
  readonly systemModel: string | null;
  readonly adapters: readonly string[];
  readonly all: boolean;
}

/** What an import changed, and who has to decide something because of it. */
export interface ImportResult {
  readonly changes: readonly RowChange[];
  readonly osReleases: readonly OsReleaseDocument[];
  readonly toolkits: readonly ToolkitChange[];
  /** Adapters with a gap now on OS versions where they had none, sorted. */
  readonly undecided: readonly string[];
  /** The same by the row that they have to decide about; null: OS versions that no row claims any more. */
  readonly undecidedOn: readonly UndecidedRow[];
  readonly files: readonly string[];
}

/** What a probe changed, and what the device carries. */
export interface ProbeResult extends ImportResult {
  readonly outcome: ProbeEffect['outcome'];
  readonly platform: string;
  readonly os: string;
  readonly digits: string;
  readonly systemModel: string;
}

/**
 * Puts what a device said into `systemModels` of the matrix, with its evidence.
 *
 * @throws ReleaseError `PROBE_INVALID`, or as reading and writing the matrix do; then nothing is written
 */
export async function importProbe(config: Config, { text, source, today }: ImportText): Promise<ProbeResult> {
  const probe: Probe = await parseProbe(text, source, today);
  const { decision, files } = await changeCatalogue({ ...config, create: true }, (intent) => {
    const effect = applyProbe(intent.catalogue, probe);
    const after = effect.changes.map((change) => change.after);
    return {
      effect,
      undecided: newlyUndecided(intent, config, {
        ...intent.catalogue,
        systemModels: extendSystemModels(intent.catalogue.systemModels, after),
      }),
      systemModels: after.map(toSystemModelDocument),
      osReleases: effect.osReleases.map(toOsReleaseDocument),
      toolkits: [],
    };
  });
  const { effect, osReleases, undecided } = decision;
  return {
    outcome: effect.outcome,
    platform: probe.platform,
    os: formatOsVersion(probe.os),
    digits: probe.digits,
    systemModel: effect.systemModel.id,
    changes: effect.changes.map(({ before, after }) => ({
      id: after.id,
      before: before === null ? null : toSystemModelDocument(before),
      after: toSystemModelDocument(after),
    })),
    osReleases,
    toolkits: [],
    ...undecided,
    files,
  };
}

/**
 * Puts the rows, OS releases and toolkits of a file into the matrix. What is there already as it is changes nothing.
 *
 * @throws ReleaseError `SYSTEMS_INVALID` with every fault, or as writing the matrix does; then nothing is written
 */
export async function importSystems(config: Config, input: ImportText): Promise<ImportResult> {
  const { systemModels = [], osReleases = [], toolkits = [] } = await parseImport(input);
  const { decision, files } = await changeCatalogue({ ...config, create: true }, (intent) => {
    const { catalogue } = intent;
    const changes = systemModels.flatMap((after) => rowChange(after, catalogue));
    const releases = osReleases.filter((release) => !isKnown(release, catalogue));
    const kits = toolkits.flatMap((toolkit) => toolkitChange(toolkit, catalogue));
    return {
      changes,
      kits,
      undecided: newlyUndecided(intent, config, {
        ...catalogue,
        systemModels: extendSystemModels(
          catalogue.systemModels,
          changes.map(({ after }) => toSystemModel(after)),
        ),
        osReleases: extendOsReleases(catalogue.osReleases, releases.map(toOsRelease)),
      }),
      systemModels: changes.map(({ after }) => after),
      osReleases: releases,
      toolkits: kits.map(({ after }) => after),
    };
  });
  const { changes, osReleases: releases, kits, undecided } = decision;
  return { changes, osReleases: releases, toolkits: kits, ...undecided, files };
}

function rowChange(after: SystemModelDocument, { systemModels }: Catalogue): readonly RowChange[] {
  const row = systemModels.find(({ id }) => id === after.id);
  const before = row === undefined ? null : toSystemModelDocument(row);
  const same =
    before !== null && JSON.stringify(before) === JSON.stringify(toSystemModelDocument(toSystemModel(after)));
  return same ? [] : [{ id: after.id, before, after }];
}

function toolkitChange(after: ToolkitDocument, { toolkits }: Catalogue): readonly ToolkitChange[] {
  const { version } = after;
  const before = toolkits.find((known) => known.version === version) ?? null;
  const same =
    before?.withdrawn === after.withdrawn && before.date === after.date && before.source === after.source;
  return same ? [] : [{ version, before, after }];
}

const isKnown = (release: OsReleaseDocument, { osReleases }: Catalogue): boolean =>
  release.platforms.every((platform) =>
    osReleases.some(
      (known) =>
        known.platforms.some((name) => name === platform) &&
        known.date === release.date &&
        known.dateIs === release.dateIs &&
        known.source === release.source &&
        formatOsVersion(known.version) === formatOsVersion(toOsRelease(release).version),
    ),
  );

/** Adapters that a change of the catalogue leaves without a decision where they had one, or where nobody had to decide. */
function newlyUndecided(
  { adapters, cells }: Intent,
  { support }: Config,
  catalogue: Catalogue,
): Pick<ImportResult, 'undecided' | 'undecidedOn'> {
  const before = new Map<string, MatrixCell[]>(adapters.map(({ name }) => [name, []]));
  for (const cell of cells) before.get(cell.adapter)?.push(cell);
  const fresh = coverCells(adapters, catalogue, support).filter(
    (cell) => cell.state === 'gap' && !wasGap(cell, before.get(cell.adapter) ?? []),
  );
  const rows = new Map<string | null, Set<string>>();
  for (const { systemModel, adapter } of fresh) {
    const id = systemModel?.id ?? null;
    rows.set(id, (rows.get(id) ?? new Set()).add(adapter));
  }
  return {
    undecided: [...new Set(fresh.map(({ adapter }) => adapter))].sort(),
    undecidedOn: [...rows].map(([systemModel, names]) => ({
      systemModel,
      adapters: [...names].sort(),
      all: names.size === adapters.length,
    })),
  };
}

/** True when every OS version of a gap lay in a gap before; cells may have been divided otherwise then. */
function wasGap({ platform, range, systemModel }: MatrixCell, before: readonly MatrixCell[]): boolean {
  const variant = systemModel?.variant ?? null;
  const own = before.filter((cell) => {
    const had = cell.systemModel?.variant ?? null;
    return cell.platform === platform && (had === null || variant === null || had === variant);
  });
  const starts = own.map((cell) => cell.range.from).filter((version) => rangeContains(range, version));
  return [range.from, ...starts].every((version) =>
    own.some((cell) => cell.state === 'gap' && rangeContains(cell.range, version)),
  );
}

const toOsReleaseDocument = ({ version, platforms, ...release }: OsRelease): OsReleaseDocument => ({
  version: formatOsVersion(version),
  platforms: [...platforms],
  ...release,
});

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
import { ReleaseError } from '../errors.ts';
import type { OsReleaseDocument, SystemModelDocument } from '../generated/matrix.ts';
import type { SystemsImportDocument } from '../generated/systems-import.ts';
import { readJson } from '../json/read.ts';
import { checkDocument } from '../json/validate.ts';
import type { MatrixCell } from '../model/cell.ts';
import { rangeContains } from '../model/os-range.ts';
import { formatOsVersion } from '../model/os-version.ts';
import { explainPlatform, isPlatform } from '../model/platform.ts';
import type { Catalogue, OsRelease } from '../model/system-model.ts';
import { changeCatalogue } from './change-files.ts';
import { coverCells } from './coverage.ts';
import type { Intent } from './load.ts';

/** A text to import, what to call it, and the day of it where it names none. */
export interface ImportText {
  readonly text: string;
  readonly source: string;
  readonly today: string;
}

/** One row before and after; `before` is null for a new one. */
export interface RowChange {
  readonly id: string;
  readonly before: SystemModelDocument | null;
  readonly after: SystemModelDocument;
}

/** What an import changed, and who has to decide something because of it. */
export interface ImportResult {
  readonly changes: readonly RowChange[];
  readonly osReleases: readonly OsReleaseDocument[];
  /** Adapters with a gap now on OS versions where they had none, sorted. */
  readonly undecided: readonly string[];
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
  let seen: { readonly intent: Intent; readonly effect: ProbeEffect } | undefined;
  const files = await changeCatalogue({ ...config, create: true }, (intent) => {
    const effect = applyProbe(intent.catalogue, probe);
    seen = { intent, effect };
    return {
      systemModels: effect.changes.map(({ after }) => toSystemModelDocument(after)),
      osReleases: effect.osReleases.map(toOsReleaseDocument),
    };
  });
  if (seen === undefined) throw new Error('the matrix must have been read');
  const { intent, effect } = seen;
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
    osReleases: effect.osReleases.map(toOsReleaseDocument),
    undecided: newlyUndecided(intent, config, {
      ...intent.catalogue,
      systemModels: extendSystemModels(
        intent.catalogue.systemModels,
        effect.changes.map(({ after }) => after),
      ),
    }),
    files,
  };
}

/**
 * Puts the rows and OS releases of a file into the matrix. Rows that are there already as they are change nothing.
 *
 * @throws ReleaseError `SYSTEMS_INVALID` with every fault, or as writing the matrix does; then nothing is written
 */
export async function importSystems(
  config: Config,
  { text, source }: Omit<ImportText, 'today'>,
): Promise<ImportResult> {
  const document = await parseImport(text, source);
  const { systemModels = [], osReleases = [] } = document;
  let result: Omit<ImportResult, 'files'> | undefined;
  const files = await changeCatalogue({ ...config, create: true }, (intent) => {
    const { catalogue } = intent;
    const changes = systemModels.flatMap((after): readonly RowChange[] => {
      const row = catalogue.systemModels.find(({ id }) => id === after.id);
      const before = row === undefined ? null : toSystemModelDocument(row);
      const same =
        before !== null &&
        JSON.stringify(before) === JSON.stringify(toSystemModelDocument(toSystemModel(after)));
      return same ? [] : [{ id: after.id, before, after }];
    });
    const releases = osReleases.filter((release) => !isKnown(release, catalogue));
    result = {
      changes,
      osReleases: releases,
      undecided: newlyUndecided(intent, config, {
        ...catalogue,
        systemModels: extendSystemModels(
          catalogue.systemModels,
          changes.map(({ after }) => toSystemModel(after)),
        ),
        osReleases: extendOsReleases(catalogue.osReleases, releases.map(toOsRelease)),
      }),
    };
    return { systemModels: changes.map(({ after }) => after), osReleases: releases };
  });
  if (result === undefined) throw new Error('the matrix must have been read');
  return { ...result, files };
}

async function parseImport(text: string, source: string): Promise<SystemsImportDocument> {
  const { default: validate } = await import('../generated/systems-import.validator.js');
  const document = checkDocument<SystemsImportDocument>(readJson(text, source), {
    validate,
    source,
    code: 'SYSTEMS_INVALID',
  });
  const platforms = [
    ...(document.systemModels ?? []).flatMap(({ os }) => Object.keys(os)),
    ...(document.osReleases ?? []).flatMap((release) => release.platforms),
  ].filter((platform) => !isPlatform(platform));
  const faults = [...new Set(platforms)].map(explainPlatform);
  const ids = (document.systemModels ?? []).map(({ id }) => id);
  faults.push(
    ...ids
      .filter((id, index) => ids.indexOf(id) !== index)
      .map((id) => `The system model "${id}" stands twice.`),
  );
  for (const row of document.systemModels ?? []) faults.push(...rangeFaults(row));
  if (faults.length === 0) return document;
  throw new ReleaseError('SYSTEMS_INVALID', `${source} cannot be imported: ${faults.join(' ')}`, {
    fix: `Correct ${source}.`,
    details: faults,
  });
}

function rangeFaults(row: SystemModelDocument): readonly string[] {
  try {
    toSystemModel(row);
    return [];
  } catch (error) {
    if (error instanceof ReleaseError) return [error.message];
    throw error;
  }
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
): readonly string[] {
  const before = new Map<string, MatrixCell[]>(adapters.map(({ name }) => [name, []]));
  for (const cell of cells) before.get(cell.adapter)?.push(cell);
  const fresh = coverCells(adapters, catalogue, support).filter(
    (cell) => cell.state === 'gap' && !wasGap(cell, before.get(cell.adapter) ?? []),
  );
  return [...new Set(fresh.map(({ adapter }) => adapter))].sort();
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

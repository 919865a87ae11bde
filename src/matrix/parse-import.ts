import { toSystemModel } from '../catalogue/catalogue.ts';
import { ReleaseError } from '../errors.ts';
import type { OsReleaseDocument, SystemModelDocument } from '../generated/matrix.ts';
import type { SystemsImportDocument } from '../generated/systems-import.ts';
import { readJson } from '../json/read.ts';
import { checkDocument } from '../json/validate.ts';
import { explainPlatform, isPlatform } from '../model/platform.ts';
import { parseInstant } from '../model/timestamp.ts';

/** A text to import, what to call it, and today, which is the day of a probe that names none. */
export interface ImportText {
  readonly text: string;
  readonly source: string;
  readonly today: string;
}

/**
 * Reads a file of system models, OS releases and toolkits.
 *
 * @throws ReleaseError `JSON_INVALID`, `SYSTEMS_INVALID` with every fault
 */
export async function parseImport({ text, source, today }: ImportText): Promise<SystemsImportDocument> {
  const { default: validate } = await import('../generated/systems-import.validator.js');
  const document = checkDocument<SystemsImportDocument>(readJson(text, source), {
    validate,
    source,
    code: 'SYSTEMS_INVALID',
  });
  const { systemModels = [], osReleases = [], toolkits = [] } = document;
  if (systemModels.length + osReleases.length + toolkits.length === 0) {
    throw new ReleaseError('SYSTEMS_INVALID', `${source} holds no system model, OS release or toolkit.`, {
      fix: `Write them into \`systemModels\`, \`osReleases\` or \`toolkits\` of ${source}.`,
    });
  }
  const faults = [
    ...platformFaults(systemModels, osReleases),
    ...repeats(systemModels.map(({ id }) => `The system model "${id}"`)),
    ...repeats(
      osReleases.flatMap(({ version, platforms }) => platforms.map((name) => `OS ${version} of ${name}`)),
    ),
    ...repeats(toolkits.map(({ version }) => `Toolkit ${version}`)),
    ...systemModels.flatMap(rangeFaults),
    ...dateFaults(document, today),
  ];
  if (faults.length === 0) return document;
  throw new ReleaseError('SYSTEMS_INVALID', `${source} cannot be imported: ${faults.join(' ')}`, {
    fix: `Correct ${source}.`,
    details: faults,
  });
}

function platformFaults(
  systemModels: readonly SystemModelDocument[],
  osReleases: readonly OsReleaseDocument[],
): readonly string[] {
  const platforms = [
    ...systemModels.flatMap(({ os }) => Object.keys(os)),
    ...osReleases.flatMap((release) => release.platforms),
  ].filter((platform) => !isPlatform(platform));
  return [...new Set(platforms)].map(explainPlatform);
}

const repeats = (names: readonly string[]): readonly string[] =>
  names.filter((name, index) => names.indexOf(name) !== index).map((name) => `${name} stands twice.`);

function rangeFaults(row: SystemModelDocument): readonly string[] {
  try {
    toSystemModel(row);
    return [];
  } catch (error) {
    if (error instanceof ReleaseError) return [error.message];
    throw error;
  }
}

/** What was seen cannot have been seen later than today; what is announced may come. */
function dateFaults(
  { systemModels = [], osReleases = [], toolkits = [] }: SystemsImportDocument,
  today: string,
): readonly string[] {
  const dated = [
    ...systemModels.flatMap(({ id, evidence }) =>
      evidence.map(({ date }) => ({ what: `The evidence of "${id}"`, date, mayCome: false })),
    ),
    ...osReleases.map(({ version, date, dateIs }) => ({
      what: `OS ${version}`,
      date,
      mayCome: dateIs === 'announced',
    })),
    ...toolkits.map(({ version, date }) => ({ what: `Toolkit ${version}`, date, mayCome: false })),
  ];
  return dated.flatMap(({ what, date, mayCome }) => {
    if (!isDay(date)) return [`${what} is dated ${date}, which is no day of the calendar.`];
    if (mayCome || date <= today) return [];
    return [`${what} is dated ${date}, which is still to come: today is ${today}.`];
  });
}

function isDay(text: string): boolean {
  try {
    parseInstant(text);
    return true;
  } catch (error) {
    if (error instanceof ReleaseError) return false;
    throw error;
  }
}

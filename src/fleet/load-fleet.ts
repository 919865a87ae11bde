import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Config } from '../config/config.ts';
import { ReleaseError } from '../errors.ts';
import type { Fleet } from '../model/fleet.ts';
import { parseFleetCsv, parseFleetTable } from './parse-fleet.ts';

/**
 * Returns the fleet of a file that was named (relative to here), else of the config; null where neither tells.
 *
 * @throws ReleaseError `FILE_NOT_FOUND`, `FLEET_INVALID`
 */
export async function loadFleet(
  { fleet, root, file }: Pick<Config, 'fleet' | 'root' | 'file'>,
  named: string | undefined,
): Promise<Fleet | null> {
  if (named !== undefined)
    return readFleetFile(
      resolve(named),
      named,
      `Name a CSV file, such as --fleet fleet.csv, that begins with ${FLEET_HEAD}.`,
    );
  if (fleet === null) return null;
  return typeof fleet === 'string'
    ? readFleetFile(
        resolve(root, fleet),
        fleet,
        `Correct \`fleet\` in ${file}: the path of a CSV file that begins with ${FLEET_HEAD}.`,
      )
    : parseFleetTable(fleet, `\`fleet\` in ${file}`);
}

async function readFleetFile(path: string, name: string, fix: string): Promise<Fleet> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    throw new ReleaseError('FILE_NOT_FOUND', `The OS share table "${name}" cannot be read.`, { fix, cause });
  }
  return parseFleetCsv(text, name);
}

/** The first line of a table of counted devices. */
const FLEET_HEAD = '"platform,os,devices"';

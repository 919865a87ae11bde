import { ReleaseError } from '../errors.ts';
import type { Fleet, FleetRow } from '../model/fleet.ts';
import { formatOsVersion, parseOsVersion } from '../model/os-version.ts';
import { PLATFORMS, parsePlatform } from '../model/platform.ts';

/** Shares by platform and OS version, as the config holds them. */
export type FleetTable = Readonly<Record<string, Readonly<Record<string, number>>>>;

/**
 * Reads the shares of the config.
 *
 * @throws ReleaseError `FLEET_INVALID` with every fault
 */
export function parseFleetTable(table: FleetTable, source: string): Fleet {
  return toFleet(
    Object.entries(table).flatMap(([platform, shares]) =>
      Object.entries(shares).map(([os, share]) => ({
        place: `${platform} ${os}`,
        platform,
        os,
        text: String(share),
        share,
        devices: null,
      })),
    ),
    source,
  );
}

/**
 * Reads a CSV file: a header, then one OS version a line. Columns `platform`, `os`, and `share` (0.31 or 31%) or
 * `devices`, in any order, others left alone; separated by commas, semicolons or tabs. Lines of the same platform and
 * version are added up.
 *
 * @throws ReleaseError `FLEET_INVALID` with every fault
 */
export function parseFleetCsv(text: string, source: string): Fleet {
  const lines = text
    .replace(/^\ufeff/, '')
    .split(/\r?\n/)
    .map((line, index) => ({ line, number: index + 1 }))
    .filter(({ line }) => line.trim() !== '' && !line.startsWith('#'));
  const [head, ...body] = lines;
  const separator = [';', '\t'].find((mark) => head?.line.includes(mark)) ?? ',';
  const names = splitLine(head?.line ?? '', separator).map((name) => name.toLowerCase());
  const measure = names.includes('devices') ? 'devices' : 'share';
  const columns = {
    platform: names.indexOf('platform'),
    os: names.indexOf('os'),
    value: names.indexOf(measure),
  };
  if (Object.values(columns).includes(-1)) {
    throw invalid(source, [
      `its first line is "${(head?.line ?? '').slice(0, 60)}", expected the columns platform, os, and share or devices`,
    ]);
  }
  return toFleet(
    body.map(({ line, number }) => {
      const cells = splitLine(line, separator);
      const value = cells[columns.value] ?? '';
      return {
        place: `line ${number}`,
        platform: cells[columns.platform] ?? '',
        os: cells[columns.os] ?? '',
        text: value,
        ...(measure === 'devices'
          ? { share: 0, devices: /^\d{1,12}$/.test(value) ? Number(value) : Number.NaN }
          : { share: parseShare(value), devices: null }),
      };
    }),
    source,
  );
}

const splitLine = (line: string, separator: string): readonly string[] =>
  line.split(separator).map((cell) => cell.trim().replace(/^"(.*)"$/, '$1'));

/** `0.31` or `31%`; anything else is not a number. */
function parseShare(text: string): number {
  const match = /^(\d{1,3}(?:\.\d+)?)\s*(%?)$/.exec(text);
  if (match === null) return Number.NaN;
  return match[2] === '%' ? Number(match[1]) / 100 : Number(match[1]);
}

interface RawRow {
  readonly place: string;
  readonly platform: string;
  readonly os: string;
  /** The share or the devices as they were written. */
  readonly text: string;
  readonly share: number;
  readonly devices: number | null;
}

function toFleet(raw: readonly RawRow[], source: string): Fleet {
  const faults: string[] = [];
  const rows = new Map<string, FleetRow>();
  for (const row of raw) {
    try {
      const read = readRow(row);
      const key = `${read.platform} ${formatOsVersion(read.os)}`;
      const known = rows.get(key);
      rows.set(key, known === undefined ? read : addRows(known, read));
    } catch (error) {
      if (!(error instanceof ReleaseError)) throw error;
      faults.push(`${row.place}: ${error.message.replace(/\.$/, '')}`);
    }
  }
  const all = [...rows.values()];
  const sums = PLATFORMS.map((platform) => ({
    platform,
    share: sumOf(all.filter((row) => row.platform === platform).map(({ share }) => share)),
  }));
  faults.push(
    ...sums
      .filter(({ share }) => share > 1 + ROUNDING)
      .map(
        ({ platform, share }) => `the shares of ${platform} sum to ${share.toFixed(3)}, expected at most 1`,
      ),
  );
  if (all.length === 0 && faults.length === 0) faults.push('it has no OS version');
  faults.push(...emptyPlatforms(all));
  if (faults.length > 0) throw invalid(source, faults);
  return withShares(all, source);
}

/** A platform whose rows sum to nothing says nothing of its users: an export that failed, or a wrong column. */
const emptyPlatforms = (rows: readonly FleetRow[]): readonly string[] =>
  PLATFORMS.flatMap((platform) => {
    const own = rows.filter((row) => row.platform === platform);
    const total = sumOf(own.map(({ devices, share }) => devices ?? share));
    if (own.length === 0 || total > 0) return [];
    const what = own.some(({ devices }) => devices !== null) ? 'devices' : 'shares';
    return [`the ${what} of ${platform} sum to 0, expected more`];
  });

/** Where devices are counted, shares follow from them. */
function withShares(rows: readonly FleetRow[], source: string): Fleet {
  const counted = rows.some(({ devices }) => devices !== null);
  if (!counted) return { source, rows, devices: null };
  const totals = new Map(
    PLATFORMS.map((platform) => [
      platform,
      sumOf(rows.filter((row) => row.platform === platform).map(({ devices }) => devices ?? 0)),
    ]),
  );
  return {
    source,
    rows: rows.map((row) => {
      const total = totals.get(row.platform) ?? 0;
      return { ...row, share: total === 0 ? 0 : (row.devices ?? 0) / total };
    }),
    devices: sumOf([...totals.values()]),
  };
}

function readRow({ platform, os, text, share, devices }: RawRow): FleetRow {
  const value = devices ?? share;
  if (Number.isNaN(value) || value < 0 || (devices === null && share > 1))
    throw new ReleaseError(
      'FLEET_INVALID',
      devices === null
        ? `"${text}" is no share: expected a number from 0 to 1 such as 0.31, or a percentage such as 31%`
        : `"${text}" is no number of devices: expected a whole number such as 310000`,
    );
  return { platform: parsePlatform(platform), os: parseOsVersion(os), share, devices };
}

const addRows = (a: FleetRow, b: FleetRow): FleetRow => ({
  ...a,
  share: a.share + b.share,
  devices: a.devices === null || b.devices === null ? null : a.devices + b.devices,
});

const sumOf = (numbers: readonly number[]): number => numbers.reduce((sum, number) => sum + number, 0);

const invalid = (source: string, faults: readonly string[]): ReleaseError =>
  new ReleaseError('FLEET_INVALID', `${source} is no table of OS shares: ${faults.slice(0, 8).join('; ')}.`, {
    fix: `Correct ${source}: under "platform,os,devices" a line is such as "iOS,26.4,310000", under "platform,os,share" such as "iOS,26.4,0.31".`,
    details: faults,
  });

const ROUNDING = 0.005;

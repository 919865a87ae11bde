import type { CellsDocument as CellsJson } from '../generated/cells.ts';
import type { DownloadManifest } from '../generated/download-manifest.ts';
import type { LogEntry as LogEntryJson } from '../generated/log-entry.ts';
import { readJsonBytes } from '../json/read.ts';
import { checkDocument } from '../json/validate.ts';
import { writeJson } from '../json/write.ts';
import type { Cell } from '../model/cell.ts';
import { compareBytes } from '../model/digest.ts';
import { compareOsVersions, parseOsVersion } from '../model/os-version.ts';
import { PLATFORMS } from '../model/platform.ts';
import type { CellsDocument, ChannelManifest, LogEntry, PackRecord } from '../model/release.ts';
import { damagedAs } from './damaged.ts';

/**
 * Reads one log entry.
 *
 * @throws ReleaseError `LOG_BROKEN` when the slot holds anything else
 */
export async function parseLogEntry(bytes: Uint8Array, source: string): Promise<LogEntry> {
  const { default: validate } = await import('../generated/log-entry.validator.js');
  return damagedAs('LOG_BROKEN', source, () =>
    checkDocument<LogEntryJson>(readJsonBytes(bytes, source), { validate, source, code: 'LOG_BROKEN' }),
  );
}

/** Reads the cells of a release; `DOCUMENT_DAMAGED` when they are anything else. */
export async function parseCells(bytes: Uint8Array, source: string): Promise<CellsDocument> {
  const { default: validate } = await import('../generated/cells.validator.js');
  return damagedAs('DOCUMENT_DAMAGED', source, () =>
    checkDocument<CellsJson>(readJsonBytes(bytes, source), { validate, source, code: 'DOCUMENT_DAMAGED' }),
  );
}

/** Reads `manifest.json`; `DOCUMENT_DAMAGED` when it is anything else. */
export async function parseManifest(bytes: Uint8Array, source: string): Promise<ChannelManifest> {
  const { readManifest } = await import('./read-manifest.ts');
  return readManifest(bytes, source);
}

/** Reads a platform's download manifest; `DOCUMENT_DAMAGED` when it is anything else. */
export async function parseDownloadManifest(bytes: Uint8Array, source: string): Promise<DownloadManifest> {
  const { default: validate } = await import('../generated/download-manifest.validator.js');
  return damagedAs('DOCUMENT_DAMAGED', source, () =>
    checkDocument<DownloadManifest>(readJsonBytes(bytes, source), {
      validate,
      source,
      code: 'DOCUMENT_DAMAGED',
    }),
  );
}

/** The canonical bytes of a release's cells, in one order whatever order they came in. */
export const encodeCells = (cells: readonly Cell[]): Uint8Array =>
  encode({ formatVersion: 1, cells: sortCells(cells) });

/** The canonical bytes of a log entry or a manifest. */
export const encode = (document: unknown): Uint8Array => Buffer.from(writeJson(document), 'utf8');

/** Cells by adapter, platform, OS, system model. */
export const sortCells = (cells: readonly Cell[]): readonly Cell[] =>
  [...cells].sort(
    (a, b) =>
      compareBytes(a.adapter, b.adapter) ||
      PLATFORMS.indexOf(a.platform) - PLATFORMS.indexOf(b.platform) ||
      compareOsVersions(parseOsVersion(a.os.from), parseOsVersion(b.os.from)) ||
      compareBytes(a.systemModel ?? '', b.systemModel ?? ''),
  );

/** Packs by id. */
export const sortPacks = <Pack extends Pick<PackRecord, 'id'>>(packs: readonly Pack[]): readonly Pack[] =>
  [...packs].sort((a, b) => compareBytes(a.id, b.id));

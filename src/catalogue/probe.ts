import { ReleaseError } from '../errors.ts';
import type { ProbeDocument } from '../generated/probe.ts';
import { readJson } from '../json/read.ts';
import { checkDocument } from '../json/validate.ts';
import { formatOsVersion, type OsVersion, parseOsVersion } from '../model/os-version.ts';
import { type Platform, parsePlatform } from '../model/platform.ts';
import { parseSignatureQuery } from '../model/signature.ts';
import type { Evidence } from '../model/system-model.ts';
import { parseInstant } from '../model/timestamp.ts';

/** What one device said of its base model: `compatibleAdapterIdentifiers(name:)` on an OS version. */
export interface Probe {
  readonly platform: Platform;
  readonly os: OsVersion;
  readonly variant: string | null;
  /** The digits that all identifiers end in: seven or more. */
  readonly digits: string;
  readonly evidence: Evidence;
}

/**
 * Reads a probe, as JSON or as lines `key: value` with one identifier a line (see docs/matrix.md).
 *
 * @param source - what to call the text in messages
 * @param today - the day of a probe that names none
 * @throws ReleaseError `PROBE_INVALID` with what is wrong with it, or `JSON_INVALID`
 */
export async function parseProbe(text: string, source: string, today: string): Promise<Probe> {
  const value: unknown = text.trimStart().startsWith('{') ? readJson(text, source) : readLines(text, source);
  const { default: validate } = await import('../generated/probe.validator.js');
  const document = checkDocument<ProbeDocument>(value, { validate, source, code: 'PROBE_INVALID' });
  try {
    return toProbe(document, source, today);
  } catch (cause) {
    if (!(cause instanceof ReleaseError) || cause.code === 'PROBE_INVALID') throw cause;
    throw new ReleaseError('PROBE_INVALID', `${source}: ${cause.message}`, { fix: cause.fix, cause });
  }
}

function toProbe(document: ProbeDocument, source: string, today: string): Probe {
  const { compatibleAdapterIdentifiers: identifiers, osBuild, device } = document;
  const platform = parsePlatform(document.platform);
  const os = parseOsVersion(document.os);
  const date = document.date ?? today;
  parseInstant(date);
  refuseFuture(date, source, today);
  const place = `${platform} ${formatOsVersion(os)}${osBuild === undefined ? '' : ` (${osBuild})`}${device === undefined || device === '' ? '' : `, ${device}`}`;
  const evidence: Evidence = {
    kind: 'device-probe',
    reference: `compatibleAdapterIdentifiers on ${place}: ${identifiers.join(', ')}`,
    date,
    platform,
    os: formatOsVersion(os),
  };
  return {
    platform,
    os,
    variant: document.variant ?? null,
    digits: commonDigits(identifiers, source),
    evidence,
  };
}

/** A probe of a day that is still to come would hide every OS release until then from `evidence-stale`. */
function refuseFuture(date: string, source: string, today: string): void {
  if (date <= today) return;
  throw new ReleaseError(
    'PROBE_INVALID',
    `${source} is dated ${date}, which is still to come: today is ${today} (UTC).`,
    { fix: `Correct \`date\` in ${source}, or the clock of the device or of this machine.` },
  );
}

function commonDigits(identifiers: readonly string[], source: string): string {
  const all = [...new Set(identifiers.map((text) => parseSignatureQuery(text).prefix))];
  const [digits, another] = all;
  if (digits !== undefined && another === undefined) return digits;
  throw new ReleaseError(
    'PROBE_INVALID',
    digits === undefined
      ? `${source} lists no identifier: a device that returns none has Apple Intelligence off or no base model for adapters, which tells no signature.`
      : `${source} lists identifiers of several base models: ${all.join(', ')}.`,
    { fix: 'Run the probe on a device with Apple Intelligence on, and import what it prints as it is.' },
  );
}

/** `key: value` lines; a line without a colon is an identifier. What a console puts around them is left out by `#`. */
function readLines(text: string, source: string): Record<string, unknown> {
  const identifiers: string[] = [];
  const fields: Record<string, unknown> = { formatVersion: 1 };
  for (const [index, raw] of text.split(/\r?\n/).entries()) {
    const line = raw.trim();
    if (line === '' || line.startsWith('#')) continue;
    const field = /^([A-Za-z]+)\s*:\s*(.*)$/.exec(line);
    const key = field?.[1] ?? '';
    if (field === null && /^[\w-]+$/.test(line)) identifiers.push(line);
    else if (LINE_KEYS.has(key) && fields[key] === undefined) fields[key] = field?.[2] ?? '';
    else {
      throw new ReleaseError(
        'PROBE_INVALID',
        `${source}, line ${index + 1}: "${line.slice(0, 60)}" is neither an identifier nor one of ${[...LINE_KEYS].join(', ')}, each once.`,
        {
          fix: 'Import the output of the snippet that `fmrelease systems import-probe --snippet` prints, or mark other lines with #.',
        },
      );
    }
  }
  return { ...fields, compatibleAdapterIdentifiers: identifiers };
}

const LINE_KEYS: ReadonlySet<string> = new Set(['platform', 'os', 'osBuild', 'variant', 'device', 'date']);

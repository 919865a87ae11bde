import { ReleaseError } from '../errors.ts';
import { type OsRange, rangeContains } from '../model/os-range.ts';
import { compareOsVersions, formatOsVersion, type OsVersion, parseOsVersion } from '../model/os-version.ts';
import { PLATFORMS, type Platform } from '../model/platform.ts';
import { carriesSignature } from '../model/signature.ts';
import type { Catalogue, Evidence, OsRelease, SystemModel } from '../model/system-model.ts';
import type { Probe } from './probe.ts';

/**
 * What a probe makes of the catalogue. `known`: nothing new. `confirmed`: a row gains evidence. `split`: the device
 * carries another base model than its row says, so the row ends at that OS version; it goes on, as a row of its own,
 * from the next OS version that a probe has proved for it. `added`: no row claimed it.
 */
export interface ProbeEffect {
  readonly outcome: 'known' | 'confirmed' | 'split' | 'added';
  /** The row that the device carries now. */
  readonly systemModel: SystemModel;
  /** Each row that changes: as it was (null: new) and as it is. */
  readonly changes: readonly { readonly before: SystemModel | null; readonly after: SystemModel }[];
  /** An OS release that nobody had listed. */
  readonly osReleases: readonly OsRelease[];
}

/**
 * Decides what a probe changes. Only the platform that was probed is touched. Pure.
 *
 * @throws ReleaseError `PROBE_INVALID` when rows share the OS version and the probe names no variant, or when an
 *   earlier probe of the same platform and OS version saw another base model
 */
export function applyProbe(catalogue: Catalogue, probe: Probe): ProbeEffect {
  const osReleases = newReleases(catalogue, probe);
  const here = catalogue.systemModels.filter((row) => isWhereProbed(row, probe));
  const [row, another] = here;
  const carrying = here.find((candidate) => carries(candidate, probe));
  if (carrying !== undefined) return { ...confirm(carrying, catalogue, probe), osReleases };
  if (row === undefined) {
    const added = newRow(catalogue, probe, {
      range: { from: probe.os, below: nextStart(catalogue.systemModels, probe) },
      variant: probe.variant,
      adapterSupport: 'supported',
    });
    return { outcome: 'added', systemModel: added, changes: [{ before: null, after: added }], osReleases };
  }
  if (another !== undefined) throw needsVariant(here, probe);
  return { ...split(row, catalogue, probe), osReleases };
}

type Effect = Omit<ProbeEffect, 'osReleases'>;

function confirm(row: SystemModel, { osReleases }: Catalogue, { evidence }: Probe): Effect {
  const known = row.evidence.some(
    ({ kind, reference, date }) =>
      kind === evidence.kind && reference === evidence.reference && date === evidence.date,
  );
  if (known) return { outcome: 'known', systemModel: row, changes: [] };
  const confirmed = { ...row, evidence: [...row.evidence, evidence] };
  const after: SystemModel = isSeenEverywhere(confirmed, osReleases)
    ? { ...confirmed, certainty: 'proved' }
    : confirmed;
  return { outcome: 'confirmed', systemModel: after, changes: [{ before: row, after }] };
}

/** True when each platform of a row was probed on its newest OS release of that row, or a later one. */
function isSeenEverywhere({ os, evidence }: SystemModel, releases: readonly OsRelease[]): boolean {
  return PLATFORMS.every((platform) => {
    const range = os[platform];
    if (range === undefined) return true;
    const newest = releases
      .filter(({ platforms, version }) => platforms.includes(platform) && rangeContains(range, version))
      .map(({ version }) => version)
      .sort(compareOsVersions)
      .at(-1);
    return evidence.some((own) => isProbeOf(own, platform, newest ?? range.from));
  });
}

const isProbeOf = ({ kind, platform, os }: Evidence, wanted: Platform, atLeast: OsVersion): boolean =>
  kind === 'device-probe' &&
  platform === wanted &&
  os !== undefined &&
  compareOsVersions(parseOsVersion(os), atLeast) >= 0;

function split(row: SystemModel, catalogue: Catalogue, probe: Probe): Effect {
  const { platform, os, evidence, digits } = probe;
  const range = row.os[platform];
  if (range === undefined) throw new Error('the row of a probe must claim its platform');
  refuseContradiction(row, probe);
  const proved = provedAfter(row, probe);
  const place = { from: os, below: proved ?? range.below };
  const { [platform]: _, ...elsewhere } = row.os;
  const startsHere = compareOsVersions(range.from, os) === 0;
  if (startsHere && Object.keys(elsewhere).length === 0) {
    const after: SystemModel = {
      ...row,
      os: { [platform]: place },
      ...carried(digits),
      adapterSupport: offered(row),
      toolkit: null,
      certainty: 'proved',
      evidence: [evidence],
    };
    return {
      outcome: 'split',
      systemModel: after,
      changes: [{ before: row, after }, ...restOf(row, catalogue, { probe, proved, others: [after] })],
    };
  }
  const shrunk = {
    ...row,
    os: startsHere ? elsewhere : { ...row.os, [platform]: { ...range, below: os } },
    evidence: row.evidence.filter((own) => !isProbeOf(own, platform, os)),
  };
  const twin = catalogue.systemModels.find((other) => isTwin(other, row, probe));
  const after =
    twin === undefined
      ? newRow(catalogue, probe, { range: place, variant: row.variant, adapterSupport: offered(row) })
      : { ...twin, os: { ...twin.os, [platform]: place }, evidence: [...twin.evidence, evidence] };
  return {
    outcome: 'split',
    systemModel: after,
    changes: [
      { before: row, after: shrunk },
      { before: twin ?? null, after },
      ...restOf(row, catalogue, { probe, proved, others: [after] }),
    ],
  };
}

/** The next OS version of a row that a probe of the same platform has proved: what the row says holds from there on. */
const provedAfter = ({ os, evidence }: SystemModel, probe: Probe): OsVersion | null =>
  evidence
    .filter((own) => isProbeOf(own, probe.platform, probe.os))
    .flatMap((own) => (own.os === undefined ? [] : [parseOsVersion(own.os)]))
    .filter((version) => {
      const range = os[probe.platform];
      return range !== undefined && rangeContains(range, version);
    })
    .sort(compareOsVersions)[0] ?? null;

/** The end of a split row that an earlier probe has proved: a row of its own, which keeps all that was known of it. */
function restOf(
  row: SystemModel,
  catalogue: Catalogue,
  {
    probe,
    proved,
    others,
  }: { readonly probe: Probe; readonly proved: OsVersion | null; readonly others: readonly SystemModel[] },
): ProbeEffect['changes'] {
  const { platform } = probe;
  const range = row.os[platform];
  if (proved === null || range === undefined) return [];
  const rest: SystemModel = {
    ...row,
    id: newId([...catalogue.systemModels, ...others], {
      platform,
      os: proved,
      variant: row.variant,
      digits: row.signature?.digits ?? '',
    }),
    os: { [platform]: { from: proved, below: range.below } },
    evidence: row.evidence.filter((own) => own.kind !== 'device-probe' || isProbeOf(own, platform, proved)),
  };
  const after: SystemModel = isSeenEverywhere(rest, catalogue.osReleases)
    ? { ...rest, certainty: 'proved' }
    : rest;
  return [{ before: null, after }];
}

/** Two devices of one OS version cannot carry two base models: one of the two probes is wrong. */
function refuseContradiction({ id, evidence }: SystemModel, { platform, os }: Probe): void {
  const same = evidence.find((own) => own.os === formatOsVersion(os) && isProbeOf(own, platform, os));
  if (same === undefined) return;
  throw new ReleaseError(
    'PROBE_INVALID',
    `A probe of ${same.date} says otherwise of ${platform} ${formatOsVersion(os)}: "${same.reference}", in the system model "${id}".`,
    {
      fix: `Find out which of the two is wrong; if it is the older, remove it from the \`evidence\` of "${id}" in the matrix and import again.`,
    },
  );
}

/** The row that a probe of another platform made of the same OS version and the same digits. */
const isTwin = (other: SystemModel, row: SystemModel, probe: Probe): boolean =>
  other !== row &&
  other.variant === row.variant &&
  carries(other, probe) &&
  other.os[probe.platform] === undefined &&
  Object.values(other.os).some(({ from }) => compareOsVersions(from, probe.os) === 0);

const offered = ({ adapterSupport }: SystemModel): SystemModel['adapterSupport'] =>
  adapterSupport === 'unsupported' ? 'supported' : adapterSupport;

const carried = (digits: string): Pick<SystemModel, 'signature'> => ({
  signature: { digits, complete: digits.length === 40 },
});

function newRow(
  { systemModels }: Catalogue,
  { platform, os, digits, evidence }: Probe,
  { range, ...given }: Pick<SystemModel, 'variant' | 'adapterSupport'> & { readonly range: OsRange },
): SystemModel {
  const id = newId(systemModels, { platform, os, variant: given.variant, digits });
  return {
    id,
    os: { [platform]: range },
    ...given,
    ...carried(digits),
    toolkit: null,
    certainty: 'proved',
    evidence: [evidence],
  };
}

/** The first free name for a row that begins at an OS version. */
function newId(
  rows: readonly SystemModel[],
  { platform, os, variant, digits }: Pick<Probe, 'platform' | 'os' | 'variant' | 'digits'>,
): string {
  const version = formatOsVersion(os);
  const suffix = variant === null ? '' : `-${variant.toLowerCase()}`;
  const taken = new Set(rows.map(({ id }) => id));
  return (
    [`os${version}${suffix}`, `${platform.toLowerCase()}${version}${suffix}`].find(
      (name) => !taken.has(name),
    ) ?? `${platform.toLowerCase()}${version}${suffix}-${digits.slice(0, 7)}`
  );
}

function isWhereProbed({ os, variant }: SystemModel, probe: Probe): boolean {
  const range = os[probe.platform];
  return (
    range !== undefined &&
    rangeContains(range, probe.os) &&
    (probe.variant === null || variant === null || variant === probe.variant)
  );
}

const carries = ({ signature }: SystemModel, { digits }: Probe): boolean =>
  signature !== null && carriesSignature(signature.digits, digits);

/** Where the next row of the platform begins, so that a new row overlaps none. */
const nextStart = (rows: readonly SystemModel[], { platform, os }: Probe): OsVersion | null =>
  rows
    .map((row) => row.os[platform]?.from)
    .filter((from) => from !== undefined)
    .filter((from) => compareOsVersions(from, os) > 0)
    .sort(compareOsVersions)[0] ?? null;

/** A device that runs an OS version proves that it is out. Patches of a known version are no news. */
function newReleases({ osReleases }: Catalogue, { platform, os, evidence }: Probe): readonly OsRelease[] {
  const known = osReleases.some(
    ({ platforms, version, dateIs }) =>
      platforms.includes(platform) && version[0] === os[0] && version[1] === os[1] && dateIs !== 'announced',
  );
  if (known) return [];
  return [
    {
      version: [os[0], os[1], 0],
      platforms: [platform],
      date: evidence.date,
      dateIs: 'first-seen',
      source: evidence.reference,
    },
  ];
}

const needsVariant = (rows: readonly SystemModel[], { platform, os }: Probe): ReleaseError =>
  new ReleaseError(
    'PROBE_INVALID',
    `Several system models run on ${platform} ${formatOsVersion(os)}: ${rows.map(({ id, variant }) => `${id} (variant ${variant ?? 'none'})`).join(', ')}.`,
    { fix: 'Add the variant of the device to the probe: `variant: core3`.' },
  );

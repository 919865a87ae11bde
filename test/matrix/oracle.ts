// An independent, slow statement of design §3.4, used by resolve-oracle.test.ts. It knows nothing of src/: OS versions
// are places on a grid, a row is the set of places that it claims, and every step is a plain loop.

/** A row of the catalogue: which places of the grid it claims on each platform. */
export interface OracleRow {
  readonly id: string;
  readonly places: Readonly<Record<string, readonly number[]>>;
  readonly variant: string | null;
  /** 40 digits, a prefix of them, or null. */
  readonly digits: string | null;
  readonly loadsAdapters: boolean;
}

/** A serve entry: who (`signature:` or `row:` and a name) gets what (a version, or a fallback on purpose). */
export interface OracleEntry {
  readonly who: string;
  readonly version?: string;
  readonly fallback?: string;
}

/** An adapter: its builds as `[signature, version]`. */
export interface OracleAdapter {
  readonly files: boolean;
  readonly platforms: readonly string[];
  readonly builds: readonly (readonly [signature: string, version: string])[];
  readonly serve: readonly OracleEntry[];
}

/** A device: a place of the grid on a platform, and what it reports. */
export interface OracleDevice {
  readonly platform: string;
  readonly place: number;
  readonly signature?: string | undefined;
  readonly variant?: string | undefined;
}

/** An outcome as one line: state, row, build and fallback, or the code of a refusal. */
export function expectedOutcome(
  adapter: OracleAdapter,
  rows: readonly OracleRow[],
  device: OracleDevice,
): string {
  if (!adapter.platforms.includes(device.platform)) return line('not-offered'); // step 1
  let left: OracleRow[] = [];
  for (const row of rows) if (claims(row, device.platform, device.place)) left.push(row); // step 2
  if (left.length === 0) return line('unknown-os');
  left = left.filter((row) => fitsVariant(row, device));
  if (left.length === 0) return 'refused USAGE';
  if (device.signature !== undefined) left = carriers(left, rows, { ...device, signature: device.signature }); // step 3
  if (left.length === 0) return line('unknown-signature');
  const outcomes = new Set(left.map((row) => expectedDecision(adapter, row)));
  const [outcome = ''] = outcomes;
  if (outcomes.size > 1) return 'refused RESOLUTION_AMBIGUOUS'; // step 6
  if (!buildFits(outcome, device.signature)) return line('unknown-signature');
  const [only] = left;
  return `${outcome} row=${left.length === 1 ? only?.id : null} candidates=${left.length === 1 ? '' : idsOf(left)}`;
}

/** What an adapter gives to one row (steps 4 and 5), as the first half of an outcome's line. */
export function expectedDecision(adapter: OracleAdapter, row: OracleRow): string {
  let entry: OracleEntry | undefined;
  for (const each of adapter.serve) if (each.who === `row:${row.id}`) entry ??= each;
  for (const each of adapter.serve) {
    const [kind, digits = ''] = each.who.split(':');
    if (kind === 'signature' && row.digits !== null && digits.startsWith(row.digits)) entry ??= each;
  }
  if (!adapter.files && !row.loadsAdapters)
    return `sunset build=null fallback=${entry?.fallback ?? 'base-model'}`;
  if (entry === undefined) return 'gap build=null fallback=null';
  if (entry.fallback !== undefined) return `declined build=null fallback=${entry.fallback}`;
  const [kind, name = ''] = entry.who.split(':');
  const wanted = kind === 'signature' ? name : row.digits;
  for (const [signature, version] of adapter.builds) {
    const bound = adapter.files || (wanted !== null && signature.startsWith(wanted));
    if (version === entry.version && bound) return `covered build=${signature}@${version} fallback=null`;
  }
  return 'gap build=null fallback=null';
}

/** True when the row claims this place of the grid. */
export const claims = (row: OracleRow, platform: string, place: number): boolean =>
  (row.places[platform] ?? []).includes(place);

function carriers(
  left: readonly OracleRow[],
  rows: readonly OracleRow[],
  device: OracleDevice & { readonly signature: string },
): OracleRow[] {
  const carry = (row: OracleRow): boolean => row.digits !== null && samePrefix(row.digits, device.signature);
  const here = left.filter(carry);
  if (here.length > 0) return here;
  const anywhere = rows.filter(carry);
  // Off its OS, a row of the device's platform is nearer than one of another; a stated variant still counts.
  const near = anywhere.filter((row) => row.places[device.platform] !== undefined);
  const pool = near.length > 0 ? near : anywhere;
  const told = pool.filter((row) => fitsVariant(row, device));
  return told.length > 0 ? told : pool;
}

const fitsVariant = (row: OracleRow, { variant }: OracleDevice): boolean =>
  variant === undefined || row.variant === null || row.variant === variant;

const samePrefix = (a: string, b: string): boolean => {
  for (let at = 0; at < Math.min(a.length, b.length); at++) if (a[at] !== b[at]) return false;
  return true;
};

/** A build never goes to a device that reports another signature, even when the row knows only its first digits. */
function buildFits(outcome: string, signature: string | undefined): boolean {
  const build = /build=([0-9a-f]+)@/.exec(outcome)?.[1];
  return signature === undefined || build === undefined || samePrefix(build, signature);
}

const idsOf = (rows: readonly OracleRow[]): string =>
  rows
    .map(({ id }) => id)
    .sort()
    .join();

const line = (state: string): string => `${state} build=null fallback=null row=null candidates=`;

import { ASSET_PACK_ID, CHANNEL_NAME } from '../model/names.ts';

/** What a statement is about: one pack, a whole manifest, or a whole log entry. */
export type StatementKind = 'pack' | 'manifest' | 'log-entry';

/** What every statement says: for which app and channel, in which revision, and when that was made. */
interface StatementBasics {
  /** The app that it is for; null binds it to none. */
  readonly app: string | null;
  readonly channel: string;
  readonly revision: number;
  readonly issuedAt: string;
}

/** One pack of a release, as it travels beside the pack's URL. */
export interface PackStatement extends StatementBasics {
  readonly kind: 'pack';
  readonly id: string;
  readonly version: number;
  readonly packSha256: string;
  readonly sizeBytes: number;
  readonly baseModelSignature: string | null;
}

/** A whole document: the size and the SHA-256 of its bytes without the signature. */
export interface DocumentStatement extends StatementBasics {
  readonly kind: 'manifest' | 'log-entry';
  readonly sha256: string;
  readonly sizeBytes: number;
}

/** What is signed. */
export type Statement = PackStatement | DocumentStatement;

/** The DSSE payload type of each kind. A signature for one kind never counts for another. */
export const PAYLOAD_TYPES = {
  pack: 'application/vnd.fmrelease.pack.v1+json',
  manifest: 'application/vnd.fmrelease.manifest.v1+json',
  'log-entry': 'application/vnd.fmrelease.log-entry.v1+json',
} as const satisfies Record<StatementKind, string>;

/** The bytes of a statement: one flat JSON object without spaces, printable ASCII, integers only, no null. */
export function writeStatement(statement: Statement): Uint8Array {
  const { kind: _, app, channel, revision, issuedAt, ...facts } = statement;
  const fields = { ...(app === null ? {} : { app }), channel, revision, issuedAt, ...facts };
  const present = Object.entries(fields).filter(([, value]) => value !== null);
  return Buffer.from(JSON.stringify(Object.fromEntries(present)), 'latin1');
}

/**
 * Reads the payload of a verified envelope. Null unless it is a flat object of printable strings and integers, without
 * spaces, escapes or repeated keys, with every field of its kind in its form. Fields that a later version added are
 * passed over.
 */
export function readStatement(kind: StatementKind, payload: Uint8Array): Statement | null {
  const fields = readFlatObject(Buffer.from(payload).toString('latin1'));
  if (fields === null) return null;
  const text = (name: string, pattern: RegExp): string | null => {
    const value = fields.get(name);
    return typeof value === 'string' && pattern.test(value) ? value : null;
  };
  const integer = (name: string, least: number): number | null => {
    const value = fields.get(name);
    return typeof value === 'number' && value >= least ? value : null;
  };
  const basics = {
    app: text('app', APP),
    channel: text('channel', CHANNEL_NAME),
    revision: integer('revision', 1),
    issuedAt: text('issuedAt', TIMESTAMP),
  };
  const facts =
    kind === 'pack'
      ? {
          kind,
          id: text('id', ASSET_PACK_ID),
          version: integer('version', 0),
          packSha256: text('packSha256', SHA256),
          sizeBytes: integer('sizeBytes', 0),
          baseModelSignature: text('baseModelSignature', SIGNATURE),
        }
      : { kind, sha256: text('sha256', SHA256), sizeBytes: integer('sizeBytes', 0) };
  const statement = { ...basics, ...facts };
  const unfit = Object.entries(statement).some(
    ([name, value]) => value === null && !(OPTIONAL.has(name) && !fields.has(name)),
  );
  return unfit ? null : (statement as Statement); // each field was read in its form above
}

/** One pass over `{"name":"text","name":12}`; null when it is anything else. */
function readFlatObject(text: string): ReadonlyMap<string, string | number> | null {
  if (!text.startsWith('{') || !text.endsWith('}')) return null;
  const fields = new Map<string, string | number>();
  const inner = text.slice(1, -1);
  FIELD.lastIndex = 0;
  while (FIELD.lastIndex < inner.length) {
    const [, comma, name = '', string, digits = ''] = FIELD.exec(inner) ?? [];
    if ((comma === ',') !== fields.size > 0 || name === '' || fields.has(name)) return null;
    const value = string ?? Number(digits);
    if (typeof value === 'number' && !Number.isSafeInteger(value)) return null;
    fields.set(name, value);
  }
  return fields;
}

const FIELD = /(,?)"([A-Za-z][A-Za-z0-9]{0,63})":(?:"([ !#-[\]-~]*)"|(0|[1-9]\d{0,15})(?![\d.eE]))/y;
const APP = /^[A-Za-z0-9][A-Za-z0-9.-]{0,154}$/;
const TIMESTAMP = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/;
const SHA256 = /^[0-9a-f]{64}$/;
const SIGNATURE = /^[0-9a-f]{40}$/;
/** May be absent: a statement for any app, and a pack of `files`, which are bound to no base model. */
const OPTIONAL: ReadonlySet<string> = new Set(['app', 'baseModelSignature']);

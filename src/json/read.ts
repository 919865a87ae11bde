import { ReleaseError } from '../errors.ts';

/** Any JSON value, as this reader returns it. */
export type JsonValue = null | boolean | number | string | JsonValue[] | JsonObject;

/** A JSON object; never carries `__proto__`, `constructor` or `prototype`. */
export interface JsonObject {
  [key: string]: JsonValue;
}

/** True for an object of JSON: neither null nor a list. */
export const isJsonObject = (value: unknown): value is JsonObject =>
  value !== null && typeof value === 'object' && !Array.isArray(value);

/**
 * Reads JSON more strictly than `JSON.parse`: a duplicate key, `__proto__`, `constructor` or `prototype` as a
 * key, more than 64 levels, a byte order mark or a lone surrogate is refused, since other parsers of the same
 * bytes (Swift, a CDN) may disagree on them.
 *
 * @param source - what to call the text in a message, such as a file's path
 * @throws ReleaseError `JSON_INVALID` with line and column
 */
export function readJson(text: string, source: string): JsonValue {
  return readCanonical(text) ?? readStrictly(text, source);
}

/**
 * The value of a text that is exactly what {@link writeJson} writes of it, as most documents here are; else undefined.
 * Such a text has no duplicate key (writing it back would have lost one), no number that a double cannot hold, and no
 * byte order mark; texts with anything else that {@link readJson} refuses are left to the slow reader: escapes (lone
 * surrogates), the refused keys, and as many levels as may be too deep, which two spaces a level show.
 */
function readCanonical(text: string): JsonValue | undefined {
  if (text.length < WORTH_TRYING || SUSPECT.some((part) => text.includes(part)) || !text.isWellFormed())
    return undefined;
  try {
    const value = JSON.parse(text) as JsonValue;
    return `${JSON.stringify(value, null, 2)}\n` === text ? value : undefined;
  } catch {
    return undefined; // the slow reader says what is wrong and where
  }
}

function readStrictly(text: string, source: string): JsonValue {
  const cursor = new Cursor(text, source);
  if (text.startsWith('\ufeff')) throw cursor.fault('a byte order mark is refused');
  const value = readValue(cursor, 0);
  cursor.skipSpace();
  if (cursor.at < text.length) throw cursor.fault('expected the end of the document');
  return value;
}

/** Decodes UTF-8 strictly, then reads it as {@link readJson} does. */
export function readJsonBytes(bytes: Uint8Array, source: string): JsonValue {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw new ReleaseError('JSON_INVALID', `${source} is not UTF-8 text.`, {
      fix: `Save ${source} as UTF-8.`,
      cause,
    });
  }
  return readJson(text, source);
}

class Cursor {
  readonly text: string;
  readonly source: string;
  at = 0;

  constructor(text: string, source: string) {
    this.text = text;
    this.source = source;
  }

  skipSpace(): void {
    while (SPACE.has(this.text.charCodeAt(this.at))) this.at++;
  }

  /** Matches a sticky pattern at the cursor and moves behind it. */
  take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text)?.[0];
    if (found !== undefined) this.at += found.length;
    return found;
  }

  takeChar(char: string): boolean {
    if (this.text[this.at] !== char) return false;
    this.at++;
    return true;
  }

  fault(why: string, cause?: unknown): ReleaseError {
    const before = this.text.slice(0, this.at).split('\n');
    const place = `line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}`;
    return new ReleaseError(
      'JSON_INVALID',
      `${this.source} is not the JSON that fmrelease reads: ${why} at ${place}.`,
      {
        fix: `Correct ${this.source} at ${place}.`,
        cause,
      },
    );
  }
}

function readValue(cursor: Cursor, depth: number): JsonValue {
  cursor.skipSpace();
  const opening = cursor.text[cursor.at];
  if (opening === '"') return readString(cursor);
  if (opening !== '{' && opening !== '[') return readScalar(cursor);
  if (depth === MAX_DEPTH) throw cursor.fault(`nested deeper than ${MAX_DEPTH} levels`);
  return opening === '{' ? readObject(cursor, depth) : readArray(cursor, depth);
}

function readObject(cursor: Cursor, depth: number): JsonObject {
  const object: JsonObject = {};
  cursor.at++;
  cursor.skipSpace();
  if (cursor.takeChar('}')) return object;
  do {
    cursor.skipSpace();
    if (cursor.text[cursor.at] !== '"') throw cursor.fault('expected a key in double quotes');
    const key = readString(cursor);
    if (FORBIDDEN_KEYS.has(key)) throw cursor.fault(`the key ${JSON.stringify(key)} is refused`);
    if (Object.hasOwn(object, key)) throw cursor.fault(`the key ${JSON.stringify(key)} appears twice`);
    cursor.skipSpace();
    if (!cursor.takeChar(':')) throw cursor.fault(`expected ":" behind the key ${JSON.stringify(key)}`);
    object[key] = readValue(cursor, depth + 1);
    cursor.skipSpace();
  } while (cursor.takeChar(','));
  if (!cursor.takeChar('}')) throw cursor.fault('expected "," or "}"');
  return object;
}

function readArray(cursor: Cursor, depth: number): JsonValue[] {
  const items: JsonValue[] = [];
  cursor.at++;
  cursor.skipSpace();
  if (cursor.takeChar(']')) return items;
  do {
    items.push(readValue(cursor, depth + 1));
    cursor.skipSpace();
  } while (cursor.takeChar(','));
  if (!cursor.takeChar(']')) throw cursor.fault('expected "," or "]"');
  return items;
}

function readString(cursor: Cursor): string {
  const quoted = cursor.text.slice(cursor.at, endOfString(cursor));
  const text = quoted.includes('\\') ? decodeEscapes(quoted, cursor) : quoted.slice(1, -1);
  if (!text.isWellFormed()) throw cursor.fault('a lone surrogate is refused');
  cursor.at += quoted.length;
  return text;
}

/** A loop and no pattern: a string of some million characters exhausts the stack of the regular expression engine. */
function endOfString(cursor: Cursor): number {
  let end = cursor.at + 1;
  for (let unit = cursor.text.charCodeAt(end); unit !== QUOTE; unit = cursor.text.charCodeAt(end)) {
    const printable = unit >= FIRST_PRINTABLE; // false for NaN, which stands behind the end of the text
    if (!printable) throw cursor.fault('expected a closed string without control characters');
    end += unit === BACKSLASH ? 2 : 1;
  }
  return end + 1;
}

function decodeEscapes(quoted: string, cursor: Cursor): string {
  try {
    return String(JSON.parse(quoted));
  } catch (cause) {
    throw cursor.fault('a string holds an escape that JSON does not know', cause);
  }
}

function readScalar(cursor: Cursor): JsonValue {
  const literal = cursor.take(LITERAL);
  if (literal !== undefined) return literal === 'null' ? null : literal === 'true';
  const number = cursor.take(NUMBER);
  if (number === undefined) throw cursor.fault('expected a JSON value');
  const value = Number(number);
  if (!Number.isFinite(value)) throw cursor.fault(`the number ${number} is out of range`);
  return value;
}

const MAX_DEPTH = 64;
const SUSPECT: readonly string[] = [
  '\\',
  '"__proto__"',
  '"constructor"',
  '"prototype"',
  `\n${'  '.repeat(MAX_DEPTH)}`,
];
const WORTH_TRYING = 2000;
const FORBIDDEN_KEYS: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);
const SPACE: ReadonlySet<number> = new Set([0x20, 0x09, 0x0a, 0x0d]);
const [QUOTE, BACKSLASH, FIRST_PRINTABLE] = [0x22, 0x5c, 0x20]; // RFC 8259 §7
const LITERAL = /(?:null|true|false)/y;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;

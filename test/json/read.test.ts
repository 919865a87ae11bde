import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ReleaseError } from '../../src/errors.ts';
import { type JsonValue, readJson, readJsonBytes } from '../../src/json/read.ts';
import { writeJson } from '../../src/json/write.ts';
import { charOf } from '../support/arbitraries.ts';
import { MALFORMED } from './malformed.ts';

const read = (text: string): JsonValue => readJson(text, 'm.json');

/** The refusal of `act`; undefined when it answers. Anything but a ReleaseError is a bug and goes through. */
function refusalOf(act: () => unknown): ReleaseError | undefined {
  try {
    act();
    return undefined;
  } catch (error) {
    if (error instanceof ReleaseError) return error;
    throw error;
  }
}

const hasForbiddenKey = (value: unknown): boolean =>
  value !== null &&
  typeof value === 'object' &&
  Object.entries(value).some(
    ([key, inner]) => ['__proto__', 'constructor', 'prototype'].includes(key) || hasForbiddenKey(inner),
  );

/** How JSON.stringify writes half of a surrogate pair. */
const LONE_SURROGATE = /\\ud[89a-f]/;

describe('well-formed text', () => {
  test.each([
    'null',
    'true',
    'false',
    '0',
    '-0',
    '1.5e-7',
    '-12.50E+3',
    '1E4',
    '"a"',
    '""',
    '[]',
    '{}',
    ' \t\r\n[ 1 , 2 ]\n',
    '{"a":{"b":[null]}}',
    '"\\u00e4\\n\\/\\"\\\\"',
    '"\\ud83d\\ude00"',
    '"\u2028\u007f"',
    '{"":1}',
    '{"toString":1,"hasOwnProperty":2}',
    '[[],{},""]',
    '123456789012345678',
  ])('%j is what JSON.parse makes of it', (text) => {
    expect(read(text)).toStrictEqual(JSON.parse(text));
  });

  test('agrees with JSON.parse on every document without forbidden keys', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.json(), fc.json({ stringUnit: 'binary' })),
        fc.constantFrom(0, 2, '\t'),
        (json, indent) => {
          const value: unknown = JSON.parse(json);
          fc.pre(!hasForbiddenKey(value) && !LONE_SURROGATE.test(JSON.stringify(value)));
          expect(read(JSON.stringify(value, null, indent))).toStrictEqual(value);
          expect(readJsonBytes(Buffer.from(writeJson(value)), 'm.json')).toStrictEqual(value);
        },
      ),
      { numRuns: 500 },
    );
  });

  test('a string of some million escapes does not exhaust the stack', () => {
    expect(read(`"${'\\n'.repeat(6_000_000)}"`)).toHaveLength(6_000_000);
    expect(refusalOf(() => read(`"${'a'.repeat(12_000_000)}`))?.code).toBe('JSON_INVALID');
  });
});

describe('malformed text', () => {
  test.each(MALFORMED)('%j is refused with line and column', (text) => {
    const refusal = refusalOf(() => read(text));
    expect(refusal).toMatchObject({ code: 'JSON_INVALID', exitCode: 6 });
    expect(refusal?.message).toMatch(
      /^m\.json is not the JSON that fmrelease reads: .+ at line \d+, column \d+\.$/,
    );
    expect(refusal?.fix).toMatch(/^Correct m\.json at line \d+, column \d+\.$/);
  });

  test.each([
    { text: '{"a": 1,\n "a": 2}', says: 'the key "a" appears twice at line 2, column 5' },
    { text: '{"a":1,"\\u0061":2}', says: 'the key "a" appears twice at line 1, column 16' },
    { text: '[{"x":{"__proto__":{}}}]', says: 'the key "__proto__" is refused at line 1, column 19' },
    { text: '{"\\u005f_proto__":1}', says: 'the key "__proto__" is refused' },
    { text: '{"constructor":1}', says: 'the key "constructor" is refused' },
    { text: '{"prototype":1}', says: 'the key "prototype" is refused' },
    { text: '{"a\\nb":1,"a\\nb":1}', says: 'the key "a\\nb" appears twice' },
    { text: '{"a" 1}', says: 'expected ":" behind the key "a" at line 1, column 6' },
    { text: '[\n1,\n2\n', says: 'expected "," or "]" at line 4, column 1' },
    { text: '[1]]', says: 'expected the end of the document at line 1, column 4' },
    { text: '"\\ud800"', says: 'a lone surrogate is refused at line 1, column 1' },
    { text: '"\ud800"', says: 'a lone surrogate is refused' },
    { text: '{"\\udc00":1}', says: 'a lone surrogate is refused' },
    { text: '\ufeff{}', says: 'a byte order mark is refused at line 1, column 1' },
    { text: '1e400', says: 'the number 1e400 is out of range' },
    { text: '["\\x41"]', says: 'a string holds an escape that JSON does not know at line 1, column 2' },
    { text: '["a\tb"]', says: 'expected a closed string without control characters at line 1, column 2' },
  ])('$text: $says', ({ text, says }) => {
    expect(refusalOf(() => read(text))?.message).toContain(says);
  });

  test('a refused key reaches no prototype', () => {
    expect(refusalOf(() => read('{"__proto__":{"polluted":1}}'))).toBeDefined();
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
  });
});

describe('depth', () => {
  const nested = (levels: number, inner: string): string =>
    `${'['.repeat(levels)}${inner}${']'.repeat(levels)}`;

  test.each(['', '1', '"a"'])('64 levels around %j are read, 65 are not', (inner) => {
    expect(refusalOf(() => read(nested(64, inner)))).toBeUndefined();
    expect(refusalOf(() => read(nested(65, inner)))?.message).toContain(
      'nested deeper than 64 levels at line 1, column 65',
    );
  });

  test('objects count as arrays do', () => {
    expect(refusalOf(() => read(nested(63, '{}')))).toBeUndefined();
    expect(refusalOf(() => read(nested(64, '{}')))?.code).toBe('JSON_INVALID');
  });

  test.each(['[', '{"a":', '[{"":'])('a hundred thousand times %j does not exhaust the stack', (opening) => {
    expect(refusalOf(() => read(opening.repeat(100_000)))?.code).toBe('JSON_INVALID');
  });
});

describe('bytes', () => {
  test.each([
    { why: 'a lone continuation byte', bytes: [0x22, 0x80, 0x22] },
    { why: 'an overlong slash', bytes: [0x22, 0xc0, 0xaf, 0x22] },
    { why: 'a surrogate in UTF-8', bytes: [0x22, 0xed, 0xa0, 0x80, 0x22] },
    { why: 'a cut sequence', bytes: [0x22, 0xe2, 0x82] },
    { why: 'UTF-16 with its mark', bytes: [0xff, 0xfe, 0x7b, 0x00, 0x7d, 0x00] },
    { why: 'UTF-16 without one', bytes: [0x7b, 0x00, 0x7d, 0x00] },
    { why: 'a byte order mark', bytes: [0xef, 0xbb, 0xbf, 0x7b, 0x7d] },
  ])('$why is refused', ({ bytes }) => {
    expect(refusalOf(() => readJsonBytes(new Uint8Array(bytes), 'm.json'))).toMatchObject({
      code: 'JSON_INVALID',
      exitCode: 6,
    });
  });

  test('are read as UTF-8', () => {
    expect(readJsonBytes(Buffer.from('{"ä":"😀"}'), 'm.json')).toEqual({ ä: '😀' });
  });
});

describe('nothing but an answer or a ReleaseError comes of', () => {
  const agreesWithParse = (text: string): void => {
    if (refusalOf(() => read(text)) === undefined) expect(read(text)).toStrictEqual(JSON.parse(text));
  };

  test('random texts, and what is read agrees with JSON.parse', () => {
    const fragments = fc.array(
      fc.constantFrom(
        '{',
        '}',
        '[',
        ']',
        '"',
        ':',
        ',',
        '1',
        '-',
        '.',
        'e',
        '\\',
        'u00',
        'true',
        'null',
        ' ',
        '\n',
        '"a"',
        '"b":',
        '\u0000',
        '\ud800',
        '/',
      ),
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary' }),
          fragments.map((parts) => parts.join('')),
        ),
        agreesWithParse,
      ),
      { numRuns: 3000 },
    );
  });

  test('random bytes', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 40 }),
        (bytes) => void refusalOf(() => readJsonBytes(bytes, 'm.json')),
      ),
      { numRuns: 2000 },
    );
  });

  test('sound documents with one character changed', () => {
    fc.assert(
      fc.property(fc.json(), fc.nat(), charOf('{}[]",:0-.e\\u\n '), (json, at, char) => {
        const place = at % (json.length + 1);
        agreesWithParse(`${json.slice(0, place)}${char}${json.slice(place + 1)}`);
      }),
      { numRuns: 2000 },
    );
  });
});

test('what is written is two spaces, the given key order and one newline', () => {
  expect(writeJson({ b: 1, a: [{}] })).toBe('{\n  "b": 1,\n  "a": [\n    {}\n  ]\n}\n');
});

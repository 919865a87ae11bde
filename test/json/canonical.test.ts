import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readJson } from '../../src/json/read.ts';
import { writeJson } from '../../src/json/write.ts';

/** Long enough that the fast path is tried. */
const PADDING = 'x'.repeat(2100);
const padded = (value: unknown): string => writeJson({ padding: PADDING, value });

/** What the reader says of a text, whichever path it takes: its value, or why it is refused. */
function readingOf(text: string): unknown {
  try {
    return readJson(text, 'text');
  } catch (error) {
    return error instanceof Error ? error.message.replace(/ at line.*/, '') : error;
  }
}

describe('canonical texts, which are read fast', () => {
  test('have the value that the slow reader gives the same document in other bytes', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5 }), (value) => {
        const text = padded(value);
        expect(readingOf(text)).toEqual(readingOf(` ${text}`)); // a leading space is not canonical
      }),
      { numRuns: 300 },
    );
  });

  test.each([
    { why: 'a duplicate key', text: padded({ a: 1, b: 2 }).replace('"b"', '"a"'), refused: 'appears twice' },
    {
      why: 'a duplicate key far apart',
      text: padded([{ a: 1, b: [], c: 2 }]).replace('"c"', '"a"'),
      refused: 'appears twice',
    },
    { why: '__proto__', text: padded({ x: 1 }).replace('"x"', '"__proto__"'), refused: 'is refused' },
    { why: 'constructor', text: padded({ constructor: 1 }), refused: 'is refused' },
    { why: 'prototype', text: padded({ prototype: 1 }), refused: 'is refused' },
    {
      why: 'an escaped __proto__',
      text: padded({ x: 1 }).replace('"x"', '"\\u005f_proto__"'),
      refused: 'is refused',
    },
    { why: 'an escaped lone surrogate', text: padded({ x: '\ud800' }), refused: 'lone surrogate' },
    {
      why: 'a raw lone surrogate',
      text: padded({ x: 'y' }).replace('"y"', '"\ud800"'),
      refused: 'lone surrogate',
    },
    { why: 'a byte order mark', text: `\ufeff${padded(1)}`, refused: 'byte order mark' },
    {
      why: 'a number out of range',
      text: padded({ x: 1 }).replace('"x": 1', '"x": 1e999'),
      refused: 'out of range',
    },
    { why: '65 levels', text: padded(nested(64)), refused: 'nested deeper' },
    { why: '65 levels, the last one empty', text: padded(nested(63, [])), refused: 'nested deeper' },
    { why: 'something behind it', text: `${padded(1)}1`, refused: 'expected the end' },
  ])('refuses $why all the same', ({ text, refused }) => {
    expect(readingOf(text)).toEqual(expect.stringContaining(refused));
  });

  test.each([
    { why: '64 levels', value: nested(63) },
    { why: 'constructor as a value', value: { x: 'constructor' } },
    { why: 'integer-like keys in another order', value: JSON.parse('{"2":1,"1":2}') },
    { why: 'minus zero', value: [-0] },
  ])('accepts $why', ({ value }) => {
    expect(readingOf(padded(value))).toEqual({ padding: PADDING, value: JSON.parse(JSON.stringify(value)) });
  });

  test('a number that is written otherwise is read as that number', () => {
    expect(readingOf(padded({ x: 1 }).replace('"x": 1', '"x": 1.50'))).toMatchObject({ value: { x: 1.5 } });
  });
});

/** So many arrays within each other, around a scalar or what is given. */
function nested(levels: number, inner: unknown = 1): unknown {
  return levels === 0 ? inner : [nested(levels - 1, inner)];
}

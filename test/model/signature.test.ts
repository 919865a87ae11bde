import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { adapterIdentifier } from '../../src/model/names.ts';
import {
  carriesSignature,
  isBaseModelSignature,
  parseBaseModelSignature,
  parseSignatureQuery,
  shortSignature,
} from '../../src/model/signature.ts';
import { charOf } from '../support/arbitraries.ts';
import { NEAR_SIGNATURE, SIGNATURE } from '../support/builders.ts';

describe('a whole signature', () => {
  test('is 40 lower-case hex digits', () => {
    expect(parseBaseModelSignature(SIGNATURE)).toBe(SIGNATURE);
    expect(shortSignature(SIGNATURE)).toBe('9799725f…');
  });

  test.each([
    '',
    SIGNATURE.slice(1),
    `${SIGNATURE}0`,
    SIGNATURE.toUpperCase(),
    `${SIGNATURE.slice(1)}g`,
    `${SIGNATURE}\n`,
  ])('is not %j', (text) => {
    expect(isBaseModelSignature(text)).toBe(false);
    expect(() => parseBaseModelSignature(text)).toThrow(
      expect.objectContaining({
        code: 'USAGE',
        message: expect.stringContaining(`found ${text.length} characters`),
      }),
    );
  });
});

describe('a query', () => {
  test.each([
    { text: '9799725', prefix: '9799725', adapterName: null },
    { text: '9799725FF8', prefix: '9799725ff8', adapterName: null },
    { text: SIGNATURE, prefix: SIGNATURE, adapterName: null },
    { text: 'fmadapter-summarizer-9799725', prefix: '9799725', adapterName: 'summarizer' },
    { text: 'fmadapter-my_adapter_2-9799725AB', prefix: '9799725ab', adapterName: 'my_adapter_2' },
    { text: `fmadapter-x-${SIGNATURE}`, prefix: SIGNATURE, adapterName: 'x' },
  ])('reads $text', ({ text, prefix, adapterName }) => {
    expect(parseSignatureQuery(text)).toEqual({ prefix, adapterName });
  });

  test.each([
    '',
    '979972',
    `${SIGNATURE}0`,
    '979972g',
    'fmadapter-summarizer-97997',
    'fmadapter--9799725',
    'fmadapter-my-adapter-9799725',
    'FMADAPTER-a-9799725',
    ' 9799725',
    '9799725\n',
    '0x9799725',
  ])('refuses %j with exit 2', (text) => {
    expect(() => parseSignatureQuery(text)).toThrow(expect.objectContaining({ code: 'USAGE', exitCode: 2 }));
  });

  test('reads back every identifier that an adapter can have', () => {
    const aName = fc.string({ unit: charOf('abcXYZ019_'), minLength: 1, maxLength: 64 });
    const digits = fc.string({ unit: charOf('0123456789abcdef'), minLength: 40, maxLength: 40 });
    fc.assert(
      fc.property(aName, digits, (name, signature) => {
        expect(parseSignatureQuery(adapterIdentifier(name, signature))).toEqual({
          prefix: signature.slice(0, 7),
          adapterName: name,
        });
      }),
    );
  });
});

test.each([
  { carried: SIGNATURE, queried: '9799725', carries: true },
  { carried: '9799725', queried: SIGNATURE, carries: true },
  { carried: SIGNATURE, queried: SIGNATURE, carries: true },
  { carried: SIGNATURE, queried: NEAR_SIGNATURE, carries: false },
  { carried: '9799725f', queried: '9799725e', carries: false },
  { carried: SIGNATURE, queried: '799725f', carries: false },
])('$carried carries $queried → $carries', ({ carried, queried, carries }) => {
  expect(carriesSignature(carried, queried)).toBe(carries);
});

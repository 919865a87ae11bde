import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readMetadata } from '../../src/adapter/metadata.ts';
import { makeAdapter, metadataText, SIGNATURE } from '../support/make-adapter.ts';
import { scratchFolder } from '../support/scratch.ts';
import { codesOf, inspect } from './inspect.ts';

const read = (text: string | Uint8Array): ReturnType<typeof readMetadata> => readMetadata(Buffer.from(text));

test.each([
  { why: 'nothing', text: '', says: 'expected a JSON value at line 1, column 1' },
  { why: 'half a document', text: '{"a": [1,', says: 'expected a JSON value at line 1, column 10' },
  { why: 'Python', text: "{'a': None}", says: 'expected a key in double quotes' },
  { why: 'NaN', text: '{"loraRank": NaN}', says: 'expected a JSON value' },
  { why: 'a second document', text: '{}{}', says: 'expected the end of the document at line 1, column 3' },
  { why: 'a duplicate key', text: '{"a": 1,\n "a": 2}', says: 'the key "a" appears twice at line 2' },
  { why: 'a duplicate key in disguise', text: '{"a": 1, "\\u0061": 2}', says: 'the key "a" appears twice' },
  { why: '__proto__', text: '{"creatorDefined": {"__proto__": 1}}', says: 'the key "__proto__" is refused' },
  { why: 'constructor', text: '{"constructor": {}}', says: 'the key "constructor" is refused' },
  { why: 'a byte order mark', text: '\ufeff{}', says: 'a byte order mark is refused' },
  { why: 'a lone surrogate', text: '{"a": "\\ud800"}', says: 'a lone surrogate is refused' },
  { why: 'Latin-1', text: Buffer.from('{"author": "Zo\xeb"}', 'latin1'), says: 'is not UTF-8 text' },
  { why: 'deep nesting', text: '['.repeat(200_000), says: 'nested deeper than 64 levels' },
  { why: 'an array', text: '[]', says: 'object, found []' },
  { why: 'null', text: 'null', says: 'object, found null' },
])('metadata of $why is a fault that says where', async ({ text, says }) => {
  const reading = await read(text);
  expect(reading.document).toBeNull();
  expect(reading.faults).toEqual([expect.stringContaining(says)]);
});

test.each([
  { key: 'adapterIdentifier', value: 5, found: '5' },
  { key: 'baseModelSignature', value: SIGNATURE.toUpperCase(), found: `"${SIGNATURE.toUpperCase()}"` },
  { key: 'baseModelSignature', value: SIGNATURE.slice(1), found: `"${SIGNATURE.slice(1)}"` },
  { key: 'baseModelSignature', value: `${SIGNATURE}\n`, found: `"${SIGNATURE}\\n"` },
  { key: 'loraRank', value: 0, found: '0' },
  { key: 'loraRank', value: 32.5, found: '32.5' },
  { key: 'loraRank', value: '32', found: '"32"' },
  { key: 'speculativeDecodingDraftTokenCount', value: -1, found: '-1' },
  { key: 'author', value: null, found: 'null' },
  { key: 'creatorDefined', value: [], found: '[]' },
])('$key of $value is one fault that names the field and quotes it', async ({ key, value, found }) => {
  const inspection = await inspect(makeAdapter(scratchFolder(), { metadata: { [key]: value } }));
  expect(codesOf(inspection)).toEqual(['bad-metadata']);
  expect(inspection.findings).toHaveLength(1);
  const message = inspection.findings[0]?.message ?? '';
  expect(message.startsWith(`metadata.json ${key}: `)).toBe(true);
  expect(message.endsWith(`, found ${found}.`)).toBe(true);
  expect(inspection.metadata).toBeNull();
});

test.each(['adapterIdentifier', 'baseModelSignature', 'loraRank'])(
  'metadata without %s says so',
  async (key) => {
    const inspection = await inspect(makeAdapter(scratchFolder(), { metadata: { [key]: undefined } }));
    expect(inspection.findings.map(({ message }) => message)).toEqual([`metadata.json "${key}" is missing.`]);
  },
);

test('every fault of the metadata is told together, and sound fields are still read', async () => {
  const reading = await read(metadataText({ metadata: { loraRank: 'x', author: 1, license: 2 } }));
  expect(reading.faults).toHaveLength(3);
  expect(reading).toMatchObject({ baseModelSignature: SIGNATURE, loraRank: null });
});

test('metadata of 256 KiB is read, a byte more is refused by its size', async () => {
  const longest = metadataText().padEnd(256 * 1024);
  expect((await inspect(makeAdapter(scratchFolder(), { metadataText: longest }))).findings).toEqual([]);
  const inspection = await inspect(makeAdapter(scratchFolder(), { metadataText: `${longest} ` }));
  expect(inspection.findings.map(({ message }) => message)).toEqual([
    'metadata.json is 262145 bytes long, more than 262144.',
  ]);
});

test('one string of 250 KB is read', async () => {
  const reading = await read(metadataText({ metadata: { description: 'ä\\"'.repeat(62_000) } }));
  expect(reading.faults).toEqual([]);
});

test('whatever JSON the metadata holds, the reader answers with findings', async () => {
  const named = fc.record(
    {
      adapterIdentifier: fc.oneof(fc.constant('fmadapter-summarizer-9799725'), fc.jsonValue()),
      baseModelSignature: fc.oneof(fc.constant(SIGNATURE), fc.jsonValue()),
      loraRank: fc.oneof(fc.nat(), fc.jsonValue()),
      author: fc.jsonValue(),
      creatorDefined: fc.jsonValue(),
      surplus: fc.jsonValue(),
    },
    { requiredKeys: [] },
  );
  await fc.assert(
    fc.asyncProperty(fc.oneof(named, fc.jsonValue()), async (value) => {
      const reading = await read(JSON.stringify(value));
      expect(reading.document === null).toBe(reading.faults.length > 0);
      if (reading.document !== null) expect(reading.document).toEqual(JSON.parse(JSON.stringify(value)));
    }),
    { numRuns: 400 },
  );
});

test('whatever bytes the metadata holds, the reader answers with findings', async () => {
  const sound = Buffer.from(metadataText());
  const mutated = fc.tuple(fc.nat(sound.length - 1), fc.uint8Array({ maxLength: 4 })).map(([at, bytes]) => {
    return Buffer.concat([sound.subarray(0, at), bytes, sound.subarray(at + bytes.length)]);
  });
  await fc.assert(
    fc.asyncProperty(fc.oneof(mutated, fc.uint8Array({ maxLength: 300 })), async (bytes) => {
      const reading = await read(bytes);
      expect(reading.document === null).toBe(reading.faults.length > 0);
    }),
    { numRuns: 400 },
  );
});

test('an adapter with arbitrary metadata is inspected to its end', async () => {
  const folder = scratchFolder();
  let turn = 0;
  await fc.assert(
    fc.asyncProperty(fc.oneof(fc.json(), fc.string()), async (text) => {
      const inspection = await inspect(makeAdapter(`${folder}/${turn++}`, { metadataText: text }));
      expect(inspection.tensors).toBe(2);
      expect(inspection.findings.length).toBeGreaterThan(0);
    }),
    { numRuns: 60 },
  );
});

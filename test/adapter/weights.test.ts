import { expect, test } from 'vitest';
import {
  type ContainerKnobs,
  makeAdapter,
  makeContainer,
  type RecordKnobs,
} from '../support/make-adapter.ts';
import { scratchFolder } from '../support/scratch.ts';
import { inspect } from './inspect.ts';

interface Case {
  readonly why: string;
  readonly records?: readonly RecordKnobs[];
  readonly knobs?: ContainerKnobs;
  readonly tensors: number;
  readonly says: string;
}

const SOUND: RecordKnobs = {};

const CASES: readonly Case[] = [
  {
    why: 'an empty file',
    knobs: { cutTo: 0 },
    tensors: 0,
    says: 'is 0 bytes long, shorter than its 64-byte header',
  },
  { why: 'half a file header', knobs: { cutTo: 63 }, tensors: 0, says: 'is 63 bytes long, shorter than its' },
  { why: 'the version before', knobs: { version: 1 }, tensors: 0, says: 'container version 1, expected 2' },
  { why: 'a version to come', knobs: { version: 3 }, tensors: 0, says: 'container version 3, expected 2' },
  { why: 'no records', records: [], tensors: 0, says: 'holds no tensors' },
  { why: 'a count of zero', knobs: { count: 0 }, tensors: 0, says: 'holds no tensors' },
  {
    why: 'a count beyond all reason',
    knobs: { count: 0xffffffff },
    tensors: 0,
    says: 'claims 4294967295 tensors, more than 1000000',
  },
  {
    why: 'a count above what is there',
    knobs: { count: 1_000_000 },
    tensors: 2,
    says: 'ends before record 2 of 1000000: its header would start at byte 384 of 384',
  },
  {
    why: 'a count below what is there',
    knobs: { count: 1 },
    tensors: 1,
    says: 'has 156 bytes behind its last payload, expected 28 of padding or none',
  },
  {
    why: 'another sentinel',
    records: [SOUND, { sentinel: 0xdeadbeee }],
    tensors: 1,
    says: 'record 1 of 2 at byte 192 has the sentinel 0xdeadbeee, expected 0xdeadbeef',
  },
  {
    why: 'a sentinel in big endian',
    records: [{ sentinel: 0xefbeadde }],
    tensors: 0,
    says: 'record 0 of 1 at byte 64 has the sentinel 0xefbeadde',
  },
  {
    why: 'a payload off its boundary',
    records: [{ offset: 130n }],
    tensors: 0,
    says: 'has its payload at byte 130, which is not a multiple of 64',
  },
  {
    why: 'a payload elsewhere',
    records: [{ offset: 192n }],
    tensors: 0,
    says: 'has its payload at byte 192, expected 128',
  },
  {
    why: 'a payload over its own header',
    records: [{ offset: 64n }],
    tensors: 0,
    says: 'has its payload at byte 64, expected 128',
  },
  {
    why: 'an offset of 2^64 - 64',
    records: [{ offset: 2n ** 64n - 64n }],
    tensors: 0,
    says: 'has its payload at byte 18446744073709551552, expected 128',
  },
  {
    why: 'a payload one byte longer than the file',
    records: [{ length: 65n }],
    tensors: 0,
    says: 'ends at byte 193, behind the end of the file at 192',
  },
  {
    why: 'a length of 2^64 - 1',
    records: [{ length: 2n ** 64n - 1n }],
    tensors: 0,
    says: 'ends at byte 18446744073709551743, behind the end',
  },
  {
    why: 'an empty payload',
    records: [{ length: 0n }],
    tensors: 0,
    says: 'record 0 of 1 at byte 64 is empty',
  },
  {
    why: 'half a record header',
    knobs: { cutTo: 300 },
    tensors: 1,
    says: 'ends before record 1 of 2: its header would start at byte 256 of 300',
  },
  {
    why: 'a payload that was cut off',
    knobs: { cutTo: 383 },
    tensors: 1,
    says: 'record 1 of 2 at byte 256 ends at byte 384, behind the end of the file at 383',
  },
  {
    why: 'one byte too many',
    knobs: { trailing: Buffer.alloc(1) },
    tensors: 2,
    says: 'has 1 bytes behind its last payload, expected 0 of padding or none',
  },
  {
    why: 'padding that stops half way',
    records: [{ payload: Buffer.alloc(60) }],
    knobs: { lastPadding: false, trailing: Buffer.alloc(3) },
    tensors: 1,
    says: 'has 3 bytes behind its last payload, expected 4 of padding or none',
  },
  {
    why: 'raw fp16 without a container',
    records: [],
    knobs: { count: 0x3c003c00, version: 0x3c003c00, trailing: Buffer.alloc(512, 0x3c) },
    tensors: 0,
    says: 'container version 1006648320, expected 2',
  },
];

test.each(CASES)('$why is told with its place', async ({ records, knobs, tensors, says }) => {
  const weights = makeContainer(records, knobs);
  const inspection = await inspect(makeAdapter(scratchFolder(), { weights }));
  expect(inspection.tensors).toBe(tensors);
  expect(inspection.findings).toHaveLength(1);
  expect(inspection.findings[0]).toMatchObject({ code: 'bad-weights', severity: 'error' });
  expect(inspection.findings[0]?.message).toContain(`adapter_weights.bin `);
  expect(inspection.findings[0]?.message).toContain(says);
});

test('records on both sides of the read window are all found', async () => {
  const sizes = [64, 65_300, 65_472, 65_536, 65_408, 200_000, 64, 64, 1, 131_072, 70];
  const records = sizes.map((size) => ({ payload: Buffer.alloc(size, 0xef) }));
  const inspection = await inspect(makeAdapter(scratchFolder(), { weights: makeContainer(records) }));
  expect(inspection).toMatchObject({ tensors: sizes.length, findings: [] });
});

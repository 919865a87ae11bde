#!/usr/bin/env node
// Writes a sample .fmadapter folder in Apple's format and at a real export's size. Nothing in it was trained; the
// same options make the same bytes on every machine. For the demo, the benchmarks and the tests.
//
//   node scripts/sample-adapter.mjs --out DIR --name summarizer [--signature HEX] [--megabytes 133] [--records 700]
//                                   [--seed 1] [--draft] [--creator-defined JSON]
import { closeSync, mkdirSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

/**
 * Writes `<name>.fmadapter` below `out`, replacing an earlier one as Apple's export does.
 *
 * @param {object} options
 * @param {string} options.out - folder that receives the package; created when missing
 * @param {string} options.name - adapter name, the stem of the folder and part of the identifier
 * @param {string} [options.signature] - base model signature, 40 hex digits
 * @param {number} [options.megabytes] - size of `adapter_weights.bin` in 10^6 bytes, to within a few records
 * @param {number} [options.records] - tensors in `adapter_weights.bin`
 * @param {number} [options.seed] - another seed makes other weights of the same size
 * @param {boolean} [options.draft] - adds a draft model, in a real draft's proportion to the weights
 * @param {Record<string, unknown>} [options.creatorDefined] - lineage of the team's own
 * @returns {string} the path of the package
 */
export function writeSampleAdapter({
  out,
  name,
  signature = OS_26_SIGNATURE,
  megabytes = 133,
  records = 700,
  seed = 1,
  draft = false,
  creatorDefined = {},
}) {
  const folder = join(out, `${name}.fmadapter`);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const bytes = megabytes * 1e6;
  writeContainer(join(folder, 'adapter_weights.bin'), loraShapes(bytes, records), sampler(seed));
  if (draft) writeDraft(folder, bytes, seed);
  writeFileSync(join(folder, 'metadata.json'), metadataText({ name, signature, creatorDefined }));
  return folder;
}

/** The text of `metadata.json` as the toolkit's `json.dump(…, sort_keys=True, indent=4)` writes it. */
function metadataText({ name, signature, creatorDefined }) {
  const metadata = {
    adapterIdentifier: `fmadapter-${name}-${signature.slice(0, 7)}`,
    author: '3P developer',
    baseModelSignature: signature,
    creatorDefined,
    description: '',
    license: '',
    loraRank: 32,
    speculativeDecodingDraftTokenCount: 5,
  };
  return JSON.stringify(sortKeys(metadata), null, 4);
}

function sortKeys(value) {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (value === null || typeof value !== 'object') return value;
  const keys = Object.keys(value).sort();
  return Object.fromEntries(keys.map((key) => [key, sortKeys(value[key])]));
}

/**
 * Byte lengths of the LoRA tensors: a row of rank 32 in fp16 is 64 bytes, and the two factors of a projection
 * differ in width, so neighbours differ in length while their sum stays put.
 */
function loraShapes(totalBytes, records) {
  const rows = Math.max(2, Math.floor((totalBytes / records - ALIGNMENT) / ROW_BYTES));
  const swing = Math.floor(rows / 3);
  return Array.from({ length: records }, (_, index) => {
    const paired = index % 2 === 0 ? swing : -swing;
    return {
      kind: KIND_FP16,
      bytes: (rows + (index === records - 1 && index % 2 === 0 ? 0 : paired)) * ROW_BYTES,
    };
  });
}

/** A draft model next to 133 MB of weights has about 24 MB of 4-bit indices and 7.8 MB of program text. */
function writeDraft(folder, weightBytes, seed) {
  const indices = Math.max(64, Math.floor((weightBytes * 24.4) / 133 / DRAFT_LAYERS));
  const shapes = Array.from({ length: DRAFT_LAYERS }, () => [
    { kind: KIND_UINT8, bytes: indices },
    { kind: KIND_FP16, bytes: 32 }, // a palette: sixteen fp16 values for four bits
  ]).flat();
  writeContainer(join(folder, 'draft_weights.bin'), shapes, sampler(seed + 0x5eed));
  const lines = Math.max(1, Math.floor((weightBytes * 7.8) / 133 / MIL_LINE_BYTES));
  const body = Array.from({ length: lines }, (_, index) =>
    `    ${milLine(index)}`.padEnd(MIL_LINE_BYTES - 1),
  ).join('\n');
  writeFileSync(join(folder, 'draft.mil'), `program(1.0)\n{\n${body}\n}\n`);
}

const milLine = (index) =>
  `tensor<fp16, [1, 32]> layer_${index} = constexpr_lut_to_dense(indices = ${index});`;

/** Core ML blob storage: a file header, then per tensor a header and its payload, each on a 64-byte boundary. */
function writeContainer(path, shapes, fill) {
  const file = openSync(path, 'w');
  try {
    const head = Buffer.alloc(ALIGNMENT);
    head.writeUInt32LE(shapes.length, 0); // 0..4  record count
    head.writeUInt32LE(2, 4); //             4..8  container version
    writeSync(file, head);
    const scratch = Buffer.alloc(ALIGNMENT + alignUp(Math.max(...shapes.map(({ bytes }) => bytes))));
    let at = ALIGNMENT;
    for (const shape of shapes) {
      const end = ALIGNMENT + shape.bytes;
      scratch.fill(0, 0, ALIGNMENT);
      scratch.writeUInt32LE(0xdeadbeef, 0); //                  0..4   sentinel
      scratch.writeUInt32LE(shape.kind, 4); //                  4..8   element kind
      scratch.writeBigUInt64LE(BigInt(shape.bytes), 8); //      8..16  payload bytes
      scratch.writeBigUInt64LE(BigInt(at + ALIGNMENT), 16); // 16..24  payload start in the file
      fill(scratch, ALIGNMENT, end);
      scratch.fill(0, end, alignUp(end));
      writeSync(file, scratch, 0, alignUp(end));
      at += alignUp(end);
    }
  } finally {
    closeSync(file);
  }
}

/** Returns a function that fills a range of a buffer with fp16 samples of N(0, 0.02), as trained factors look. */
function sampler(seed) {
  const table = gaussianTable();
  let state = Math.imul(seed, 0x9e3779b1) | 0;
  return (buffer, from, to) => {
    const samples = new Uint16Array(buffer.buffer, buffer.byteOffset + from, (to - from) >> 1);
    for (let index = 0; index < samples.length; index += 2) {
      state = (state + 0x9e3779b9) | 0;
      const mixed = scramble(state);
      samples[index] = table[mixed & 0xffff];
      samples[index + 1] = table[mixed >>> 16]; // a typed array ignores a write behind its end
    }
    if ((to - from) % 2 === 1) buffer[to - 1] = scramble(state + 1) & 0xff;
  };
}

function scramble(value) {
  let mixed = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}

/** Twelve uniform numbers add up to a near-normal one with plain arithmetic, which is exact on every engine. */
function gaussianTable() {
  const table = new Uint16Array(65536);
  for (let index = 0; index < table.length; index++) {
    let sum = -6;
    for (let turn = 1; turn <= 12; turn++) sum += scramble(index * 12 + turn) / 2 ** 32;
    table[index] = toHalf(0.02 * sum);
  }
  return table;
}

/** The bits of the nearest IEEE 754 binary16; enough for magnitudes far below 65504. */
function toHalf(value) {
  const [bits] = new Uint32Array(new Float32Array([value]).buffer);
  const sign = (bits >>> 16) & 0x8000;
  const magnitude = Math.abs(value);
  if (magnitude < 2 ** -14) return sign | Math.round(magnitude * 2 ** 24);
  return sign | ((((bits & 0x7fffffff) - (112 << 23) + 0x1000) >>> 13) & 0x7fff);
}

const alignUp = (offset) => Math.ceil(offset / ALIGNMENT) * ALIGNMENT;

function main() {
  const { values } = parseArgs({
    options: {
      out: { type: 'string' },
      name: { type: 'string' },
      signature: { type: 'string' },
      megabytes: { type: 'string' },
      records: { type: 'string' },
      seed: { type: 'string' },
      draft: { type: 'boolean' },
      'creator-defined': { type: 'string' },
    },
  });
  const { out, name, signature, draft } = values;
  if (out === undefined || name === undefined) {
    console.error(
      'usage: sample-adapter.mjs --out DIR --name NAME [--signature HEX] [--megabytes N] [--records N]',
    );
    console.error('                          [--seed N] [--draft] [--creator-defined JSON]');
    process.exitCode = 2;
    return;
  }
  const number = (text) => (text === undefined ? undefined : Number(text));
  const creatorDefined =
    values['creator-defined'] === undefined ? undefined : JSON.parse(values['creator-defined']);
  const { megabytes, records, seed } = values;
  const sizes = { megabytes: number(megabytes), records: number(records), seed: number(seed) };
  console.log(writeSampleAdapter({ out, name, signature, draft, creatorDefined, ...sizes }));
}

const OS_26_SIGNATURE = '9799725ff8e851184037110b422d891ad3b92ec1';
const ALIGNMENT = 64;
const ROW_BYTES = 64;
const KIND_FP16 = 1;
const KIND_UINT8 = 3;
const DRAFT_LAYERS = 32;
const MIL_LINE_BYTES = 120;

if (process.argv[1] === fileURLToPath(import.meta.url)) main();

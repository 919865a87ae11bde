import { mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The signature of the OS 26 base model, as a well-formed default. */
export const SIGNATURE = '9799725ff8e851184037110b422d891ad3b92ec1';

/** One record of a container; whatever is given here is written as it is, sound or not. */
export interface RecordKnobs {
  readonly payload?: Uint8Array;
  readonly sentinel?: number;
  readonly kind?: number;
  readonly length?: bigint;
  readonly offset?: bigint;
}

/** The container's own header and end. */
export interface ContainerKnobs {
  readonly count?: number;
  readonly version?: number;
  /** Left out of the last record, as some writers do. */
  readonly lastPadding?: boolean;
  readonly trailing?: Uint8Array;
  /** Cuts the finished container to this many bytes. */
  readonly cutTo?: number;
}

/** A tiny weights container: by default two sound records of 100 and 64 bytes. */
export function makeContainer(
  records: readonly RecordKnobs[] = TWO_RECORDS,
  knobs: ContainerKnobs = {},
): Buffer {
  const head = Buffer.alloc(64);
  head.writeUInt32LE(knobs.count ?? records.length, 0);
  head.writeUInt32LE(knobs.version ?? 2, 4);
  const parts: Buffer[] = [head];
  let at = 64;
  records.forEach((record, index) => {
    const payload = record.payload ?? Buffer.alloc(64, index + 1);
    const padding = index === records.length - 1 && knobs.lastPadding === false ? 0 : -payload.length & 63;
    parts.push(recordHeader(record, at, payload.length), Buffer.from(payload), Buffer.alloc(padding));
    at += 64 + payload.length + padding;
  });
  const whole = Buffer.concat([...parts, knobs.trailing ?? Buffer.alloc(0)]);
  return whole.subarray(0, knobs.cutTo ?? whole.length);
}

function recordHeader(record: RecordKnobs, at: number, payloadBytes: number): Buffer {
  const header = Buffer.alloc(64);
  header.writeUInt32LE(record.sentinel ?? 0xdeadbeef, 0);
  header.writeUInt32LE(record.kind ?? 1, 4);
  header.writeBigUInt64LE(record.length ?? BigInt(payloadBytes), 8);
  header.writeBigUInt64LE(record.offset ?? BigInt(at + 64), 16);
  return header;
}

/** How an adapter differs from a sound one. `null` leaves a file out. */
export interface AdapterKnobs {
  /** Name of the folder; by default the adapter's name and `.fmadapter`. */
  readonly folder?: string;
  readonly name?: string;
  readonly signature?: string;
  /** Keys to add or replace in `metadata.json`; `undefined` as a value removes the key. */
  readonly metadata?: Readonly<Record<string, unknown>>;
  /** `metadata.json` verbatim, instead. */
  readonly metadataText?: string | Uint8Array | null;
  readonly weights?: Uint8Array | null;
  readonly draft?: 'none' | 'both' | 'mil' | 'weights';
  /** More files, by path below the folder. */
  readonly extra?: Readonly<Record<string, string | Uint8Array>>;
}

/** Writes a small adapter below `parent`, all files with one old whole-second time, and returns its folder. */
export function makeAdapter(parent: string, knobs: AdapterKnobs = {}): string {
  const { name = 'summarizer', draft = 'none' } = knobs;
  const folder = join(parent, knobs.folder ?? `${name}.fmadapter`);
  const metadata = knobs.metadataText === undefined ? metadataText(knobs) : knobs.metadataText;
  const weights = knobs.weights === undefined ? makeContainer() : knobs.weights;
  const files: Record<string, string | Uint8Array | null> = {
    'metadata.json': metadata,
    'adapter_weights.bin': weights,
    'draft.mil': draft === 'both' || draft === 'mil' ? 'program(1.0)\n{\n}\n' : null,
    'draft_weights.bin': draft === 'both' || draft === 'weights' ? makeContainer([{ kind: 3 }]) : null,
    ...knobs.extra,
  };
  mkdirSync(folder, { recursive: true });
  for (const [path, content] of Object.entries(files))
    if (content !== null) writeOld(join(folder, path), content);
  return folder;
}

/** Writes a file with a time that is long past: a digest cache does not trust files that are only just written. */
export function writeOld(path: string, content: string | Uint8Array): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
  utimesSync(path, LONG_AGO, LONG_AGO);
}

/** `metadata.json` of a sound adapter, with the knobs applied. */
export function metadataText({
  name = 'summarizer',
  signature = SIGNATURE,
  metadata = {},
}: AdapterKnobs = {}): string {
  const document = {
    adapterIdentifier: `fmadapter-${name}-${signature.slice(0, 7)}`,
    author: '3P developer',
    baseModelSignature: signature,
    creatorDefined: {},
    description: '',
    license: '',
    loraRank: 32,
    speculativeDecodingDraftTokenCount: 5,
    ...metadata,
  };
  return JSON.stringify(document, null, 4);
}

/** The time of every file that {@link writeOld} writes. */
export const LONG_AGO = new Date('2026-01-01T00:00:00Z');

const TWO_RECORDS: readonly RecordKnobs[] = [
  { payload: Buffer.alloc(100, 0x11) },
  { payload: Buffer.alloc(64, 0x22) },
];

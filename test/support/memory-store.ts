import { readFile } from 'node:fs/promises';
import { ReleaseError } from '../../src/errors.ts';
import { sha256Of } from '../../src/model/digest.ts';
import type { ReleaseStore, StoredObject } from '../../src/store/store.ts';

/** A store in memory whose objects a test may look at and tamper with. */
export interface MemoryStore extends ReleaseStore {
  readonly objects: Map<string, Uint8Array>;
}

/** What a memory store does differently. */
export interface MemoryStoreOptions {
  readonly objects?: Map<string, Uint8Array>;
  readonly provesUploads?: boolean;
  /** Reads a file that is uploaded. */
  readonly readUpload?: (file: string) => Promise<Uint8Array>;
}

/** Opens a store in memory, as strict as the contract. */
export function openMemoryStore({
  objects = new Map<string, Uint8Array>(),
  provesUploads = false,
  readUpload = readFile,
}: MemoryStoreOptions = {}): MemoryStore {
  const find = (key: string): StoredObject | undefined => {
    const bytes = objects.get(key);
    return bytes === undefined ? undefined : { key, bytes, sizeBytes: bytes.length, etag: sha256Of(bytes) };
  };
  const createOnce = (key: string, bytes: Uint8Array): 'created' | 'exists' => {
    if (objects.has(key)) return 'exists';
    objects.set(key, Uint8Array.from(bytes));
    return 'created';
  };
  return {
    objects,
    place: 'memory',
    provesUploads: async () => provesUploads,
    ignoredConditions: async () => [],
    prepare: async () => undefined,
    head: async (key) => {
      const found = objects.get(key);
      return found === undefined ? undefined : { key, sizeBytes: found.length };
    },
    read: async (key) => find(key),
    stream: async function* (key, range) {
      const found = find(key);
      if (found === undefined) throw new ReleaseError('FILE_NOT_FOUND', `There is no object ${key}.`);
      yield found.bytes.subarray(range?.first ?? 0, (range?.last ?? found.sizeBytes) + 1);
    },
    create: async (key, bytes) => createOnce(key, bytes),
    createFromFile: async (key, { file, sha256, onBytes }) => {
      const bytes = await readUpload(file);
      onBytes(bytes.length);
      if (sha256Of(bytes) !== sha256)
        throw new ReleaseError('DIGEST_MISMATCH', `${file} has other bytes than it should.`);
      const outcome = createOnce(key, bytes);
      return { outcome, sentBytes: outcome === 'created' ? bytes.length : 0 };
    },
    replace: async (key, bytes, etag) => {
      if ((find(key)?.etag ?? null) !== etag) return 'lost';
      objects.set(key, Uint8Array.from(bytes));
      return 'replaced';
    },
    list: async function* (prefix) {
      for (const [key, { length }] of objects) if (key.startsWith(prefix)) yield { key, sizeBytes: length };
    },
    folders: async (prefix) => {
      const below = [...objects.keys()].filter((key) => key.startsWith(prefix));
      const names = below.map((key) => key.slice(prefix.length)).filter((rest) => rest.includes('/'));
      return [...new Set(names.map((rest) => rest.split('/', 1)[0] ?? ''))].sort();
    },
    remove: async (key) => {
      objects.delete(key);
    },
    unfinishedUploads: async function* () {
      yield* [];
    },
    abandonUpload: async () => undefined,
  };
}

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { sha256Of } from '../../src/model/digest.ts';
import type { FileUpload, ReleaseStore } from '../../src/store/store.ts';
import { collect } from '../../src/verify/reader.ts';
import { scratchFolder } from '../support/scratch.ts';

/** What every store must do. `open` returns a fresh empty one; it is called inside a running test. */
export function describeStoreContract(name: string, open: () => ReleaseStore): void {
  describe(`${name}: reading`, () => describeReading(open));
  describe(`${name}: creating`, () => describeCreating(open));
  describe(`${name}: removing`, () => describeRemoving(open));
  describe(`${name}: replacing`, () => describeReplacing(open));
  describe(`${name}: listing`, () => describeListing(open));
}

function describeReading(open: () => ReleaseStore): void {
  test('an absent object is undefined, and streaming it is FILE_NOT_FOUND', async () => {
    const store = open();
    await store.prepare();
    expect(await store.head('v1/packs/none')).toBeUndefined();
    expect(await store.read('v1/packs/none')).toBeUndefined();
    await expect(collect(store.stream('v1/packs/none'))).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' });
  });

  test('what was created is read back, whole and by size', async () => {
    const store = open();
    expect(await store.create('v1/a/b.json', TEN)).toBe('created');
    expect(await store.head('v1/a/b.json')).toMatchObject({ key: 'v1/a/b.json', sizeBytes: 10 });
    const found = await store.read('v1/a/b.json');
    expect(found).toMatchObject({ key: 'v1/a/b.json', sizeBytes: 10 });
    expect(Buffer.from(found?.bytes ?? [])).toEqual(TEN);
  });

  test.each([
    { part: 'the whole object', range: undefined, expected: '0123456789' },
    { part: 'the first byte', range: { first: 0, last: 0 }, expected: '0' },
    { part: 'the middle', range: { first: 3, last: 6 }, expected: '3456' },
    { part: 'the last two bytes', range: { first: 8, last: 9 }, expected: '89' },
  ])('streams $part', async ({ range, expected }) => {
    const store = open();
    await store.create('v1/digits', TEN);
    expect(Buffer.from(await collect(store.stream('v1/digits', range))).toString()).toBe(expected);
  });

  test('an object is one thing and what lies below its name another', async () => {
    const store = open();
    await store.create('v1/packs/abc', TEN);
    expect(await store.read('v1/packs/abc/deeper')).toBeUndefined();
    expect(await store.head('v1/packs')).toBeUndefined();
  });
}

function describeCreating(open: () => ReleaseStore): void {
  test('create never replaces: the first bytes stay', async () => {
    const store = open();
    expect(await store.create('v1/log/1.json', TEN)).toBe('created');
    expect(await store.create('v1/log/1.json', OTHER)).toBe('exists');
    expect(Buffer.from((await store.read('v1/log/1.json'))?.bytes ?? [])).toEqual(TEN);
  });

  test('of many creators at once exactly one wins, and its bytes stay', async () => {
    const store = open();
    const bytes = Array.from({ length: 12 }, (_, index) => Buffer.from(`creator ${index}`));
    const outcomes = await Promise.all(bytes.map((own) => store.create('v1/log/2.json', own)));
    expect(outcomes.filter((outcome) => outcome === 'created')).toHaveLength(1);
    const winner = bytes[outcomes.indexOf('created')];
    expect(Buffer.from((await store.read('v1/log/2.json'))?.bytes ?? [])).toEqual(winner);
  });

  test('a file is uploaded once, and every byte is reported', async () => {
    const store = open();
    let reported = 0;
    const onBytes = (bytes: number): void => {
      reported += bytes;
    };
    const upload = { ...fileOf(TEN), onBytes };
    expect(await store.createFromFile('v1/packs/x/pack', upload)).toEqual({
      outcome: 'created',
      sentBytes: 10,
    });
    expect(reported).toBe(10);
    expect(await store.createFromFile('v1/packs/x/pack', upload)).toMatchObject({ outcome: 'exists' });
    expect(Buffer.from((await store.read('v1/packs/x/pack'))?.bytes ?? [])).toEqual(TEN);
  });

  test('a file whose bytes are not those of its digest is refused, and nothing is created', async () => {
    const store = open();
    const upload = { ...fileOf(OTHER), sha256: sha256Of(TEN) };
    await expect(store.createFromFile('v1/packs/x/pack', upload)).rejects.toMatchObject({
      code: 'DIGEST_MISMATCH',
    });
    expect(await store.head('v1/packs/x/pack')).toBeUndefined();
    expect(await keysOf(store, 'v1/')).toEqual([]);
  });
}

function describeRemoving(open: () => ReleaseStore): void {
  test('removes by exact key, and an absent object is no error', async () => {
    const store = open();
    await store.create('v1/packs/x/pack', TEN);
    await store.create('v1/packs/x/pack2', TEN);
    await store.remove('v1/packs/x/pack');
    await store.remove('v1/packs/x/pack');
    await store.remove('v1/packs/none/pack');
    expect(await keysOf(store, 'v1/')).toEqual(['v1/packs/x/pack2']);
    expect(await store.create('v1/packs/x/pack', OTHER)).toBe('created');
  });

  test('a store that may be shared ignores no condition, and keeps the bytes', async () => {
    const store = open();
    await store.create('v1/cells/a.json', TEN);
    expect(await store.ignoredConditions('v1/cells/a.json', TEN)).toEqual([]);
    expect(Buffer.from((await store.read('v1/cells/a.json'))?.bytes ?? [])).toEqual(TEN);
  });
}

function describeReplacing(open: () => ReleaseStore): void {
  test('a projection is created where there is none, and only there', async () => {
    const store = open();
    expect(await store.replace('v1/manifest.json', TEN, null)).toBe('replaced');
    expect(await store.replace('v1/manifest.json', OTHER, null)).toBe('lost');
    expect(Buffer.from((await store.read('v1/manifest.json'))?.bytes ?? [])).toEqual(TEN);
  });

  test('a projection is replaced only by who has read its last state', async () => {
    const store = open();
    await store.replace('v1/manifest.json', TEN, null);
    const first = await store.read('v1/manifest.json');
    expect(await store.replace('v1/manifest.json', OTHER, first?.etag ?? '')).toBe('replaced');
    expect(await store.replace('v1/manifest.json', TEN, first?.etag ?? '')).toBe('lost');
    const second = await store.read('v1/manifest.json');
    expect(Buffer.from(second?.bytes ?? [])).toEqual(OTHER);
    expect(second?.etag).not.toBe(first?.etag);
  });

  test('an etag of an object that is gone is lost, and creates nothing', async () => {
    const store = open();
    expect(await store.replace('v1/manifest.json', TEN, 'an etag')).toBe('lost');
    expect(await store.read('v1/manifest.json')).toBeUndefined();
  });

  test('of many replacers with one etag exactly one wins', async () => {
    const store = open();
    await store.replace('v1/manifest.json', TEN, null);
    const etag = (await store.read('v1/manifest.json'))?.etag ?? '';
    const outcomes = await Promise.all(
      Array.from({ length: 8 }, (_, index) =>
        store.replace('v1/manifest.json', Buffer.from(`${index}`), etag),
      ),
    );
    expect(outcomes.filter((outcome) => outcome === 'replaced')).toHaveLength(1);
    const winner = String(outcomes.indexOf('replaced'));
    expect(Buffer.from((await store.read('v1/manifest.json'))?.bytes ?? []).toString()).toBe(winner);
  });
}

function describeListing(open: () => ReleaseStore): void {
  test('lists what starts with a prefix, also one that ends within a name', async () => {
    const store = open();
    for (const key of ['v1/log/1.json', 'v1/log/10.json', 'v1/log/2.json', 'v1/logs', 'v2/log/1.json'])
      await store.create(key, TEN);
    expect(await keysOf(store, 'v1/log/')).toEqual(['v1/log/1.json', 'v1/log/10.json', 'v1/log/2.json']);
    expect(await keysOf(store, 'v1/log/1')).toEqual(['v1/log/1.json', 'v1/log/10.json']);
    expect(await keysOf(store, 'v1/log')).toHaveLength(4);
    expect(await keysOf(store, '')).toHaveLength(5);
    expect(await keysOf(store, 'v3/')).toEqual([]);
  });

  test('a listed object has its size', async () => {
    const store = open();
    await store.create('v1/packs/x/pack', TEN);
    for await (const info of store.list('v1/'))
      expect(info).toEqual({ key: 'v1/packs/x/pack', sizeBytes: 10 });
  });

  test('names the folders right below a prefix, sorted', async () => {
    const store = open();
    for (const channel of ['stable', 'beta', 'alpha'])
      await store.create(`v1/channels/${channel}/log/1.json`, TEN);
    await store.create('v1/channels/file', TEN);
    expect(await store.folders('v1/channels/')).toEqual(['alpha', 'beta', 'stable']);
    expect(await store.folders('v1/none/')).toEqual([]);
  });
}

async function keysOf(store: ReleaseStore, prefix: string): Promise<readonly string[]> {
  const keys: string[] = [];
  for await (const { key } of store.list(prefix)) keys.push(key);
  return keys.sort();
}

/** An upload of a file with these bytes. */
export function fileOf(bytes: Uint8Array): FileUpload {
  const file = join(scratchFolder(), 'built');
  writeFileSync(file, bytes);
  return { file, sizeBytes: bytes.length, sha256: sha256Of(bytes), onBytes: () => undefined };
}

const TEN = Buffer.from('0123456789');
const OTHER = Buffer.from('other bytes');

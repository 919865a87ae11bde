import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Fault } from '../../support/fault-proxy/faults.ts';
import { type FaultProxy, startFaultProxy } from '../../support/fault-proxy/proxy.ts';
import { type FakeS3, startFakeS3 } from '../../support/s3/server.ts';
import { HASTY, openOn } from '../../support/s3/target.ts';
import { scratchFolder } from '../../support/scratch.ts';

const KEY = 'v1/cells/a.json';
const TEN = Buffer.from('0123456789');

let fake: FakeS3;
let proxy: FaultProxy | undefined;
beforeEach(async () => {
  fake = await startFakeS3();
});
afterEach(async () => {
  await proxy?.close();
  proxy = undefined;
  await fake.close();
});

/** The store behind a proxy that does this to the first `times` requests of a name, and to no other. */
async function behind(fault: Fault, name: string, times = 1) {
  const picks = (asked: { readonly name: string }): boolean => asked.name === name;
  const rules = [{ fault, share: 1, most: times, picks }];
  proxy = await startFaultProxy({ upstream: fake.endpoint, rules, seed: 1 });
  return openOn({ ...fake, endpoint: proxy.endpoint });
}

async function collect(bytes: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of bytes) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

describe('an answer that was altered on the way', () => {
  test.each<{ readonly name: string; readonly fault: Fault }>([
    { name: 'a bit is flipped', fault: { kind: 'flip', in: 'reply' } },
    { name: 'half of it comes, as if that were all', fault: { kind: 'truncated', length: 'wrong' } },
    { name: 'half of it comes, and a cut', fault: { kind: 'truncated', length: 'right' } },
  ])('is asked for again: $name', async ({ fault }) => {
    await openOn(fake).create(KEY, TEN);
    const store = await behind(fault, 'GetObject');
    expect(Buffer.from((await store.read(KEY))?.bytes ?? []).toString()).toBe('0123456789');
  });

  test('is what the store has when it comes twice: what it means is for others to say', async () => {
    await openOn(fake).create(KEY, TEN);
    const held = fake.bucket.objects.get(`app/${KEY}`);
    if (held !== undefined)
      fake.bucket.objects.set(`app/${KEY}`, { ...held, bytes: Buffer.from('damaged!!!') });
    expect(Buffer.from((await openOn(fake).read(KEY))?.bytes ?? []).toString()).toBe('damaged!!!');
  });

  test('a range that ends early under a length that fits it is not the end', async () => {
    await openOn(fake).create(KEY, TEN);
    const store = await behind({ kind: 'truncated', length: 'wrong' }, 'GetObject');
    expect(await collect(store.stream(KEY, { first: 2, last: 9 }))).toBe('23456789');
  });
});

describe('a body that was altered on the way', () => {
  test.each(['create', 'replace'] as const)('goes out again: %s', async (method) => {
    const store = await behind({ kind: 'flip', in: 'request' }, 'PutObject', 2);
    await (method === 'create' ? store.create(KEY, TEN) : store.replace(KEY, TEN, null));
    expect(fake.bucket.objects.get(`app/${KEY}`)?.bytes.toString()).toBe('0123456789');
  });

  test('ends it when that happens every time, and nothing is written', async () => {
    const store = await behind({ kind: 'flip', in: 'request' }, 'PutObject', 99);
    await expect(store.create(KEY, TEN)).rejects.toMatchObject({ code: 'DIGEST_MISMATCH' });
    expect(fake.bucket.objects.size).toBe(0);
  });
});

test.each<Fault>([
  { kind: 'reset', at: 'request' },
  { kind: 'reset', at: 'applied' },
])('what a store ignores is asked again when the answer is lost: %o', async (fault) => {
  await openOn(fake).create(KEY, TEN);
  const store = await behind(fault, 'PutObject');
  expect(await store.ignoredConditions(KEY, TEN)).toEqual([]);
});

test('an upload that the store took and does not have whole is no upload', async () => {
  const upload = fileOf(12 << 20);
  fake.hook = ({ name, key }, phase) => {
    const held = fake.bucket.objects.get(key);
    if (name === 'CompleteMultipartUpload' && phase === 'applied' && held !== undefined)
      fake.bucket.objects.set(key, { ...held, bytes: held.bytes.subarray(1), sizeBytes: held.sizeBytes - 1 });
    return undefined;
  };
  await expect(openOn(fake).createFromFile('v1/packs/a/pack', upload)).rejects.toMatchObject({
    code: 'SIZE_MISMATCH',
  });
});

test('an upload may take longer than anything may stand still, as long as it moves', async () => {
  const upload = fileOf(8 << 20);
  const server = createServer((request, response) => {
    void (async () => {
      let bytes = 0;
      for await (const chunk of request as AsyncIterable<Buffer>) {
        bytes += chunk.length;
        if (bytes >> 19 !== (bytes - chunk.length) >> 19) await sleep(300);
      }
      response.writeHead(200, {
        etag: '"1"',
        ...(request.method === 'HEAD' ? { 'content-length': 8 << 20 } : {}),
      });
      response.end();
    })().catch(() => undefined); // a client that gives up is told of by what it says itself
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const patience = { ...HASTY, stallMs: 3_000, attempts: 2 };
    const began = performance.now();
    expect(await openOn({ ...fake, endpoint }, {}, { patience }).createFromFile(KEY, upload)).toMatchObject({
      outcome: 'created',
    });
    expect(performance.now() - began).toBeGreaterThan(3_500);
  } finally {
    server.closeAllConnections();
    server.close();
  }
});

function fileOf(sizeBytes: number) {
  const bytes = Buffer.alloc(sizeBytes, 'some bytes');
  const file = join(scratchFolder(), 'pack');
  writeFileSync(file, bytes);
  return {
    file,
    sizeBytes,
    sha256: createHash('sha256').update(bytes).digest('hex'),
    onBytes: () => undefined,
  };
}

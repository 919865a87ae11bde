import { afterEach, expect, test } from 'vitest';
import type { ProbeCheck } from '../../../src/store/probe.ts';
import { probeBucket } from '../../../src/store/s3/probe.ts';
import type { Lax } from '../../support/s3/bucket.ts';
import { type FakeS3, type FakeS3Options, type Hook, startFakeS3 } from '../../support/s3/server.ts';
import { HASTY, targetOn } from '../../support/s3/target.ts';

let fake: FakeS3;
afterEach(() => fake.close());

async function probe(options: FakeS3Options = {}): Promise<ReadonlyMap<string, ProbeCheck>> {
  fake = await startFakeS3(options);
  process.env['AWS_ACCESS_KEY_ID'] = fake.credentials.accessKeyId;
  process.env['AWS_SECRET_ACCESS_KEY'] = fake.credentials.secretAccessKey;
  const found = new Map<string, ProbeCheck>();
  for await (const check of probeBucket(targetOn(fake), 's3://models/app/', HASTY)())
    found.set(check.name, check);
  return found;
}

/** Racing writes are all under way before the first one is done. */
const allAtOnce: Hook = ({ name, key }, phase) =>
  name === 'PutObject' && key.includes('race') && phase === 'received'
    ? { kind: 'delay', ms: 300 }
    : undefined;

const failed = (found: ReadonlyMap<string, ProbeCheck>): readonly string[] =>
  [...found.values()].filter(({ ok }) => !ok).map(({ name }) => name);

test('a store that honours everything passes all steps, and nothing is left in it', async () => {
  const found = await probe();
  expect(failed(found)).toEqual([]);
  expect(found.size).toBe(11);
  expect([...fake.bucket.objects.keys(), ...fake.bucket.uploads.keys()]).toEqual([]);
});

test.each<{ readonly store: string; readonly lax: Lax }>([
  {
    store: 'Ceph 16',
    lax: {
      unquotedEtagOnly: true,
      ifMatchMissing: 412,
      lostRaceIs500: true,
      noChecksums: true,
      ignoreConditionsOnComplete: true,
      emptyCompleteEtag: true,
    },
  },
  { store: 'MinIO', lax: { listsUploadsByKeyOnly: true } },
  { store: 'R2', lax: { equalParts: true, noChecksums: true } },
])('$store can be published to, and nothing is left in it', async ({ lax }) => {
  const found = await probe({ lax });
  expect(failed(found)).toEqual([]);
  expect([...fake.bucket.objects.keys(), ...fake.bucket.uploads.keys()]).toEqual([]);
});

test('losers of a race who are answered by 500 are told apart from the one who won', async () => {
  const found = await probe({ lax: { lostRaceIs500: true }, hook: allAtOnce });
  expect(found.get('racing writers')).toMatchObject({
    ok: true,
    detail: expect.stringMatching(/^16 writers at once, 1 won; \d+ of the others .* wrote nothing$/),
  });
});

test.each<{ readonly lax: Lax; readonly steps: readonly string[] }>([
  { lax: { ignoreIfNoneMatch: true }, steps: ['create-only', 'racing creators'] },
  { lax: { ignoreIfMatch: true }, steps: ['stale If-Match', 'racing writers'] },
  {
    lax: { conditionsNotImplemented: true },
    steps: ['create-only', 'racing creators', 'stale If-Match', 'racing writers'],
  },
])('$lax: the steps that fail name what to do, and nothing is left', async ({ lax, steps }) => {
  const found = await probe({ lax });
  expect(failed(found)).toEqual(steps);
  for (const step of steps) expect(found.get(step)?.fix).toContain('--single-writer');
  expect([...fake.bucket.objects.keys(), ...fake.bucket.uploads.keys()]).toEqual([]);
});

test('what is lax and does no harm is told, and no reason not to publish', async () => {
  const lax = { ignoreConditionsOnComplete: true, noListParts: true, acceptWrongBodyHash: true };
  const found = await probe({ lax });
  expect(failed(found)).toEqual([]);
  expect(found.get('conditional completion')?.detail).toContain('is ignored');
  expect(found.get('list of parts')?.detail).toContain('starts again');
  expect(found.get('wrong bodies')).toMatchObject({
    detail: expect.stringContaining('is read back whole'),
    fix: "Set `checksums: 'sha256'` in the target.",
  });
});

test('a step that breaks off in the middle of an upload leaves no parts behind', async () => {
  const found = await probe({
    lax: { listsUploadsByKeyOnly: true },
    hook: ({ name }, phase) =>
      name === 'UploadPart' && phase === 'received'
        ? { kind: 'error', status: 403, code: 'AccessDenied' }
        : undefined,
  });
  expect(failed(found)).toEqual(['conditional completion', 'list of parts']);
  expect(fake.bucket.uploads.size).toBe(0);
});

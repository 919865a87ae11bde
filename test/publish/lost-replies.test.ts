import { expect, test } from 'vitest';
import { ReleaseError } from '../../src/errors.ts';
import { listRevisions } from '../../src/release/read-channel.ts';
import { explainDiskError } from '../../src/store/disk-error.ts';
import {
  type Fault,
  faultsFor,
  faultyStore,
  interceptStore,
  isSlotWrite,
  type StoreCall,
  unavailable,
} from '../support/faulty-store.ts';
import { makeProject, type Project, planNow, publishNow, readLogEntry } from '../support/project.ts';
import { scratchFolder } from '../support/scratch.ts';
import { getFrom, readNaively } from './naive-reader.ts';

const revisionsOf = async (project: Project): Promise<readonly number[]> =>
  listRevisions((await project.session()).channel.store, 'stable');

const faulty = (project: Project, faultOf: (call: StoreCall) => Fault) =>
  project.session({ store: (own) => faultyStore(own, faultOf) });

test.each<{ readonly why: string; readonly faults: readonly Fault[] }>([
  { why: 'was created, but the reply was lost', faults: ['reply-lost'] },
  { why: 'never arrived the first time', faults: ['never-arrives'] },
  { why: 'never arrived three times', faults: ['never-arrives', 'never-arrives', 'never-arrives'] },
  { why: 'never arrived, then its reply was lost', faults: ['never-arrives', 'reply-lost'] },
])('a slot write that $why is settled by reading, and committed once', async ({ faults }) => {
  const project = await makeProject(scratchFolder(), ['summarizer']);
  const result = await publishNow(await faulty(project, faultsFor(isSlotWrite, ...faults)));
  expect(result).toMatchObject({ revision: 1, committed: true, alreadyCommitted: false, verified: true });
  expect(await revisionsOf(project)).toEqual([1]);
});

test('a slot write that never gets through is COMMIT_UNKNOWN, and the next run commits', async () => {
  const project = await makeProject(scratchFolder(), ['summarizer']);
  const session = await faulty(project, (call) => (isSlotWrite(call) ? 'never-arrives' : 'none'));
  await expect(publishNow(session)).rejects.toMatchObject(UNKNOWN);
  expect(await revisionsOf(project)).toEqual([]);
  expect(await publishNow(await project.session())).toMatchObject({ revision: 1, committed: true });
});

test('a lost reply that no read can settle is COMMIT_UNKNOWN, and the next run finds its own commit', async () => {
  const project = await makeProject(scratchFolder(), ['summarizer']);
  let written = false;
  const session = await faulty(project, (call) => {
    if (isSlotWrite(call)) written = true;
    return isSlotWrite(call) ? 'reply-lost' : written ? 'never-arrives' : 'none';
  });
  const plan = await planNow(session);
  await expect(publishNow(session, { plan })).rejects.toMatchObject(UNKNOWN);
  expect(await revisionsOf(project)).toEqual([1]);
  const again = await publishNow(await project.session(), { plan });
  expect(again).toMatchObject({ revision: 1, committed: true, alreadyCommitted: true, verified: true });
  expect(await revisionsOf(project)).toEqual([1]);
});

test('a refusal after a write that may still arrive is COMMIT_UNKNOWN, not a refusal', async () => {
  const project = await makeProject(scratchFolder(), ['summarizer']);
  let late = async (): Promise<unknown> => undefined;
  let writes = 0;
  const session = await project.session({
    store: (own) =>
      interceptStore(own, async (call, act) => {
        if (!isSlotWrite(call)) return act();
        writes += 1;
        if (writes > 1) throw new ReleaseError('STORE_PERMISSION', 'The credentials have expired.');
        late = act;
        throw unavailable(call);
      }),
  });
  await expect(publishNow(session)).rejects.toMatchObject(UNKNOWN);
  await late();
  expect(await revisionsOf(project)).toEqual([1]);
});

test('a write that arrives long after its command gave up harms nobody', async () => {
  const project = await makeProject(scratchFolder(), ['summarizer', 'tagger']);
  let late = async (): Promise<unknown> => undefined;
  const session = await project.session({
    store: (own) =>
      interceptStore(own, async (call, act) => {
        if (!isSlotWrite(call)) return act();
        late = act;
        throw unavailable(call);
      }),
  });
  await expect(publishNow(session, { only: ['summarizer'] })).rejects.toMatchObject(UNKNOWN);
  await publishNow(await project.session(), { only: ['tagger'] });
  expect(await late()).toBe('exists');
  expect(readLogEntry(project, 1).packs.map(({ adapter }) => adapter)).toEqual(['tagger']);
  expect(await publishNow(await project.session())).toMatchObject({ revision: 2, committed: true });
  expect(readNaively(getFrom(project.cdn))?.revision).toBe(2);
});

test.each<StoreCall['method']>(['createFromFile', 'create', 'read', 'stream', 'head', 'list'])(
  'a store that never answers %s leaves the channel as it was, and the next run publishes',
  async (method) => {
    const project = await makeProject(scratchFolder(), ['summarizer']);
    await publishNow(await project.session());
    await project.add('summarizer', '2.0.0');
    const plan = await planNow(await project.session());
    const silence = await faulty(project, (call) => (call.method === method ? 'never-arrives' : 'none'));
    const outcome = await publishNow(silence, { plan }).catch((error: unknown) => error);
    if (method !== 'list') {
      expect(outcome).toMatchObject({ exitCode: 69, retryable: true });
      expect(readNaively(getFrom(project.cdn))?.revision).toBe(1);
      expect(await revisionsOf(project)).toEqual([1]);
    }
    await publishNow(await project.session(), { plan });
    expect(readNaively(getFrom(project.cdn))).toMatchObject({ revision: 2 });
  },
);

test('a projection that cannot be written is a problem of a publish that stands', async () => {
  const project = await makeProject(scratchFolder(), ['summarizer']);
  const session = await faulty(project, ({ method }) => (method === 'replace' ? 'never-arrives' : 'none'));
  const result = await publishNow(session);
  expect(result).toMatchObject({ revision: 1, committed: true, verified: false });
  expect(result.problems).toContainEqual(expect.stringContaining('did not answer replace'));
  expect(readNaively(getFrom(project.cdn))).toBeNull();
  expect(await publishNow(await project.session())).toMatchObject({ committed: false, verified: true });
  expect(readNaively(getFrom(project.cdn))?.revision).toBe(1);
});

test('a projection whose reply is lost is looked at again, and is no problem', async () => {
  const project = await makeProject(scratchFolder(), ['summarizer']);
  const once = faultsFor(({ method }) => method === 'replace', 'reply-lost');
  const result = await publishNow(await faulty(project, once));
  expect(result).toMatchObject({ committed: true });
  expect(readNaively(getFrom(project.cdn))?.revision).toBe(1);
});

test('a full disk after the commit does not say that the channel is untouched', async () => {
  const project = await makeProject(scratchFolder(), ['summarizer']);
  const full = explainDiskError(Object.assign(new Error('ENOSPC'), { code: 'ENOSPC' }), 'cdn');
  const session = await project.session({
    store: (own) =>
      interceptStore(own, async (call, act) => {
        if (call.method === 'replace') throw full;
        return act();
      }),
  });
  const { committed, problems } = await publishNow(session);
  expect(committed).toBe(true);
  expect(problems.join(' ')).toContain('is full (ENOSPC)');
  expect(problems.join(' ')).not.toContain('untouched');
});

test('a pack that is read back altered once is read again before the object is blamed', async () => {
  for (const times of [1, 2]) {
    const project = await makeProject(scratchFolder(), ['summarizer']);
    let left = times;
    const session = await project.session({
      store: (own) => ({
        ...own,
        provesUploads: () => Promise.resolve(false),
        stream: async function* (key, range) {
          const isAltered = key.startsWith('v1/packs/') && left-- > 0;
          for await (const chunk of own.stream(key, range))
            yield isAltered ? chunk.map((byte) => byte ^ 1) : chunk;
        },
      }),
    });
    const published = publishNow(session);
    if (times === 1) expect(await published).toMatchObject({ committed: true });
    else await expect(published).rejects.toMatchObject({ code: 'DIGEST_MISMATCH' });
  }
});

const UNKNOWN = { code: 'COMMIT_UNKNOWN', exitCode: 69, retryable: true };

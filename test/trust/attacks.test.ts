import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { rollBack } from '../../src/flow.ts';
import { sha256Of } from '../../src/model/digest.ts';
import type { LogEntry, PackRecord } from '../../src/model/release.ts';
import { openSeal } from '../../src/publish/seal.ts';
import { encode } from '../../src/release/documents.ts';
import { logKey, manifestKey, packKey } from '../../src/release/layout.ts';
import { projectionDigests, projectRelease } from '../../src/release/projection.ts';
import { readHead, readRelease } from '../../src/release/read-channel.ts';
import type { ReleaseStore } from '../../src/store/store.ts';
import { interceptStore } from '../support/faulty-store.ts';
import {
  makeProject,
  type Project,
  planNow,
  publishNow,
  readLogEntry,
  readManifest,
} from '../support/project.ts';
import { scratchFolder } from '../support/scratch.ts';
import { bytesOf, configure, forge, NEW, OLD, signBy, signedProject } from './signed-project.ts';

const REFUSED = { code: 'SIGNATURE_INVALID', exitCode: 7 };
const PLAIN = { message: null };

/** Runs `act` once, right before a key is created for the first time: what another run does in between. */
function before(key: string, act: () => unknown): (own: ReleaseStore) => ReleaseStore {
  let done = false;
  return (own) =>
    interceptStore(own, async (call, go) => {
      if (call.method === 'create' && call.key === key && !done) {
        done = true;
        await act();
      }
      return go();
    });
}

const rewrite = (project: Project, revision: number, entry: LogEntry): void =>
  writeFileSync(join(project.cdn, logKey('stable', revision)), encode(entry));

/** The attacker's bytes, uploaded under their own digest, as the pack that a record stands for. */
function plant(project: Project, record: PackRecord): PackRecord {
  const bytes = Buffer.from('what the attacker wants devices to load');
  const key = packKey(sha256Of(bytes), record.id);
  mkdirSync(dirname(join(project.cdn, key)), { recursive: true });
  writeFileSync(join(project.cdn, key), bytes);
  return { ...record, key, sha256: sha256Of(bytes), downloadSize: bytes.length };
}

const planted = (project: Project, entry: LogEntry, adapter: string): LogEntry => ({
  ...entry,
  packs: entry.packs.map((pack) => (pack.adapter === adapter ? plant(project, pack) : pack)),
});

const isPlanted = (project: Project): boolean =>
  readManifest(project).assetPacks.some(({ downloadSize }) => downloadSize === 39);

test('what is judged is what was read: a head that was swapped for a moment is not built on', async () => {
  const project = await signedProject();
  const genuine = bytesOf(project, logKey('stable', 1));
  const { signature: _, ...entry } = readLogEntry(project, 1);
  rewrite(project, 1, {
    ...entry,
    holds: [{ adapter: 'tagger', build: '9.0.0', buildDigest: `sha256:${'0'.repeat(64)}`, sinceRevision: 1 }],
  });
  const session = await project.session();
  const { release: head } = await readHead(session.channel.store, 'stable');
  writeFileSync(join(project.cdn, logKey('stable', 1)), genuine);
  await expect(openSeal(session, { head })).rejects.toMatchObject(REFUSED);
  const { release: now } = await readHead(session.channel.store, 'stable');
  const seal = await openSeal(session, { head: now });
  const draft = {
    entry: { ...entry, revision: 2 },
    cells: [],
    cellsBytes: encode({}),
    entryBytes: encode({}),
    entrySha256: '',
  };
  await expect(seal.apply(draft, head)).rejects.toMatchObject(REFUSED);
});

test('a rollback takes over the very bytes that were judged', async () => {
  const project = await signedProject();
  await project.add('tagger', '2.0.0');
  await publishNow(await project.session());
  const entry = readLogEntry(project, 1);
  const forged = encode({ ...entry, packs: entry.packs.map((pack) => ({ ...pack, build: '6.6.6' })) });
  let reads = 0;
  const store = (own: ReleaseStore): ReleaseStore => ({
    ...own,
    read: async (key) => {
      const object = await own.read(key);
      // the first look at revision 1 is for the link to the head, the second one is what is rolled back to
      return object !== undefined && key === logKey('stable', 1) && ++reads === 2
        ? { ...object, bytes: forged }
        : object;
    },
  });
  await expect(rollBack(await project.session({ store }), { to: 1, only: [] }, PLAIN)).rejects.toMatchObject(
    REFUSED,
  );
  expect(readManifest(project).revision).toBe(2);
});

test('a forged old entry is never the source of a pack', async () => {
  const project = await signedProject();
  for (const version of ['2.0.0', '3.0.0']) {
    await project.add('tagger', version);
    await publishNow(await project.session());
  }
  rewrite(project, 1, planted(project, readLogEntry(project, 1), 'tagger'));
  await project.add('tagger', '4.0.0', { seed: 'tagger 1.0.0' }); // the build of revision 1
  await expect(publishNow(await project.session())).rejects.toMatchObject({
    code: 'LOG_BROKEN',
    exitCode: 7,
  });
  expect([readManifest(project).revision, isPlanted(project)]).toEqual([3, false]);
});

test('a forged entry that a rollback went past is never the source of a pack', async () => {
  const project = await signedProject();
  await project.add('tagger', '2.0.0');
  const plan = await planNow(await project.session());
  const [next] = plan.change.adapters.flatMap(({ packs }) => packs);
  const honest = readLogEntry(project, 1);
  forge(project, (entry) => {
    const packs = entry.packs.map((pack) =>
      pack.adapter === 'tagger' && next !== undefined
        ? plant(project, { ...pack, build: next.build, buildDigest: next.buildDigest })
        : pack,
    );
    return { ...entry, packs };
  });
  forge(project, (entry) => ({ ...entry, packs: honest.packs }));
  await rollBack(await project.session(), { to: 1, only: [] }, PLAIN);
  expect(await publishNow(await project.session())).toMatchObject({ committed: true, revision: 5 });
  expect(isPlanted(project)).toBe(false);
});

test('a rollback that loses its race vouches for nobody', async () => {
  const project = await signedProject();
  await project.add('tagger', '2.0.0');
  await publishNow(await project.session());
  const store = before(logKey('stable', 3), () =>
    forge(project, ({ signature: _, statements: __, ...entry }) => entry),
  );
  await expect(rollBack(await project.session({ store }), { to: 1, only: [] }, PLAIN)).rejects.toMatchObject(
    REFUSED,
  );
  expect(() => bytesOf(project, logKey('stable', 4))).toThrow(/ENOENT/);
});

test('a run without `signing` does not follow on a head that was signed meanwhile', async () => {
  const project = await makeProject(scratchFolder(), ['summarizer', 'tagger']);
  await publishNow(await project.session());
  await project.add('tagger', '2.0.0');
  const store = before(logKey('stable', 2), async () => {
    signBy(project, OLD);
    expect(await publishNow(await project.session(), { only: ['summarizer'] })).toMatchObject({
      committed: true,
      signedBy: OLD.publicKey.id,
    });
  });
  await expect(publishNow(await project.session({ store }))).rejects.toMatchObject({
    code: 'SIGNING_KEY_MISSING',
  });
  expect(() => bytesOf(project, logKey('stable', 3))).toThrow(/ENOENT/);
});

test('of two runs after a key change one commits', async () => {
  const project = await signedProject();
  signBy(project, NEW, [OLD, NEW]);
  const store = before(logKey('stable', 2), async () => publishNow(await project.session()));
  expect(await rollBack(await project.session({ store }), { to: 1, only: [] }, PLAIN)).toMatchObject({
    committed: false,
    revision: 2,
    signedBy: NEW.publicKey.id,
  });
});

test('finishing does not project a revision that nobody signed', async () => {
  const project = await signedProject();
  await project.add('tagger', '2.0.0');
  const plan = await planNow(await project.session());
  await publishNow(await project.session(), { plan });
  const served = bytesOf(project, manifestKey('stable'));
  const session = await project.session();
  const release = await readRelease(session.channel.store, 'stable', 2);
  if (release === null) throw new Error('revision 2 is missing');
  forge(project, (entry) => {
    const { signature: _, statements: __, ...next } = planted(project, entry, 'tagger');
    const projections = projectRelease({ ...next, cells: release.cells }, [], session.channel.target);
    return { ...next, projections: projectionDigests(projections) };
  });
  writeFileSync(join(project.cdn, manifestKey('stable')), served);
  const result = await publishNow(session, { plan });
  expect(result).toMatchObject({ alreadyCommitted: true, revision: 2 });
  expect(result.problems).toEqual([
    expect.stringMatching(/^Revision 3 of "stable" cannot be built on: it is not signed/),
  ]);
  expect(bytesOf(project, manifestKey('stable'))).toEqual(served);
});

test('a publish says so when SOURCE_DATE_EPOCH dates its statements long ago', async () => {
  const project = await signedProject();
  await project.add('tagger', '2.0.0');
  const session = await project.session();
  const later = { ...session, io: { ...session.io, wallClock: () => new Date('2026-12-03T12:00:00Z') } };
  expect((await publishNow(later)).notes).toEqual([expect.stringContaining('SOURCE_DATE_EPOCH')]);
  await project.add('tagger', '3.0.0');
  expect((await publishNow(await project.session())).notes).toEqual([]);
  configure(project, undefined);
});

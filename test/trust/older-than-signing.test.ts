import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { rollBack } from '../../src/flow.ts';
import { sha256Of } from '../../src/model/digest.ts';
import type { LogEntry, PackRecord } from '../../src/model/release.ts';
import { encode } from '../../src/release/documents.ts';
import { logKey, packKey } from '../../src/release/layout.ts';
import {
  makeProject,
  type Project,
  planNow,
  publishNow,
  readLogEntry,
  readManifest,
} from '../support/project.ts';
import { scratchFolder } from '../support/scratch.ts';
import { APP, failuresOf, NEW, OLD, signBy, signedProject } from './signed-project.ts';

/** A channel whose revisions 1 and 2 are older than signing, and whose revision 3 is signed. */
async function grownUpProject(): Promise<Project> {
  const project = await makeProject(scratchFolder(), ['summarizer', 'tagger']);
  await publishNow(await project.session());
  await project.add('tagger', '2.0.0');
  await publishNow(await project.session());
  signBy(project, OLD);
  expect(await publishNow(await project.session())).toMatchObject({
    revision: 3,
    signedBy: OLD.publicKey.id,
  });
  return project;
}

const rollBackTo = async (project: Project, to: number) =>
  rollBack(await project.session(), { to, only: [] }, { message: null });

const servedBuilds = (project: Project): readonly string[] =>
  readManifest(project).assetPacks.map(({ adapter, build }) => `${adapter} ${build}`);

const rewrite = (project: Project, revision: number, change: (entry: LogEntry) => LogEntry): string => {
  const bytes = encode(change(readLogEntry(project, revision)));
  writeFileSync(join(project.cdn, logKey('stable', revision)), bytes);
  return sha256Of(bytes);
};

/** Somebody's own bytes under their own digest, in the place of a pack. */
const planted =
  (project: Project) =>
  (entry: LogEntry): LogEntry => ({
    ...entry,
    packs: entry.packs.map((record): PackRecord => {
      const bytes = Buffer.from('what the attacker wants devices to load');
      const key = packKey(sha256Of(bytes), record.id);
      mkdirSync(dirname(join(project.cdn, key)), { recursive: true });
      writeFileSync(join(project.cdn, key), bytes);
      return { ...record, key, sha256: sha256Of(bytes), downloadSize: bytes.length };
    }),
  });

test('a revision older than signing comes back as the signed chain names it, and is signed now', async () => {
  const project = await grownUpProject();
  expect(await rollBackTo(project, 1)).toMatchObject({ revision: 4, signedBy: OLD.publicKey.id });
  expect(servedBuilds(project)).toEqual(['summarizer 1.0.0', 'tagger 1.0.0']);
  expect(await failuresOf(project)).toEqual([]);
});

test.each<{ readonly why: string; readonly attack: (project: Project) => unknown }>([
  { why: 'the revision itself was rewritten', attack: (project) => rewrite(project, 1, planted(project)) },
  {
    why: 'the one after it was rewritten to name it',
    attack: (project) => {
      const previousSha256 = rewrite(project, 1, planted(project));
      rewrite(project, 2, (entry) => ({ ...entry, previousSha256 }));
    },
  },
  { why: 'one between is gone', attack: (project) => rmSync(join(project.cdn, logKey('stable', 2))) },
])('it is refused when $why', async ({ attack }) => {
  const project = await grownUpProject();
  // two more, so that the newest revision and the one before it, which every command looks at, are as they were
  for (const version of ['3.0.0', '4.0.0']) {
    await project.add('tagger', version);
    await publishNow(await project.session());
  }
  attack(project);
  await expect(rollBackTo(project, 1)).rejects.toMatchObject({
    code: 'SIGNATURE_INVALID',
    exitCode: 7,
    message: expect.stringMatching(
      /^Revision 1 of "stable" cannot be built on: .*the chain.* does not hold\.$/,
    ),
  });
  expect(readManifest(project).revision).toBe(5);
});

test('nobody vouches for it when no accepted key signed anything after it', async () => {
  const project = await grownUpProject();
  signBy(project, NEW);
  await expect(rollBackTo(project, 1)).rejects.toMatchObject({
    code: 'SIGNATURE_INVALID',
    message: expect.stringContaining('no accepted key signed a revision after it'),
  });
});

test('after a key was replaced, the new key vouches for it', async () => {
  const project = await grownUpProject();
  signBy(project, NEW, [OLD, NEW]);
  await publishNow(await project.session());
  signBy(project, NEW);
  expect(await rollBackTo(project, 1)).toMatchObject({ revision: 5, signedBy: NEW.publicKey.id });
});

test('in a channel that nobody signed yet, the log alone counts', async () => {
  const project = await makeProject(scratchFolder(), ['summarizer']);
  await publishNow(await project.session());
  await project.add('summarizer', '2.0.0');
  await publishNow(await project.session());
  signBy(project, OLD);
  expect(await rollBackTo(project, 1)).toMatchObject({ revision: 3, signedBy: OLD.publicKey.id });
});

test('a plan tells that a publish would only sign, and why', async () => {
  const project = await makeProject(scratchFolder(), ['summarizer']);
  const due = async (): Promise<unknown> => {
    const { signatureDue, hasChanges, changes } = await planNow(await project.session());
    expect(changes.every(({ kind }) => kind === 'keep')).toBe(true);
    return hasChanges ? signatureDue : 'nothing to do';
  };
  await publishNow(await project.session());
  expect(await due()).toBe('nothing to do');
  signBy(project, OLD);
  expect(await due()).toBe('unsigned');
  rmSync(join(project.root, 'key.pem'));
  expect(await due()).toBe('unsigned'); // a pull request plans without the key
  signBy(project, OLD);
  await publishNow(await project.session());
  expect(await due()).toBe('nothing to do');
  signBy(project, NEW, [OLD, NEW]);
  expect(await due()).toBe('other-key');
  rmSync(join(project.root, 'key.pem'));
  expect(await due()).toBe('nothing to do'); // nobody says here which of the accepted keys will sign
  signBy(project, NEW, [OLD, NEW]);
  await publishNow(await project.session());
  expect(await due()).toBe('nothing to do');
});

test('a plan tells that another app is named', async () => {
  const project = await signedProject();
  const path = join(project.root, 'fmrelease.config.json');
  writeFileSync(path, readFileSync(path, 'utf8').replace(APP, 'com.example.other'));
  expect(await planNow(await project.session())).toMatchObject({
    hasChanges: true,
    signatureDue: 'other-app',
  });
});

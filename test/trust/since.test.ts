import { cpSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { audit } from '../../src/audit/audit.ts';
import { gatherAuditState } from '../../src/audit/gather.ts';
import { promote, rollBack } from '../../src/flow.ts';
import { makeProject, type Project, planNow, publishNow, readManifest } from '../support/project.ts';
import { scratchFolder } from '../support/scratch.ts';
import { configure, OLD, signBy } from './signed-project.ts';

const PLAIN = { message: null };
const FROM_STABLE = { from: 'stable', only: [], remove: [], liftHolds: [] };

/** A project whose revisions are published unsigned, one for each build of `tagger`. */
async function unsignedProject(revisions: number): Promise<Project> {
  const project = await makeProject(scratchFolder(), ['summarizer', 'tagger']);
  for (let revision = 1; revision <= revisions; revision++) {
    if (revision > 1) await project.add('tagger', `${revision}.0.0`);
    await publishNow(await project.session());
  }
  return project;
}

/** Signs from now on, and says in the config since when each channel is signed. */
function signSince(project: Project, since?: Readonly<Record<string, number>>): void {
  signBy(project, OLD);
  const { signing } = JSON.parse(readFileSync(join(project.root, 'fmrelease.config.json'), 'utf8'));
  configure(project, { ...signing, ...(since === undefined ? {} : { since }) });
}

/** Somebody with write access and no key: the channel becomes one that was never signed. */
async function forgeUnsigned(project: Project, revisions: number): Promise<void> {
  const forged = await unsignedProject(revisions);
  rmSync(project.cdn, { recursive: true });
  cpSync(forged.cdn, project.cdn, { recursive: true });
}

/** Revisions 1 to `unsigned` are older than signing; one more is signed. */
async function grownUp(unsigned: number, since: number): Promise<Project> {
  const project = await unsignedProject(unsigned);
  signSince(project, { stable: since });
  await project.add('summarizer', '2.0.0');
  await publishNow(await project.session());
  return project;
}

const signatureFindings = async (project: Project) =>
  audit(
    await gatherAuditState(await project.session(), { asOf: new Date('2026-12-02'), only: [], full: false }),
  )
    .filter(({ code }) => code.startsWith('signature-'))
    .map(({ code, message }) => `${code}: ${message}`);

describe('a log that was rewritten as never signed', () => {
  test.each([
    { why: 'as long as it was', unsigned: 0, since: 1, forged: 1, says: 'revision 1 on are signed' },
    { why: 'longer', unsigned: 1, since: 2, forged: 3, says: 'revision 2 on are signed' },
    { why: 'shorter than before signing', unsigned: 2, since: 3, forged: 1, says: 'would be revision 2' },
  ])('is not built on, $why', async ({ unsigned, since, forged, says }) => {
    const project = await grownUp(unsigned, since);
    await forgeUnsigned(project, forged);
    const refused = { code: 'SIGNATURE_INVALID', exitCode: 7, message: expect.stringContaining(says) };
    await expect(publishNow(await project.session())).rejects.toMatchObject(refused);
    const beta = await project.session({ channel: 'beta' });
    await expect(promote(beta, FROM_STABLE, PLAIN)).rejects.toMatchObject(refused);
    const back = rollBack(await project.session(), { to: 1, only: [] }, PLAIN);
    await expect(back).rejects.toMatchObject(refused);
    expect(await planNow(await project.session())).toMatchObject({ signatureDue: null });
    expect(readManifest(project)).not.toHaveProperty('signature');
  });

  test('is an error of the audit for each revision that must be signed', async () => {
    const project = await grownUp(1, 2);
    expect(await signatureFindings(project)).toEqual([]);
    await forgeUnsigned(project, 3);
    expect(await signatureFindings(project)).toEqual([
      'signature-invalid: Revision 2 of "stable" is not signed.',
      'signature-invalid: Revision 3 of "stable" is not signed.',
    ]);
  });
});

test('where signing begins, the publish says what nobody vouches for', async () => {
  const project = await unsignedProject(2);
  signSince(project);
  const { notes } = await publishNow(await project.session());
  expect(notes).toEqual([
    'Revision 2 of "stable" and those before it are not signed, so nothing tells who wrote them: compare them with what you published (`fmrelease history`), then set `signing.since` to { "stable": 3 }.',
  ]);
  signSince(project, { stable: 3 });
  await project.add('tagger', '9.0.0');
  expect(await publishNow(await project.session())).toMatchObject({ revision: 4, notes: [] });
});

test('a new channel may be signed from its first revision on', async () => {
  const project = await makeProject(scratchFolder(), ['summarizer']);
  signSince(project, { stable: 1 });
  expect(await publishNow(await project.session())).toMatchObject({ revision: 1, notes: [] });
});

test('a promotion from a channel that nobody signed says so', async () => {
  const project = await unsignedProject(1);
  signSince(project);
  const { notes } = await promote(await project.session({ channel: 'beta' }), FROM_STABLE, PLAIN);
  expect(notes).toEqual([
    'Revision 1 of "stable" is not signed, so nothing tells who wrote it: compare it with what you published (`fmrelease history`), then publish "stable" signed.',
  ]);
});

test('a revision older than signing still comes back', async () => {
  const project = await grownUp(2, 3);
  const result = await rollBack(await project.session(), { to: 1, only: [] }, PLAIN);
  expect(result).toMatchObject({ revision: 4, signedBy: OLD.publicKey.id, notes: [] });
});

test('a channel that is none is a fault of the config', async () => {
  const project = await unsignedProject(1);
  signSince(project, { stabel: 2 });
  await expect(project.session()).rejects.toMatchObject({
    code: 'CONFIG_INVALID',
    message: expect.stringContaining('signing.since names "stabel", which is none of the channels'),
  });
});

import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { promote, rollBack } from '../../src/flow.ts';
import type { LogEntry } from '../../src/model/release.ts';
import { logKey, manifestKey } from '../../src/release/layout.ts';
import { lookAtSignatures } from '../../src/serve/served-signatures.ts';
import { exportPrivateKey } from '../../src/trust/keys.ts';
import { splitSigned } from '../../src/trust/signed-document.ts';
import { verifyDocument, verifyEnvelope } from '../../src/trust/verify.ts';
import { lookIndependently } from '../conformance/independent-verifier.ts';
import { makeProject, publishNow, readManifest } from '../support/project.ts';
import { scratchFolder } from '../support/scratch.ts';
import {
  APP,
  bytesOf,
  configure,
  failuresOf,
  forge,
  NEW,
  OLD,
  policyOf,
  signBy,
  signedProject,
} from './signed-project.ts';

test('a signed release carries its signatures in the entry and in the manifest, and both verifiers accept them', async () => {
  const project = await signedProject();
  const manifest = bytesOf(project, manifestKey('stable'));
  const policy = policyOf(OLD);
  expect(verifyDocument(manifest, 'manifest', { policy })).toMatchObject({
    statement: { channel: 'stable', revision: 1, app: APP },
  });
  expect(
    lookIndependently(
      { manifest: { text: manifest.toString() } },
      { keys: [OLD.publicKey.text], app: APP, channel: 'stable' },
    ),
  ).toBe(true);
  expect(verifyDocument(bytesOf(project, logKey('stable', 1)), 'log-entry', { policy })).toHaveProperty(
    'content',
  );
  const { assetPacks, statements = {} } = readManifest(project);
  expect(assetPacks).toHaveLength(2);
  for (const pack of assetPacks) {
    const verdict = verifyEnvelope(statements[pack.id] ?? null, 'pack', { policy });
    expect(verdict).toMatchObject({
      statement: { id: pack.id, version: 1, packSha256: pack.sha256, sizeBytes: pack.downloadSize },
    });
  }
  expect(splitSigned(manifest).content.toString()).toBe(
    `${JSON.stringify({ ...readManifest(project), signature: undefined }, null, 2)}\n`,
  );
  expect(await failuresOf(project)).toEqual([]);
});

test('publishing again changes nothing, and the manifest is repaired without a key', async () => {
  const project = await signedProject();
  expect(await publishNow(await project.session())).toMatchObject({ committed: false, revision: 1 });
  const before = bytesOf(project, manifestKey('stable'));
  await project.add('summarizer', '2.0.0');
  await publishNow(await project.session());
  const after = bytesOf(project, manifestKey('stable'));
  writeFileSync(join(project.cdn, manifestKey('stable')), before);
  const { rollForward } = await import('../../src/publish/roll-forward.ts');
  const { channel } = await project.session();
  rmSync(join(project.root, 'key.pem'));
  await rollForward(channel.store, {
    channel: 'stable',
    target: channel.target,
    allowForeign: false,
    admit: async () => undefined,
  });
  expect(bytesOf(project, manifestKey('stable'))).toEqual(after);
});

test('a rollback to what is served already commits nothing', async () => {
  const project = await signedProject();
  const { committed, revision } = await rollBack(
    await project.session(),
    { to: 1, only: [] },
    { message: null },
  );
  expect([committed, revision]).toEqual([false, 1]);
});

test('equal inputs give equal entries, signatures included', async () => {
  const first = await signedProject();
  const second = await signedProject();
  expect(bytesOf(first, logKey('stable', 1))).toEqual(bytesOf(second, logKey('stable', 1)));
});

test('the key is replaced in three steps, and at each an app with either key goes on', async () => {
  const project = await signedProject();
  signBy(project, OLD, [OLD, NEW]); // the app that knows both goes out
  expect(await publishNow(await project.session())).toMatchObject({ committed: false });
  signBy(project, NEW, [OLD, NEW]);
  expect(await publishNow(await project.session())).toMatchObject({
    committed: true,
    revision: 2,
    signedBy: NEW.publicKey.id,
  });
  const manifest = bytesOf(project, manifestKey('stable'));
  expect(verifyDocument(manifest, 'manifest', { policy: policyOf(OLD, NEW) })).toHaveProperty('content');
  expect(verifyDocument(manifest, 'manifest', { policy: policyOf(OLD) })).toBe('unknown-key');
  signBy(project, NEW); // old apps are gone
  expect(await publishNow(await project.session())).toMatchObject({ committed: false, revision: 2 });
  expect(await failuresOf(project)).toEqual([]);
});

test('an unsigned channel becomes a signed one by publishing, and not the other way by accident', async () => {
  const project = await makeProject(scratchFolder(), ['summarizer']);
  expect(await publishNow(await project.session())).toMatchObject({ signedBy: null });
  signBy(project, OLD);
  expect(await publishNow(await project.session())).toMatchObject({ committed: true, revision: 2 });
  configure(project, undefined);
  await project.add('summarizer', '2.0.0');
  await expect(publishNow(await project.session())).rejects.toMatchObject({
    code: 'SIGNING_KEY_MISSING',
    exitCode: 3,
  });
  expect(readManifest(project).revision).toBe(2);
  const path = join(project.root, 'fmrelease.config.json');
  const config = JSON.parse(readFileSync(path, 'utf8')) as { targets: { local: object } };
  writeFileSync(
    path,
    JSON.stringify({ ...config, targets: { local: { ...config.targets.local, signing: false } } }),
  );
  expect(await publishNow(await project.session())).toMatchObject({
    committed: true,
    signedBy: null,
    revision: 3,
  });
});

test.each([
  { why: 'without a signature', change: ({ signature: _, statements: __, ...entry }: LogEntry) => entry },
  { why: 'with the signature of the one before', change: (entry: LogEntry) => entry },
])('an entry $why is never built on, and a rollback to a signed one ends it', async ({ change }) => {
  const project = await signedProject();
  forge(project, change);
  await project.add('tagger', '2.0.0');
  const refused = { code: 'SIGNATURE_INVALID', exitCode: 7 };
  await expect(publishNow(await project.session())).rejects.toMatchObject(refused);
  const partly = rollBack(await project.session(), { to: 1, only: ['tagger'] }, { message: null });
  await expect(partly).rejects.toMatchObject(refused);
  await expect(
    rollBack(await project.session(), { to: 2, only: [] }, { message: null }),
  ).rejects.toMatchObject(refused);
  await expect(
    promote(
      await project.session({ channel: 'beta' }),
      { from: 'stable', only: [], remove: [], liftHolds: [] },
      { message: null },
    ),
  ).rejects.toMatchObject(refused);
  expect((await failuresOf(project)).map(({ name }) => name)).toContain('manifest signature');
  const { revision, committed } = await rollBack(
    await project.session(),
    { to: 1, only: [] },
    { message: null },
  );
  expect([revision, committed]).toEqual([3, true]);
  expect(await failuresOf(project)).toEqual([]);
  expect(await publishNow(await project.session())).toMatchObject({ committed: true, revision: 4 });
});

test('a key that no app accepts, a lost key and a key in the wrong place stop a publish before anything is written', async () => {
  const project = await makeProject(scratchFolder(), ['summarizer']);
  const attempt = async () => publishNow(await project.session());
  signBy(project, NEW, [OLD]);
  await expect(attempt()).rejects.toMatchObject({ code: 'SIGNING_KEY_NOT_ACCEPTED', exitCode: 6 });
  rmSync(join(project.root, 'key.pem'));
  await expect(attempt()).rejects.toMatchObject({ code: 'SIGNING_KEY_MISSING', exitCode: 3 });
  writeFileSync(join(project.root, 'key.pem'), 'not a key');
  await expect(attempt()).rejects.toMatchObject({ code: 'SIGNING_KEY_INVALID', exitCode: 6 });
  configure(project, { keys: [OLD.publicKey.text] });
  await expect(attempt()).rejects.toMatchObject({ code: 'SIGNING_KEY_MISSING' });
  const secret = Buffer.from(OLD.key.export({ format: 'jwk' }).d ?? '', 'base64url').toString('base64');
  configure(project, { keys: [OLD.publicKey.text, secret], keyFile: 'key.pem' });
  writeFileSync(join(project.root, 'key.pem'), exportPrivateKey(OLD));
  await expect(attempt()).rejects.toMatchObject({
    code: 'SIGNING_KEY_INVALID',
    message: expect.stringContaining('private half'),
  });
  expect(() => bytesOf(project, logKey('stable', 1))).toThrow(/ENOENT/);
});

test('serve says what the signature of each channel is worth', async () => {
  const project = await signedProject();
  const look = async () => lookAtSignatures((await project.session()).channel.target);
  expect(await look()).toEqual([{ channel: 'stable', signature: 'signed' }]);
  signBy(project, NEW);
  expect(await look()).toEqual([{ channel: 'stable', signature: 'unknown-key' }]);
  configure(project, undefined);
  expect(await look()).toEqual([{ channel: 'stable', signature: 'unchecked' }]);
  const path = join(project.cdn, manifestKey('stable'));
  const { signature: _, ...unsigned } = readManifest(project);
  writeFileSync(path, JSON.stringify(unsigned));
  expect(await look()).toEqual([{ channel: 'stable', signature: 'unsigned' }]);
});

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sha256Of } from '../../src/model/digest.ts';
import type { LogEntry } from '../../src/model/release.ts';
import { logKey, manifestKey } from '../../src/release/layout.ts';
import { exportPrivateKey, generatePrivateKey, type PrivateKey } from '../../src/trust/keys.ts';
import { verifyOnRequest } from '../../src/verify/verify.ts';
import { makeProject, type Project, publishNow, readLogEntry, readManifest } from '../support/project.ts';
import { scratchFolder } from '../support/scratch.ts';

/** The keys of these tests: the first one signs until it is replaced. */
export const [OLD, NEW] = [generatePrivateKey(), generatePrivateKey()];
/** The app that releases are signed for. */
export const APP = 'com.example.editor';

/** Puts `signing` into the config of a project, or takes it out. */
export function configure(project: Project, signing: object | false | undefined): void {
  const path = join(project.root, 'fmrelease.config.json');
  const { signing: _, ...before } = JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>;
  writeFileSync(path, JSON.stringify(signing === undefined ? before : { ...before, signing }));
}

/** Signs the releases of a project by `signer`, for an app that accepts `accepted`. */
export function signBy(
  project: Project,
  signer: PrivateKey,
  accepted: readonly PrivateKey[] = [signer],
): void {
  writeFileSync(join(project.root, 'key.pem'), exportPrivateKey(signer));
  configure(project, { app: APP, keys: accepted.map(({ publicKey }) => publicKey.text), keyFile: 'key.pem' });
}

/** A project with two adapters and one signed revision. */
export async function signedProject(): Promise<Project> {
  const project = await makeProject(scratchFolder(), ['summarizer', 'tagger']);
  signBy(project, OLD);
  await publishNow(await project.session());
  return project;
}

/** What an app that knows these keys accepts. */
export const policyOf = (...keys: readonly PrivateKey[]) => ({
  keys: keys.map(({ publicKey }) => publicKey),
  app: APP,
  channel: 'stable',
});
/** An object of the target. */
export const bytesOf = (project: Project, key: string): Buffer => readFileSync(join(project.cdn, key));
/** What `verify` finds wrong. */
export const failuresOf = async (project: Project) =>
  (await verifyOnRequest(await project.session(), { full: false, only: [], from: undefined })).filter(
    ({ ok }) => !ok,
  );

/** Somebody with write access and no key: appends an entry that follows from the head, and its manifest. */
export function forge(project: Project, change: (entry: LogEntry) => LogEntry): void {
  const { revision } = readManifest(project);
  const head = readLogEntry(project, revision);
  const manifest = { ...readManifest(project), revision: revision + 1 };
  const text = `${JSON.stringify(manifest, null, 2)}\n`;
  const entry = change({
    ...head,
    revision: revision + 1,
    previousSha256: sha256Of(bytesOf(project, logKey('stable', revision))),
    operation: sha256Of('forged'),
    projections: { 'manifest.json': sha256Of(text) },
  });
  writeFileSync(join(project.cdn, logKey('stable', revision + 1)), `${JSON.stringify(entry, null, 2)}\n`);
  writeFileSync(join(project.cdn, manifestKey('stable')), text);
}

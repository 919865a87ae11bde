import { appendFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { FINDING_WORDS } from '../../src/audit/finding-words.ts';
import { writeJson } from '../../src/json/write.ts';
import { sha256Of } from '../../src/model/digest.ts';
import type { Finding, FindingCode } from '../../src/model/finding.ts';
import type { ChannelManifest, LogEntry } from '../../src/model/release.ts';
import { logKey, manifestKey, packKey } from '../../src/release/layout.ts';
import { type CliProject, copyOf, EPOCH, publishedProject } from '../support/cli-project.ts';
import { AUDIT_CODES } from './audit-codes.ts';
import { flipLastByte } from './cases-channel.ts';

/** A project with the builds 1.0.0 and 1.1.0 published as revisions 1 and 2; each test breaks a copy of it. */
let published: CliProject;
let firstManifest: Buffer;

beforeAll(async () => {
  published = await publishedProject({ keep: true });
  firstManifest = manifestOfRevision1(published);
}, 60_000);
afterAll(() => published.remove());

/** A project to break, and where the objects of its channel lie. */
interface Broken extends CliProject {
  readonly at: (key: string) => string;
  readonly entry: (revision: number) => LogEntry;
}

function openCopy(): Broken {
  const project = copyOf(published);
  const at = (key: string): string => join(project.root, '.fmrelease', 'cdn', key);
  return { ...project, at, entry: (revision) => readJson(at(logKey('stable', revision))) as LogEntry };
}

/** What fmrelease wrote there; each caller says which document it is. */
const readJson = (path: string): unknown => JSON.parse(readFileSync(path, 'utf8'));

/** What revision 1 served: its log entry records the digest, so the bytes can be told to be right. */
function manifestOfRevision1(project: CliProject): Buffer {
  const at = (key: string): string => join(project.root, '.fmrelease', 'cdn', key);
  const { packs, createdAt, cellsSha256, projections } = readJson(at(logKey('stable', 1))) as LogEntry;
  const { cells } = readJson(at(`v1/cells/${cellsSha256}.json`)) as Pick<ChannelManifest, 'cells'>;
  const newest = readJson(at(manifestKey('stable'))) as ChannelManifest;
  const assetPacks = packs.map((pack) => ({
    ...newest.assetPacks.find(({ id }) => id === pack.id),
    version: pack.version,
    url: `http://127.0.0.1:9/${pack.key}`,
    downloadSize: pack.downloadSize,
    sha256: pack.sha256,
    build: pack.build,
  }));
  const bytes = Buffer.from(writeJson({ ...newest, revision: 1, createdAt, assetPacks, cells }));
  if (sha256Of(bytes) !== projections['manifest.json']) throw new Error('that is not the first manifest');
  return bytes;
}

async function auditOf(project: CliProject, ...flags: readonly string[]): Promise<readonly Finding[]> {
  const { stdout, code, stderr } = await project.run(['audit', '--json', ...flags], {
    env: { SOURCE_DATE_EPOCH: EPOCH },
  });
  expect(code, stderr + stdout).toBe(0);
  return (JSON.parse(stdout) as { result: { findings: readonly Finding[] } }).result.findings;
}

const packOf = (project: Broken, revision: number): string => {
  const [pack] = project.entry(revision).packs;
  if (pack === undefined) throw new Error(`revision ${revision} has no pack`);
  return project.at(pack.key);
};

const PACK_ID = 'fmadapter-summarizer-9799725';

/** What is done to the channel by hand, and the one new finding of it. */
const BREAKS: readonly {
  readonly code: FindingCode;
  readonly subject: string;
  readonly flags?: readonly string[];
  readonly act: (project: Broken) => unknown;
}[] = [
  { code: 'pack-missing', subject: PACK_ID, act: (project) => rmSync(packOf(project, 2)) },
  { code: 'size-mismatch', subject: PACK_ID, act: (project) => appendFileSync(packOf(project, 2), '!') },
  {
    code: 'digest-mismatch',
    subject: PACK_ID,
    flags: ['--full'],
    act: (project) => flipLastByte(packOf(project, 2)),
  },
  { code: 'version-fell', subject: PACK_ID, act: lowerTheVersion },
  { code: 'log-broken', subject: 'stable', act: ({ at }) => rmSync(at(logKey('stable', 1))) },
  {
    code: 'log-broken',
    subject: 'stable',
    act: ({ at, entry }) =>
      writeFileSync(at(logKey('stable', 1)), writeJson({ ...entry(1), message: 'rewritten' })),
  },
  {
    code: 'projection-foreign',
    subject: 'stable',
    act: ({ at }) => appendFileSync(at(manifestKey('stable')), '\n'),
  },
  {
    code: 'projection-behind',
    subject: 'stable',
    act: ({ at }) => writeFileSync(at(manifestKey('stable')), firstManifest),
  },
  { code: 'projection-behind', subject: 'stable', act: ({ at }) => rmSync(at(manifestKey('stable'))) },
  { code: 'orphan-pack', subject: packKey('0'.repeat(64), 'some-pack'), act: addOrphan },
  {
    code: 'unpublished',
    subject: 'translator',
    act: ({ prepare }) => prepare('adapter', 'add', 'adapters/translator.fmadapter', '--build', '1.0.0'),
  },
  { code: 'published-only', subject: PACK_ID, act: (project) => editMatrix(project, () => ({})) },
];

describe('audit of the built CLI reports', () => {
  test('nothing that is broken on a channel that is whole', async () => {
    const codes = (await auditOf(openCopy(), '--full')).map(({ code }) => code);
    expect([...new Set(codes)].sort()).toEqual(['evidence-stale', 'inferred-row', 'sunset', 'unsigned']);
  });

  test.each(BREAKS)('$code of $subject', async ({ code, subject, flags = [], act }) => {
    const project = openCopy();
    await act(project);
    const found = (await auditOf(project, ...flags)).filter((finding) => finding.code === code);
    expect(found).toMatchObject([{ severity: FINDING_WORDS[code].severity, subject }]);
  });

  test('held, after a rollback that the matrix does not follow', async () => {
    const project = openCopy();
    await project.prepare('rollback', '--to', '1', '--yes');
    expect(await auditOf(project)).toContainEqual(
      expect.objectContaining({ code: 'held', severity: 'warning', subject: 'summarizer 1.1.0' }),
    );
  });
});

/** What breaks a channel, and the command that the finding names. */
const REPAIRS: readonly {
  readonly code: FindingCode;
  readonly act: (project: Broken) => unknown;
  readonly command: readonly string[];
}[] = [
  { code: 'pack-missing', act: (project) => rmSync(packOf(project, 2)), command: ['publish'] },
  { code: 'projection-behind', act: ({ at }) => rmSync(at(manifestKey('stable'))), command: ['publish'] },
  {
    code: 'projection-foreign',
    act: ({ at }) => appendFileSync(at(manifestKey('stable')), '\n'),
    command: ['publish', '--allow-foreign'],
  },
  {
    code: 'published-only',
    act: (project) => editMatrix(project, () => ({})),
    command: ['publish', '--allow-remove', PACK_ID],
  },
  {
    code: 'held',
    act: ({ prepare }) => prepare('rollback', '--to', '1', '--yes'),
    command: ['publish', '--lift-hold', 'summarizer'],
  },
];

describe('what a finding tells to do, mends it', () => {
  test.each(REPAIRS)('$code', async ({ code, act, command }) => {
    const project = openCopy();
    const codes = async () => (await auditOf(project)).map((finding) => finding.code);
    await act(project);
    expect(await codes()).toContain(code);
    await project.prepare(...command, '--yes');
    expect(await codes()).not.toContain(code);
  });
});

describe('exit codes', () => {
  const exitOf = async (project: CliProject, ...flags: readonly string[]) =>
    (await project.run(['audit', '--quiet', ...flags], { env: { SOURCE_DATE_EPOCH: EPOCH } })).code;

  test.each([
    { level: 'none', code: 0 },
    { level: 'error', code: 0 },
    { level: 'warning', code: 10 },
    { level: 'note', code: 10 },
  ])('--fail-on $level exits $code when a warning is the worst', async ({ level, code }) => {
    expect(await exitOf(openCopy(), '--fail-on', level)).toBe(code);
  });

  test('--fail-on error exits 10 on an error; without the flag findings never decide', async () => {
    const project = openCopy();
    rmSync(packOf(project, 2));
    expect(await exitOf(project, '--fail-on', 'error')).toBe(10);
    expect(await exitOf(project)).toBe(0);
  });

  test('--fail-on note exits 0 when nothing is found', async () => {
    const project = openCopy();
    const off = Object.fromEntries(AUDIT_CODES.map((code) => [code, 'off']));
    const config: object = JSON.parse(project.read('fmrelease.config.json'));
    project.write('fmrelease.config.json', { ...config, audit: { severity: off } });
    const { code, stdout } = await project.run(['audit', '--fail-on', 'note']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Nothing found\.\nCoverage proved: all \d+ cells decided;/);
  });

  test('a name that nobody knows is exit 4, a day that is none exit 2', async () => {
    expect(await exitOf(openCopy(), '--only', 'nobody')).toBe(4);
    expect(await exitOf(openCopy(), '--as-of', '2026-02-30')).toBe(2);
  });

  test('--json says failed and counts what it lists', async () => {
    const run = await openCopy().run(['audit', '--json', '--fail-on', 'note'], {
      env: { SOURCE_DATE_EPOCH: EPOCH },
    });
    const { result } = JSON.parse(run.stdout) as {
      result: { findings: readonly Finding[]; counts: Record<string, number>; failed: boolean };
    };
    expect(run.code).toBe(10);
    expect(result.failed).toBe(true);
    const counted = Object.values(result.counts).reduce((sum, count) => sum + count, 0);
    expect(counted).toBe(result.findings.length);
    expect(Object.keys(result.findings[0] ?? {})).toEqual(['code', 'severity', 'subject', 'message', 'fix']);
  });
});

test('an audit writes nothing but the digest cache', async () => {
  const project = openCopy();
  const before = project.hash();
  await auditOf(project, '--full');
  expect(project.hash()).toBe(before);
});

/** Lets revision 2 serve a lower version than revision 1 did, in a log and a manifest that are whole. */
function lowerTheVersion({ at, entry }: Broken): void {
  const versioned = (packs: LogEntry['packs'], version: number) =>
    packs.map((pack) => ({ ...pack, version }));
  const first = writeJson({ ...entry(1), packs: versioned(entry(1).packs, 9) });
  const manifest = readJson(at(manifestKey('stable'))) as ChannelManifest;
  const shown = writeJson({
    ...manifest,
    assetPacks: manifest.assetPacks.map((pack) => ({ ...pack, version: 8 })),
  });
  const second = writeJson({
    ...entry(2),
    previousSha256: sha256Of(first),
    packs: versioned(entry(2).packs, 8),
    projections: { 'manifest.json': sha256Of(shown) },
  });
  writeFileSync(at(logKey('stable', 1)), first);
  writeFileSync(at(logKey('stable', 2)), second);
  writeFileSync(at(manifestKey('stable')), shown);
}

function addOrphan({ at }: Broken): void {
  const path = at(packKey('0'.repeat(64), 'some-pack'));
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, 'of a publish that never committed');
}

function editMatrix(project: CliProject, change: (adapters: object) => object): void {
  const matrix = JSON.parse(project.read('fmrelease.matrix.json')) as { adapters: object };
  project.write('fmrelease.matrix.json', { ...matrix, adapters: change(matrix.adapters) });
}

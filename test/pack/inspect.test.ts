import { execFileSync } from 'node:child_process';
import { closeSync, constants, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { archiveBytes, blockStream, entryBytes, zipBytes } from '../../scripts/archives/bytes.mjs';
import { FINDING_WORDS } from '../../src/audit/finding-words.ts';
import type { ArchiveFindingCode, Finding } from '../../src/model/finding.ts';
import { buildsOf } from '../../src/pack/inspect/claimed-builds.ts';
import { inspectPack, type PackInspection } from '../../src/pack/inspect/inspect-pack.ts';
import { silent } from '../../src/progress.ts';
import { renderFindings } from '../../src/render/findings.ts';
import { renderPackInspection } from '../../src/render/pack-inspection.ts';
import { plainStyle } from '../../src/render/style.ts';
import { aBuild, anAdapter } from '../support/builders.ts';
import { makeAdapter, makeContainer, metadataText } from '../support/make-adapter.ts';
import { PACKAGE_ROOT } from '../support/run-cli.ts';
import { scratchFolder } from '../support/scratch.ts';
import { fixturePath } from './archive/read.ts';
import { build, digestOf, orderOf } from './pack-project.ts';

const ID = 'fmadapter-summarizer-9799725';
const MANIFEST = { assetPackID: ID, downloadPolicy: { onDemand: {} }, platforms: ['iOS'] };

/** An archive as Apple's tool lays it out, with its manifest changed. */
const managed = (manifest: object | string = {}, files: Readonly<Record<string, string>> = ADAPTER): Buffer =>
  archiveBytes({
    ...files,
    'manifest.json': typeof manifest === 'string' ? manifest : JSON.stringify({ ...MANIFEST, ...manifest }),
  });

const ADAPTER = {
  'Contents/summarizer.fmadapter/adapter_weights.bin': makeContainer().toString('latin1'),
  'Contents/summarizer.fmadapter/metadata.json': metadataText(),
};

async function inspect(bytes: Uint8Array, list = false): Promise<PackInspection> {
  const path = join(scratchFolder(), 'pack.aar');
  writeFileSync(path, bytes);
  return inspectPack(path, { list, progress: silent });
}

const codesOf = ({ findings }: PackInspection): readonly string[] => findings.map(({ code }) => code);

test('a sound pack of Apple: format, codec, entries, manifest, maker, nothing wrong', async () => {
  const bytes = blockStream('z', managed());
  const pack = await inspect(bytes);
  expect(pack).toMatchObject({
    format: 'aar',
    codec: 'zlib',
    madeBy: 'ba-package',
    sizeBytes: bytes.length,
    findings: [],
  });
  expect(pack.manifest).toEqual(MANIFEST);
  expect(pack.sha256).toMatch(/^[0-9a-f]{64}$/);
  expect(pack.entries.map(({ path, kind }) => `${kind} ${path}`)).toEqual([
    'directory Contents',
    'directory Contents/summarizer.fmadapter',
    'file Contents/summarizer.fmadapter/adapter_weights.bin',
    'file Contents/summarizer.fmadapter/metadata.json',
    'file manifest.json',
  ]);
});

test('a list has no digests and the same names, sizes and manifest', async () => {
  const bytes = blockStream('e', managed());
  const [whole, list] = [await inspect(bytes), await inspect(bytes, true)];
  expect(list).toEqual({
    ...whole,
    sha256: null,
    entries: whole.entries.map((entry) => ({ ...entry, sha256: null })),
  });
});

test.each([
  {
    why: 'an on-demand policy of null',
    manifest: { downloadPolicy: { onDemand: null } },
    code: 'on-demand-null',
  },
  { why: 'an id with dots', manifest: { assetPackID: 'com.example.a' }, code: 'pack-id-dotted' },
  { why: 'iPadOS', manifest: { platforms: ['iOS', 'iPadOS'] }, code: 'platform-invalid' },
  { why: 'a platform that is no text', manifest: { platforms: [{}] }, code: 'platform-invalid' },
  {
    why: 'an adapter among selected files',
    manifest: { fileSelectors: [{ directory: 'a' }] },
    code: 'generic-pack',
  },
  { why: 'no id', manifest: { assetPackID: 1 }, code: 'bad-manifest' },
  { why: 'an id with a space', manifest: { assetPackID: 'a b' }, code: 'bad-manifest' },
  { why: 'two policies', manifest: { downloadPolicy: { onDemand: {}, prefetch: {} } }, code: 'bad-manifest' },
  { why: 'no policy', manifest: { downloadPolicy: {} }, code: 'bad-manifest' },
  { why: 'a list for a policy', manifest: { downloadPolicy: { onDemand: [] } }, code: 'bad-manifest' },
  {
    why: 'an event that is none',
    manifest: { downloadPolicy: { prefetch: { installationEventTypes: ['x'] } } },
    code: 'bad-manifest',
  },
  { why: 'no platforms', manifest: { platforms: 'iOS' }, code: 'bad-manifest' },
  { why: 'no JSON', manifest: '{"assetPackID": ', code: 'bad-manifest' },
  { why: 'a list', manifest: '[]', code: 'bad-manifest' },
  {
    why: 'another id than the adapter has',
    manifest: { assetPackID: 'fmadapter-other-9799725' },
    code: 'identifier-mismatch',
  },
])('a manifest with $why: $code, and the command that builds it right', async ({ manifest, code }) => {
  const pack = await inspect(managed(manifest));
  expect(codesOf(pack)).toContain(code);
  for (const { message, fix } of pack.findings) {
    expect(message).toMatch(/\.$/);
    if (typeof manifest !== 'string')
      expect(fix).toMatch(
        /`ba-package foundation-models package --adapter-path summarizer\.fmadapter --asset-pack-id /,
      );
  }
});

test('the same manifests without their faults raise nothing', async () => {
  const prefetch = { prefetch: { installationEventTypes: ['firstInstallation'] } };
  expect(codesOf(await inspect(managed({ downloadPolicy: prefetch, platforms: [] })))).toEqual([]);
  const files = { 'Contents/model.mlpackage/x': 'x' }; // no adapter: the generic subcommand is right
  expect(
    codesOf(await inspect(managed({ fileSelectors: [{ directory: 'model.mlpackage' }] }, files))),
  ).toEqual([]);
});

test('an adapter whose identifier is not of its folder and signature', async () => {
  const renamed = { 'Contents/other.fmadapter/metadata.json': metadataText() };
  expect((await inspect(managed({}, renamed))).findings).toMatchObject([
    { code: 'identifier-mismatch', message: expect.stringContaining('expected "fmadapter-other-9799725"') },
  ]);
});

test('nothing that a terminal acts on is printed of a pack', async () => {
  const hostile = '\u001b[2J\nSound: no fault found.\u202e\u009b';
  const pack = await inspect(managed({ [hostile]: hostile, platforms: [hostile] }, { [`x${hostile}`]: 'x' }));
  const cut = await inspect(entryBytes({ path: `x${hostile}`, data: Buffer.from('x') }).subarray(0, -1));
  const lines = [pack, cut].flatMap((one) => renderPackInspection(one, plainStyle));
  expect(lines.filter((line) => /[\p{Cc}\p{Cf}]/u.test(line))).toEqual([]);
  expect(lines.join()).toContain('"x\\u{1b}[2J\\u{a}Sound');
});

test('a command to paste repeats no id and no name but of their form', async () => {
  const hostile = 'x;touch$(y);`z`';
  const policy = { prefetch: { installationEventTypes: ['$(z)'] } };
  const pack = await inspect(
    managed(
      { assetPackID: hostile, downloadPolicy: policy, platforms: [hostile] },
      {
        'Contents/a$(b).fmadapter/metadata.json': metadataText({ metadata: { adapterIdentifier: hostile } }),
      },
    ),
  );
  const commands = pack.findings.map(({ fix }) => fix);
  expect(commands.length).toBeGreaterThan(3);
  for (const fix of commands) expect(fix).not.toMatch(/[$;]/);
  expect(commands[0]).toContain('--adapter-path <name>.fmadapter --asset-pack-id <id>');
});

test('what must not be unpacked is told entry by entry, and the rest is listed', async () => {
  const pack = await inspect(
    Buffer.concat([
      entryBytes({ type: 'L', path: 'l' }),
      entryBytes({ path: '../x', data: Buffer.from('x') }),
      entryBytes({ path: 'ok', data: Buffer.from('x') }),
    ]),
  );
  expect(codesOf(pack)).toEqual(['unsafe-file', 'unsafe-file']);
  expect(pack.entries.map(({ path }) => path)).toEqual(['ok']);
});

test('a cut archive lists what came before the cut', async () => {
  const bytes = managed();
  const pack = await inspect(bytes.subarray(0, bytes.length - 10));
  expect(codesOf(pack)).toEqual(['archive-damaged']);
  expect(pack.entries.length).toBeGreaterThan(2);
});

test('data that its digest does not cover is damage', async () => {
  const bytes = managed();
  bytes[bytes.indexOf('creatorDefined')] = 0x43;
  expect(codesOf(await inspect(bytes))).toEqual(['archive-damaged']);
});

test('LZMA answers with what is known, and a zip is inspected like an archive', async () => {
  const lzma = await inspectPack(fixturePath('lzma.aar'), { list: false, progress: silent });
  expect(lzma).toMatchObject({
    codec: 'lzma',
    madeBy: 'unknown',
    entries: [],
    findings: [{ code: 'archive-unreadable' }],
  });
  const zip = await inspect(zipBytes({ 'a/b': 'x' }, { deflate: true }));
  expect(zip).toMatchObject({ format: 'zip', codec: 'deflate', madeBy: 'other', findings: [] });
});

describe('against the builds of a project', () => {
  async function aProject() {
    const root = scratchFolder();
    const path = makeAdapter(root);
    const pack = await build(
      await orderOf(path, { kind: 'fmadapter', baseModelSignature: aBuild().baseModelSignature }),
      root,
    );
    const digest = (await digestOf(path)) as `sha256:${string}`;
    const builds = [aBuild({ digest, path: 'summarizer.fmadapter' })];
    const inspectHere = (file: string, list = false): Promise<PackInspection> =>
      inspectPack(file, { list, progress: silent, builds: buildsOf([anAdapter({ builds })], root) });
    return { root, path, pack, inspectHere };
  }

  test('our own pack of the build is that build', async () => {
    const { pack, inspectHere } = await aProject();
    expect(await inspectHere(pack.file)).toMatchObject({ madeBy: 'fmrelease', manifest: null, findings: [] });
    expect((await inspectHere(pack.file, true)).findings).toEqual([]);
  });

  test('missing, extra and other files are named', async () => {
    const { root, inspectHere } = await aProject();
    const file = join(root, 'pack.aar');
    writeFileSync(
      file,
      managed(
        {},
        {
          'Contents/summarizer.fmadapter/metadata.json': metadataText({ metadata: { author: 'me' } }),
          'Contents/summarizer.fmadapter/extra.txt': 'x',
        },
      ),
    );
    const { findings } = await inspectHere(file);
    expect(findings.map(({ code, message }) => `${code}: ${message}`)).toEqual([
      'pack-differs: "adapter_weights.bin" is missing: it is a file of build 1.0.0 of "summarizer".',
      'pack-differs: "extra.txt" is no file of build 1.0.0 of "summarizer".',
      expect.stringMatching(/^pack-differs: "metadata.json" has \d+ bytes, expected \d+ as in build 1\.0\.0/),
    ]);
    expect(findings[0]?.fix).toContain('`fmrelease pack summarizer`');
  });

  test('other bytes of the same size are found by the digest, with the build gone too', async () => {
    const { root, path, pack, inspectHere } = await aProject();
    const bytes = readFileSync(pack.file);
    const other = archiveBytes({
      'summarizer.fmadapter/adapter_weights.bin': makeContainer([
        { payload: Buffer.alloc(100, 0x12) },
        { payload: Buffer.alloc(64, 0x22) },
      ]),
      'summarizer.fmadapter/metadata.json': metadataText(),
    });
    expect(bytes.length).toBeGreaterThan(0);
    writeFileSync(join(root, 'other.aar'), other);
    expect(codesOf(await inspectHere(join(root, 'other.aar')))).toEqual(['pack-differs']);
    expect(codesOf(await inspectHere(join(root, 'other.aar'), true))).toEqual([]);
    rmSync(path, { recursive: true });
    expect(codesOf(await inspectHere(join(root, 'other.aar')))).toEqual(['pack-differs']);
    expect(codesOf(await inspectHere(pack.file))).toEqual([]);
  });
});

test('as many adapters as an archive has entries take no longer than as many files', async () => {
  const files = Object.fromEntries(
    Array.from({ length: 20_000 }, (_, index) => [`a${index}.fmadapter/metadata.json`, '{}']),
  );
  const bytes = zipBytes({ ...files, 'manifest.json': JSON.stringify(MANIFEST) });
  const start = process.cpuUsage();
  expect((await inspect(bytes, true)).manifest).toEqual(MANIFEST);
  const { user, system } = process.cpuUsage(start);
  expect((user + system) / 1_000).toBeLessThan(10_000); // one pass each: 1 s here; a pass for each of them: minutes
}, 90_000);

test('metadata of more bytes than is kept of one archive is refused, not kept', async () => {
  const blanks = ' '.repeat(1 << 20);
  const files = Object.fromEntries(
    Array.from({ length: 9 }, (_, index) => [`a${index}.fmadapter/metadata.json`, blanks]),
  );
  const pack = await inspect(zipBytes(files, { deflate: true }), true);
  expect(pack.findings).toMatchObject([
    { code: 'archive-damaged', message: expect.stringContaining('more than 8388608 bytes of manifests') },
  ]);
  expect(pack.entries).toHaveLength(8);
});

test('a pipe is no archive, and nothing waits for its writer', async () => {
  const path = join(scratchFolder(), 'pipe.aar');
  execFileSync('mkfifo', [path]);
  const release = setTimeout(() => closeSync(openSync(path, constants.O_RDWR | constants.O_NONBLOCK)), 3_000);
  const start = Date.now();
  await expect(inspectPack(path, { list: false, progress: silent })).rejects.toMatchObject({
    code: 'ARCHIVE_UNKNOWN',
  });
  expect(Date.now() - start).toBeLessThan(2_500);
  clearTimeout(release);
});

test.each([
  { why: 'a file that is not there', path: 'gone.aar', code: 'FILE_NOT_FOUND' },
  { why: 'a folder', path: '.', code: 'ARCHIVE_UNKNOWN' },
])('$why is $code', async ({ path, code }) => {
  const file = join(scratchFolder(), path);
  await expect(inspectPack(file, { list: false, progress: silent })).rejects.toMatchObject({ code });
});

describe('the pages of what only an archive raises', () => {
  const examples: Readonly<Record<ArchiveFindingCode, () => Promise<PackInspection>>> = {
    'archive-damaged': () => inspect(managed().subarray(0, 900)),
    'archive-unreadable': () => inspectPack(fixturePath('lzma.aar'), { list: true, progress: silent }),
    'bad-manifest': () => inspect(managed({ platforms: undefined })),
    'generic-pack': () => inspect(managed({ fileSelectors: [] })),
    'pack-differs': async () => {
      const root = scratchFolder();
      const path = makeAdapter(root);
      const digest = (await digestOf(path)) as `sha256:${string}`;
      const adapters = [anAdapter({ builds: [aBuild({ digest, path: 'summarizer.fmadapter' })] })];
      const file = join(root, 'pack.aar');
      writeFileSync(file, managed({}, { 'Contents/summarizer.fmadapter/metadata.json': metadataText() }));
      return inspectPack(file, { list: false, progress: silent, builds: buildsOf(adapters, root) });
    },
  };

  test.each(Object.entries(examples))('%s', async (code, make) => {
    const found = (await make()).findings.filter((finding: Finding) => finding.code === code).slice(0, 1);
    const page = readFileSync(join(PACKAGE_ROOT, 'docs', 'findings', `${code}.md`), 'utf8');
    const example = /^## Example\n\n```text\n([\s\S]*?)\n```$/m.exec(page)?.[1];
    expect(example).toBe(renderFindings(found, plainStyle).join('\n').replaceAll('lzma.aar', 'pack.aar'));
    expect(FINDING_WORDS).toHaveProperty([code, 'severity'], found[0]?.severity);
  });
});

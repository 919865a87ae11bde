import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { findPackTool } from '../../../src/pack/ba-package/find.ts';
import { runTool } from '../../../src/pack/ba-package/run.ts';
import { installStandIn, openStandIn, readRuns } from '../../support/ba-package-stand-in/install.ts';
import { scratchFolder } from '../../support/scratch.ts';
import { leftovers, lookInto, openBench, TOOL_CASES } from './cases.ts';

const ON_DEMAND = { kind: 'fmadapter', downloadPolicy: { onDemand: {} } } as const;

/** What the stand-in is told; a test starts with nothing. */
function tell(settings: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(settings)) vi.stubEnv(`BA_PACKAGE_STAND_IN_${name}`, value);
}

afterEach(() => {
  vi.unstubAllEnvs();
});

describe.each(['1.2', '2.0'])('the stand-in for ba-package %s', (version) => {
  test.each(TOOL_CASES)('$why', async ({ kind, downloadPolicy }) => {
    const work = scratchFolder();
    const log = join(work, 'runs');
    tell({ VERSION: version, LOG: log });
    const { folder, order, pack } = await openBench({ kind, downloadPolicy });
    const built = await pack(await openStandIn(installStandIn(work)));
    expect(built.packedBy).toBe(`ba-package ${version} (stand-in)`);
    const { manifest, paths } = await lookInto(built.file);
    expect(manifest).toEqual({ assetPackID: order.id, downloadPolicy, platforms: ['iOS', 'macOS'] });
    const root = kind === 'files' ? 'Contents/core/' : 'Contents/summarizer.fmadapter/';
    const inside =
      kind === 'files' ? ['Data/weights.bin', 'Manifest.json'] : ['adapter_weights.bin', 'metadata.json'];
    expect(paths).toEqual([...inside.map((path) => root + path), 'manifest.json']);
    const [words = []] = readRuns(log);
    expect(words.slice(0, 2)).toEqual(
      kind === 'files' ? ['package', words[1]] : ['foundation-models', 'package'],
    );
    expect(words.filter((word) => word.includes('/')).every(isAbsolute)).toBe(true);
    expect(leftovers(folder)).toEqual([]);
  });
});

test('a pack is built once: the second time it comes from the cache, which knows the tool', async () => {
  const work = scratchFolder();
  const log = join(work, 'runs');
  const path = installStandIn(work);
  tell({ LOG: log });
  const { pack } = await openBench(ON_DEMAND);
  const first = await pack(await openStandIn(path));
  expect(await pack(await openStandIn(path))).toEqual(first);
  expect(readRuns(log)).toHaveLength(1);
  tell({ VERSION: '1.2' });
  expect((await pack(await openStandIn(path))).sha256).not.toBe(first.sha256);
});

test.each([
  { fault: 'sandbox', code: 'PACK_TOOL_SANDBOXED', says: /exit 64\), as it does inside a sandbox/ },
  { fault: 'licence', code: 'PACK_TOOL_FAILED', says: /exits 1 .*agreed to the license/ },
  { fault: 'killed', code: 'PACK_TOOL_FAILED', says: /was ended by SIGKILL/ },
  {
    fault: 'silent',
    code: 'PACK_TOOL_FAILED',
    says: /exits 0, but wrote no fmadapter-summarizer-9799725\.aar/,
  },
  { fault: 'hang', code: 'PACK_TOOL_FAILED', says: /made no progress .* for 1 seconds/ },
  {
    fault: 'on-demand-null',
    code: 'PACK_UNSOUND',
    says: /"onDemand": null, which Apple refuses \(ITMS-91140\)/,
  },
  { fault: 'other-id', code: 'PACK_UNSOUND', says: /assetPackID is "somebody-else", expected "fmadapter/ },
  { fault: 'other-platforms', code: 'PACK_UNSOUND', says: /platforms are \[\], expected iOS, macOS/ },
  { fault: 'other-policy', code: 'PACK_UNSOUND', says: /downloadPolicy is .*essential/ },
  { fault: 'garbage', code: 'PACK_UNSOUND', says: /unsound .*no archive that fmrelease knows/ },
  { fault: 'swapped', code: 'PACK_UNSOUND', says: /"metadata\.json" has other bytes than in the build/ },
  { fault: 'extra-file', code: 'PACK_UNSOUND', says: /metadata\.json\.copy" is no file of the build/ },
  { fault: 'no-file', code: 'PACK_UNSOUND', says: /of the build is not inside/ },
])('$fault → $code, and nothing half-built is left', async ({ fault, code, says }) => {
  const tool = await openStandIn(installStandIn(scratchFolder()), fault === 'hang' ? 1_000 : 20_000);
  tell({ FAULT: fault });
  const { folder, pack } = await openBench(ON_DEMAND);
  await expect(pack(tool)).rejects.toMatchObject({ code, message: expect.stringMatching(says) });
  expect(readdirSync(join(folder, 'packs'))).toEqual([]);
});

test('what the tool says is summarised: no colours, no heap of lines, no folder of this machine', async () => {
  const tool = await openStandIn(installStandIn(scratchFolder()));
  tell({ FAULT: 'noisy' });
  const { folder, pack } = await openBench(ON_DEMAND);
  const error: unknown = await pack(tool).catch((thrown: unknown) => thrown);
  const message = error instanceof Error ? error.message : '';
  expect(message).toMatch(/a line of nothing \/ .*Cannot read …\/in\/secret/);
  expect(message.length).toBeLessThan(500);
  expect(message).not.toContain('\u001b');
  expect(message).not.toContain(folder);
});

test.each([
  { why: 'stalls', script: 'sleep 20 & wait', says: { stalled: true, code: null } },
  { why: 'ends', script: 'sleep 20 & exit 3', says: { stalled: false, code: 3 } },
])('a wrapper that $why takes what it has started with it', async ({ script, says }) => {
  const start = Date.now();
  const log = join(scratchFolder(), 'pid');
  const command = ['/bin/sh', '-c', script.replace('&', `& echo $! > ${log};`)] as const;
  expect(await runTool({ command, args: [], stallMs: 300 })).toMatchObject(says);
  expect(Date.now() - start).toBeLessThan(10_000);
  const child = Number(readFileSync(log, 'utf8'));
  await expect.poll(() => isRunning(child), { timeout: 5_000 }).toBe(false);
});

/** False for one that has ended, also where nobody has asked for its exit code yet. */
function isRunning(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

test('a program that is none, or that cannot be started, is an error of its own', async () => {
  const work = scratchFolder();
  const broken = join(work, 'broken');
  writeFileSync(broken, '#!/nowhere/at-all\n');
  chmodSync(broken, 0o755);
  const { pack } = await openBench(ON_DEMAND);
  const tool = { command: [broken], major: 2, label: 'ba-package 2.0', stallMs: 1_000 } as const;
  await expect(pack(tool)).rejects.toMatchObject({ code: 'PACK_TOOL_FAILED' });
});

describe('the tool is looked for', () => {
  const find = (env: object) => findPackTool(env, 'A test');

  test('in FMRELEASE_BA_PACKAGE first, where empty is unset', async () => {
    const work = scratchFolder();
    const named = installStandIn(work, 'named');
    mkdirSync(join(work, 'bin'));
    const plain = installStandIn(join(work, 'bin'));
    const PATH = join(work, 'bin');
    expect(await find({ FMRELEASE_BA_PACKAGE: named, PATH })).toMatchObject({ command: [named] });
    expect(await find({ FMRELEASE_BA_PACKAGE: '', PATH })).toMatchObject({ command: [plain], major: 2 });
    await expect(find({ FMRELEASE_BA_PACKAGE: join(work, 'gone'), PATH })).rejects.toMatchObject({
      code: 'PACK_TOOL_MISSING',
      exitCode: 4,
    });
  });

  test('then behind xcrun, then on PATH', async () => {
    const work = scratchFolder();
    const plain = installStandIn(work);
    const xcrun = join(work, 'xcrun');
    const find27 = '#!/bin/sh\n[ "$1" = --find ] && exit 0\nshift\nexec "$(dirname "$0")/ba-package" "$@"\n';
    writeFileSync(xcrun, find27);
    chmodSync(xcrun, 0o755);
    symlinkSync('/bin/sh', join(work, 'sh'));
    const PATH = work;
    expect(await find({ PATH })).toMatchObject({
      command: [xcrun, 'ba-package'],
      label: 'ba-package 2.0 (stand-in)',
    });
    writeFileSync(xcrun, '#!/bin/sh\nexit 72\n');
    expect(await find({ PATH })).toMatchObject({ command: [plain] });
    rmSync(xcrun);
    rmSync(plain);
    await expect(find({ PATH })).rejects.toMatchObject({ code: 'PACK_TOOL_MISSING' });
    await expect(find({})).rejects.toMatchObject({ code: 'PACK_TOOL_MISSING' });
  });

  test.each([
    { told: '1.2', major: 1 },
    { told: '2.0', major: 2 },
    { told: '2.1.3', major: 2 },
    { told: '3.0', major: null },
    { told: '', major: null },
  ])('version "$told" is major $major', async ({ told, major }) => {
    const path = installStandIn(scratchFolder());
    tell(told === '' ? { FAULT: 'no-version' } : { VERSION: told });
    const found = find({ FMRELEASE_BA_PACKAGE: path });
    if (major === null)
      await expect(found).rejects.toMatchObject({ code: 'PACK_TOOL_UNSUPPORTED', exitCode: 4 });
    else expect(await found).toMatchObject({ major });
  });

  test('a version that nobody tells can be said', async () => {
    tell({ FAULT: 'no-version' });
    const env = {
      FMRELEASE_BA_PACKAGE: installStandIn(scratchFolder()),
      FMRELEASE_BA_PACKAGE_VERSION: '2.0',
    };
    expect(await find(env)).toMatchObject({ major: 2, label: 'ba-package 2.0' });
  });
});

test('the stand-in says in its sources that it is one', () => {
  const readme = new URL('../../support/ba-package-stand-in/README.md', import.meta.url);
  expect(readFileSync(readme, 'utf8')).toContain('It is not the tool');
});

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createContext, runInContext } from 'node:vm';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ReleaseError } from '../../src/errors.ts';
import { parseOsVersion } from '../../src/model/os-version.ts';
import { parsePlatform } from '../../src/model/platform.ts';
import { manifestKey } from '../../src/release/layout.ts';
import { resolveFromMatrix } from '../../src/resolve/from-matrix.ts';
import { resolveFromRelease } from '../../src/resolve/from-release.ts';
import type { DeviceQuery, ResolveResult } from '../../src/resolve/library.ts';
import { makeProject, type Project, publishNow } from '../support/project.ts';
import { PACKAGE_ROOT } from '../support/run-cli.ts';
import { scratchFolder } from '../support/scratch.ts';

let consumer: string;

/** A folder in which `fmrelease` is installed: what a user's bundler and compiler see. */
beforeAll(() => {
  consumer = mkdtempSync(join(tmpdir(), 'fmrelease-consumer-'));
  execFileSync('mkdir', ['node_modules'], { cwd: consumer });
  symlinkSync(PACKAGE_ROOT, join(consumer, 'node_modules', 'fmrelease'));
});
afterAll(() => rmSync(consumer, { recursive: true, force: true }));

/** Bundles a user's module for browsers; an import of Node's own modules fails it. */
async function bundleForBrowsers(contents: string): Promise<string> {
  const { outputFiles, metafile } = await build({
    stdin: { contents, resolveDir: consumer },
    bundle: true,
    format: 'iife',
    globalName: 'library',
    platform: 'browser',
    preserveSymlinks: true,
    minify: true,
    write: false,
    metafile: true,
    logLevel: 'silent',
  });
  const imported = Object.values(metafile.outputs).flatMap(({ imports }) => imports.map(({ path }) => path));
  expect(imported).toEqual([]);
  return outputFiles.map(({ text }) => text).join('');
}

/** Runs the bundle where there is nothing but JavaScript, and answers one call with plain text in between. */
async function inBareContext(): Promise<(call: string, ...args: readonly unknown[]) => unknown> {
  const context = createContext(Object.create(null));
  expect(runInContext('[typeof process, typeof require, typeof Buffer, typeof fetch].join()', context)).toBe(
    'undefined,undefined,undefined,undefined',
  );
  runInContext(await bundleForBrowsers("export * from 'fmrelease/resolve'"), context);
  return (call, ...args) => {
    const text: unknown = runInContext(
      `try { JSON.stringify({ ok: library.${call}(...${JSON.stringify(args)}) }) } catch (error) { JSON.stringify({ code: error.code, name: error.name, fix: error.fix }) }`,
      context,
    );
    const { ok, ...failure } = JSON.parse(String(text)) as { ok?: unknown };
    return ok ?? failure;
  };
}

async function publishedProject(): Promise<Project> {
  const project = await makeProject(scratchFolder(), ['summarizer', 'tagger']);
  project.editMatrix((matrix) => {
    const { summarizer, tagger } = matrix.adapters;
    if (summarizer === undefined || tagger === undefined) throw new Error('no such adapter');
    const declined = { systemModel: 'os26.5', none: { adapter: 'summarizer' }, reason: 'worse there' };
    return {
      ...matrix,
      adapters: { summarizer, tagger: { ...tagger, platforms: ['iOS'], serve: [...tagger.serve, declined] } },
    };
  });
  await publishNow(await project.session());
  return project;
}

/** Every kind of question; each field as it is typed. */
const QUERIES: readonly DeviceQuery[] = ['summarizer', 'tagger'].flatMap((adapter) =>
  ['iOS', 'macOS'].flatMap((platform) =>
    ['26.0', '26.4.1', '26.5', '26.10', '27.0', '30'].flatMap((os) =>
      [{}, { signature: '9799725' }, { signature: '0000000' }, { variant: 'core3' }]
        .filter(({ variant }) => variant === undefined || Number(os.split('.')[0]) > 26)
        .map((known) => ({ adapter, platform, os, ...known })),
    ),
  ),
);

const support = { iOS: '>=26.0', macOS: '>=26.0' };

interface Failure {
  readonly name: string;
  readonly code: string;
  readonly fix: string | undefined;
}

/** An answer, or what it fails with. */
const outcomeOf = (answer: Promise<ResolveResult>): Promise<ResolveResult | Failure> =>
  answer.catch((error: unknown) => {
    if (!(error instanceof ReleaseError)) throw error;
    return { name: error.name, code: error.code, fix: error.fix };
  });

/** The library reads a manifest, and says so; the rest is what the log answers. */
function asFromLog(answer: unknown): unknown {
  if (answer === null || typeof answer !== 'object' || !('trail' in answer)) return answer;
  const { trail } = answer as ResolveResult;
  return {
    ...answer,
    source: 'log',
    trail: trail.map((line) => line.replace('from the edge', 'from the log')),
  };
}

const toDevice = ({ platform, os, adapter, signature, variant }: DeviceQuery) => ({
  platform: parsePlatform(platform),
  os: parseOsVersion(os),
  adapter,
  signature,
  variant,
});

describe('fmrelease/resolve', () => {
  test('answers in a bare JavaScript engine what the command answers, from the manifest and from the matrix', async () => {
    const project = await publishedProject();
    const { config, channel } = await project.session();
    const call = await inBareContext();
    const manifest = call('readManifest', readFileSync(join(project.cdn, manifestKey('stable')), 'utf8'));
    const matrix = call('readMatrix', readFileSync(join(project.root, 'fmrelease.matrix.json'), 'utf8'));
    const states = new Set<string>();
    for (const query of QUERIES) {
      const name = JSON.stringify(query);
      const log = await outcomeOf(
        resolveFromRelease(channel, { source: 'log', revision: null }, toDevice(query)),
      );
      expect(asFromLog(call('resolve', manifest, query)), name).toEqual(log);
      const fromMatrix = await outcomeOf(resolveFromMatrix(config, null, toDevice(query)));
      expect(call('resolveMatrix', matrix, query, { support }), name).toEqual(fromMatrix);
      states.add('state' in log ? log.state : log.code);
    }
    expect([...states].sort()).toEqual([
      'RESOLUTION_AMBIGUOUS',
      'covered',
      'declined',
      'not-offered',
      'sunset',
      'unknown-signature',
    ]);
  });

  test('tells faults as the command does: by code, with the next step', async () => {
    const call = await inBareContext();
    const project = await publishedProject();
    const manifest = call('readManifest', readFileSync(join(project.cdn, manifestKey('stable')), 'utf8'));
    const query = { platform: 'iOS', os: '26.0' };
    expect(call('resolve', manifest, query)).toEqual({
      name: 'ReleaseError',
      code: 'USAGE',
      fix: 'Name one with --adapter.',
    });
    expect(call('resolve', manifest, { ...query, adapter: 'nobody' })).toMatchObject({
      code: 'ADAPTER_UNKNOWN',
    });
    expect(call('resolve', manifest, { ...query, platform: 'iPadOS' })).toMatchObject({ code: 'USAGE' });
    expect(call('readManifest', '{"formatVersion":1,"formatVersion":1}')).toMatchObject({
      code: 'DOCUMENT_DAMAGED',
    });
    expect(call('readManifest', '{"formatVersion":1}')).toMatchObject({ code: 'DOCUMENT_DAMAGED' });
    expect(call('readMatrix', '{"formatVersion":1}')).toMatchObject({ code: 'MATRIX_INVALID' });
  });

  test('an import of Node is what the bundling would fail on', async () => {
    await expect(bundleForBrowsers("export * from 'node:fs'")).rejects.toThrow(/node:fs/);
    const code = await bundleForBrowsers("export * from 'fmrelease/resolve'");
    expect(builtinModules.filter((name) => code.includes(`"node:${name}"`))).toEqual([]);
  });

  test('who only resolves a manifest ships neither schemas nor the range parser', async () => {
    const small = await bundleForBrowsers("export { resolve } from 'fmrelease/resolve'");
    const whole = await bundleForBrowsers("export * from 'fmrelease/resolve'");
    expect(small.length).toBeLessThan(12_000);
    expect(whole.length).toBeGreaterThan(60_000);
    expect(small).not.toMatch(/Invalid comparator|json-schema\.org/i);
  });

  test('its types need none of Node', () => {
    writeFileSync(
      join(consumer, 'app.mts'),
      `import { readManifest, type ResolveResult, resolve } from 'fmrelease/resolve';
export const answer: ResolveResult = resolve(readManifest('{}'), { platform: 'iOS', os: '26.4' });
// @ts-expect-error an OS version is text
resolve(readManifest('{}'), { platform: 'iOS', os: 26 });
`,
    );
    const compiler = join(PACKAGE_ROOT, 'node_modules', 'typescript', 'bin', 'tsc');
    const options = ['--noEmit', '--strict', '--module', 'nodenext', '--target', 'es2022', '--lib', 'es2022'];
    expect(
      execFileSync(process.execPath, [compiler, ...options, 'app.mts'], { cwd: consumer, encoding: 'utf8' }),
    ).toBe('');
  });
});

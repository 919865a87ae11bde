import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { formatBytes } from '../../src/render/units.ts';
import { readDocument } from '../cli/documents.ts';
import { type CliProject, copyOf, EPOCH, emptyProject, publishedProject } from '../support/cli-project.ts';

let published: CliProject;
beforeAll(async () => {
  published = await publishedProject({ keep: true });
});
afterAll(() => published.remove());

const AT_NOON = { env: { SOURCE_DATE_EPOCH: EPOCH } };

describe('fmrelease report', () => {
  test('writes one page, tells its figures, and changes nothing else', async () => {
    const project = copyOf(published);
    const run = await project.run(['report', '--json', '--out', 'public/index.html'], AT_NOON);
    const { result } = readDocument(run);
    const page = project.read('public/index.html');
    expect(result).toMatchObject({
      file: 'public/index.html',
      sizeBytes: Buffer.byteLength(page),
      target: 'local',
      channel: 'stable',
      day: '2026-11-22',
      revision: 2,
      adapters: 1,
      cells: { total: 10, covered: 6, sunset: 4, gap: 0, inferred: 6 },
    });
    expect(page).toContain('1.1.0</td>');
    expect(page).toContain('The first</bdi>');
    expect(published.read('.fmrelease/cdn/v1/channels/stable/manifest.json')).toBe(
      project.read('.fmrelease/cdn/v1/channels/stable/manifest.json'),
    );
  });

  test('writes the same page again on the same day, and another one on another', async () => {
    const project = copyOf(published);
    const pages: string[] = [];
    for (const day of [[], [], ['--as-of', '2027-06-01']]) {
      expect((await project.run(['report', ...day], AT_NOON)).code).toBe(0);
      pages.push(project.read('fmrelease-report.html'));
    }
    expect(pages[1]).toBe(pages[0]);
    expect(pages[2]).not.toBe(pages[0]);
    expect(pages[2]).toContain('as of 1 June 2027');
  });

  test('replaces nothing that it may not read or that would never end', async () => {
    const project = copyOf(published);
    project.write('page.html', '<!doctype html><p>mine');
    chmodSync(join(project.root, 'page.html'), 0);
    execFileSync('mkfifo', [join(project.root, 'pipe.html')]);
    const nobody = process.getuid?.() === 0 ? { uid: 65534 } : {};
    for (const path of [project.root, join(project.root, '.fmrelease')]) chmodSync(path, 0o777);
    const runs = [
      await project.run(['report', '--json', '--out', 'page.html'], { ...AT_NOON, ...nobody }),
      await project.run(['report', '--json', '--out', 'pipe.html'], AT_NOON),
    ];
    expect(runs.map((run) => readDocument(run).error?.code)).toEqual(['STORE_PERMISSION', 'FILE_EXISTS']);
  });

  test('makes the folder of the page', async () => {
    const project = copyOf(published);
    expect((await project.run(['report', '--out', 'a/b/c.html'], AT_NOON)).code).toBe(0);
    expect(readdirSync(join(project.root, 'a/b'))).toEqual(['c.html']);
  });

  test('tells of every target and by the fleet that is named, with the figures of audit', async () => {
    const project = copyOf(published);
    const config: Record<string, unknown> = JSON.parse(project.read('fmrelease.config.json'));
    project.write('fmrelease.config.json', {
      ...config,
      targets: {
        ...(config['targets'] as object),
        'over-there': { kind: 'directory', path: 'other', publicUrl: 'https://other.example.com/' },
      },
    });
    project.write('shares.csv', 'platform,os,devices\niOS,26.4,600\niOS,27.0,400\nmacOS,26.4,1000\n');
    const asked = ['--all-targets', '--fleet', 'shares.csv', '--json'];
    const report = readDocument(await project.run(['report', ...asked], AT_NOON)).result;
    expect(report).toMatchObject({
      target: 'local',
      targets: [
        { target: 'local', revision: 2 },
        { target: 'over-there', revision: null },
      ],
      notLookedAt: [],
    });
    const audit = readDocument(await project.run(['audit', ...asked], AT_NOON)).result;
    const page = project
      .read('fmrelease-report.html')
      .replaceAll(/<[^>]+>/g, ' ')
      .replaceAll(/\s+/g, ' ');
    expect(report).toMatchObject({ counts: (audit as { readonly counts: object }).counts });
    const { fleet } = audit as {
      readonly fleet: { readonly cost: { readonly totalEgressBytes: number } };
    };
    expect(page).toContain(`= ${formatBytes(fleet.cost.totalEgressBytes)} , at most.`);
    expect(page).toContain('Targets local , over-there');
    expect(page).toContain('from shares.csv , 2,000 devices');
    expect(page).toContain('iOS 26.4 to &lt;26.5');
    expect(page).toMatch(/× 600 \(60 %\)/);
  });

  test('replaces no file that is not a report', async () => {
    const project = copyOf(published);
    project.write('page.html', '<!doctype html><p>mine');
    project.write('empty.html', '');
    for (const file of ['fmrelease.matrix.json', 'page.html']) {
      const before = project.read(file);
      const run = await project.run(['report', '--json', '--out', file], AT_NOON);
      expect(run.code).toBe(6);
      expect(readDocument(run).error).toMatchObject({ code: 'FILE_EXISTS' });
      expect(project.read(file)).toBe(before);
    }
    expect((await project.run(['report', '--out', 'empty.html'], AT_NOON)).code).toBe(0);
  });

  test('says on a terminal where the page is and how things stand', async () => {
    const { stdout } = await copyOf(published).run(['report'], AT_NOON);
    expect(stdout).toMatch(
      /^Wrote fmrelease-report\.html, \d+\.\d kB: local\/stable, revision 2\.\n1 adapter, 10 cells, 0 gaps\. 0 errors, .+\nOpen it in any browser; it needs no network\.\n$/,
    );
  });

  test('carries the script that the build made, and its figures for the other channel', async () => {
    const project = copyOf(published);
    await project.prepare('report', '--channel', 'beta');
    const page = project.read('fmrelease-report.html');
    expect(page).toContain('beta</bdi> has no release yet');
    expect(/<script>([\s\S]*)<\/script>/.exec(page)?.[1]?.length).toBeGreaterThan(10_000);
  });

  test('works before there is an adapter', async () => {
    const project = emptyProject();
    await project.prepare('init');
    const run = await project.run(['report', '--json'], AT_NOON);
    expect(readDocument(run).result).toMatchObject({ adapters: 0, revision: null, cells: { total: 0 } });
  });

  test('tells of a broken log instead of stopping at it', async () => {
    const project = copyOf(published);
    project.write('.fmrelease/cdn/v1/channels/stable/log/1.json', '{');
    const run = await project.run(['report', '--json'], AT_NOON);
    expect(run.code, run.stderr).toBe(0);
    const page = project.read('fmrelease-report.html');
    expect(page).toContain('<code>log-broken</code>');
    expect(page.match(/<tr><th scope="row">\d+/g)).toEqual(['<tr><th scope="row">2']);
  });

  test.each([
    { why: 'an adapter that nobody knows', args: ['--only', 'nobody'], code: 4, error: 'ADAPTER_UNKNOWN' },
    { why: 'a target that nobody knows', args: ['--target', 'mars'], code: 4, error: 'TARGET_UNKNOWN' },
    { why: 'a day that is none', args: ['--as-of', 'tomorrow'], code: 2, error: 'USAGE' },
    { why: 'a fleet that is not there', args: ['--fleet', 'no.csv'], code: 4, error: 'FILE_NOT_FOUND' },
    {
      why: 'a fleet that is no table',
      args: ['--fleet', 'fmrelease.config.json'],
      code: 6,
      error: 'FLEET_INVALID',
    },
    {
      why: 'a folder in the place of the page',
      args: ['--out', 'adapters'],
      code: 2,
      error: 'FILE_UNWRITABLE',
    },
  ])('refuses $why and writes nothing', async ({ args, code, error }) => {
    const project = copyOf(published);
    const run = await project.run(['report', '--json', ...args], AT_NOON);
    expect([run.code, readDocument(run).error?.code]).toEqual([code, error]);
    expect(project.hash()).toBe(published.hash());
    expect(existsSync(join(project.root, 'fmrelease-report.html'))).toBe(false);
  });

  test('refuses a fleet that names no OS version', async () => {
    const project = copyOf(published);
    const config: object = JSON.parse(project.read('fmrelease.config.json'));
    project.write('fmrelease.config.json', { ...config, fleet: { iOS: { latest: 0.5 } } });
    const run = await project.run(['report', '--json'], AT_NOON);
    expect([run.code, readDocument(run).error?.message]).toEqual([6, expect.stringContaining('"latest"')]);
  });
});

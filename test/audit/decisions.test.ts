import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Finding, FindingCode } from '../../src/model/finding.ts';
import { SIGNATURE } from '../support/builders.ts';
import { publishSecond } from './cases-channel.ts';
import { aScene, codesOf, type Scene } from './scene.ts';

const find = (findings: readonly Finding[], code: FindingCode): readonly Finding[] =>
  findings.filter((found) => found.code === code);

const removeFiles = ({ root }: Scene): void => rmSync(join(root, 'builds'), { recursive: true });

describe('a build whose files are gone is', () => {
  test('a note while its pack is published, since a publish reuses that', async () => {
    const scene = await aScene();
    removeFiles(scene);
    expect(find(await scene.audit(), 'build-missing')).toMatchObject([{ severity: 'note' }]);
  });

  test('a note too when an older revision has its pack', async () => {
    const scene = await aScene();
    await publishSecond(scene);
    scene.editAdapter((adapter) => ({
      ...adapter,
      serve: [{ baseModelSignature: SIGNATURE, version: '1.0.0' }],
    }));
    removeFiles(scene);
    expect(find(await scene.audit(), 'build-missing')).toMatchObject([
      { severity: 'note', subject: 'summarizer 1.0.0' },
    ]);
  });

  test('an error once the published pack is gone as well', async () => {
    const scene = await aScene();
    removeFiles(scene);
    rmSync(scene.pathOf(scene.packOf(1).key));
    expect(find(await scene.audit(), 'build-missing')).toMatchObject([{ severity: 'error' }]);
  });

  test('nothing when no serve entry names it', async () => {
    const scene = await aScene({ published: false });
    scene.editAdapter((adapter) => ({ ...adapter, serve: [] }));
    removeFiles(scene);
    expect(find(await scene.audit(), 'build-missing')).toEqual([]);
  });
});

test('files that are not the registered build are not inspected', async () => {
  const scene = await aScene();
  await scene.registerUnsound({ metadata: { loraRank: 'thirty-two' } });
  scene.editBuild({ digest: `sha256:${'0'.repeat(64)}` });
  const codes = codesOf(await scene.audit());
  expect(codes).toContain('build-changed');
  expect(codes).not.toContain('bad-metadata');
});

test('metadata that does not tell a signature is one finding, not two', async () => {
  const scene = await aScene();
  await scene.registerUnsound({ metadataText: '{' });
  const codes = codesOf(await scene.audit());
  expect(codes).toContain('bad-metadata');
  expect(codes).not.toContain('signature-mismatch');
  expect(codes).not.toContain('identifier-mismatch');
});

test('an export under another name than the matrix has is an identifier mismatch', async () => {
  const scene = await aScene({ published: false });
  scene.editMatrix(({ adapters: { summarizer }, ...matrix }) => ({
    ...matrix,
    adapters: summarizer === undefined ? {} : { shortener: summarizer },
  }));
  expect(find(await scene.audit(), 'identifier-mismatch')).toMatchObject([{ subject: 'shortener 1.0.0' }]);
});

test('an export whose folder was renamed to the name in the matrix is one identifier mismatch, not two', async () => {
  const scene = await aScene({ published: false });
  await scene.registerUnsound({ metadata: { adapterIdentifier: 'fmadapter-other-9799725' } });
  expect(find(await scene.audit(), 'identifier-mismatch')).toMatchObject([
    { message: expect.stringContaining('expected "fmadapter-summarizer-9799725"') },
  ]);
});

describe('the config', () => {
  test('changes the severity of a code', async () => {
    const scene = await aScene({ config: { audit: { severity: { sunset: 'error' } } } });
    expect((await scene.audit())[0]).toMatchObject({ code: 'sunset', severity: 'error' });
  });

  test('turns a code off', async () => {
    const scene = await aScene({ config: { audit: { severity: { sunset: 'off' } } } });
    expect(codesOf(await scene.audit())).not.toContain('sunset');
  });

  test.each([
    { why: 'without a subject covers all of a code', waiver: {}, left: [] },
    { why: 'with a subject covers that one', waiver: { subject: 'summarizer' }, left: ['translator'] },
    { why: 'covers its last day', waiver: { until: '2026-12-01' }, left: [] },
    { why: 'covers nothing after it', waiver: { until: '2026-11-30' }, left: ['summarizer', 'translator'] },
    {
      why: 'for another subject covers nothing',
      waiver: { subject: 'x' },
      left: ['summarizer', 'translator'],
    },
  ])('a waiver $why', async ({ waiver, left }) => {
    const waive = [{ code: 'sunset', reason: 'known', ...waiver }];
    const scene = await aScene({ adapters: ['summarizer', 'translator'], config: { audit: { waive } } });
    const sunset = find(await scene.audit(), 'sunset').map(({ subject }) => subject);
    expect([...new Set(sunset)]).toEqual(left);
  });

  test('cannot waive what it does not name', async () => {
    const waive = [{ code: 'gap', reason: 'known' }];
    const scene = await aScene({ config: { audit: { waive } } });
    expect(codesOf(await scene.audit())).toContain('sunset');
  });
});

describe('the day of the question', () => {
  test('in the past knows no OS release of later', async () => {
    const scene = await aScene();
    scene.editBuild({ addedAt: '2026-01-01T00:00:00Z' });
    const messages = async (asOf: string) =>
      find(await scene.audit({ asOf }), 'untested-os').map(({ message }) => message);
    expect(await messages('2026-04-29')).toEqual([]);
    expect(await messages('2026-04-30')).toEqual([expect.stringContaining('OS 26.4 and was not')]);
    expect(await messages('2026-12-01')).toEqual([expect.stringContaining('OS 26.4, 26.5, 26.6 and')]);
  });

  test('in the future ends declines and waivers, and invents no OS release', async () => {
    const until = '2027-03-01';
    const scene = await aScene({
      config: { audit: { waive: [{ code: 'sunset', until, reason: 'known' }] } },
    });
    scene.editAdapter((adapter) => ({
      ...adapter,
      serve: [...adapter.serve, { systemModel: 'afm3-core', none: 'base-model', until }],
    }));
    await scene.publish({ gap: true });
    expect(codesOf(await scene.audit({ asOf: until }))).toEqual([
      'evidence-stale',
      'inferred-row',
      'unsigned',
    ]);
    expect(codesOf(await scene.audit({ asOf: '2027-03-02' }))).toEqual([
      'decline-expired',
      'evidence-stale',
      'inferred-row',
      'sunset',
      'unsigned',
      'waiver-expired',
    ]);
  });
});

test('findings come worst first, and the same state gives the same list', async () => {
  const scene = await aScene();
  await publishSecond(scene);
  rmSync(scene.pathOf(scene.packOf(2).key));
  const findings = await scene.audit();
  const ranks = findings.map(({ severity }) => ['error', 'warning', 'note'].indexOf(severity));
  expect(new Set(ranks)).toEqual(new Set([0, 1, 2]));
  expect(ranks).toEqual([...ranks].sort());
  expect(await scene.audit()).toEqual(findings);
});

import { describe, expect, test } from 'vitest';
import type { Finding, FindingCode } from '../../src/model/finding.ts';
import { NEAR_SIGNATURE, OTHER_SIGNATURE, SIGNATURE } from '../support/builders.ts';
import { publishSecond } from './cases-channel.ts';
import { aRow, useRows } from './cases-intent.ts';
import { aScene, codesOf, type Scene } from './scene.ts';

const about = async (scene: Scene, code: FindingCode): Promise<readonly Finding[]> =>
  (await scene.audit()).filter((found) => found.code === code);

describe('untested-os', () => {
  const BEFORE_26_5 = '2026-05-15T00:00:00Z';

  test.each([
    { why: 'on that OS version', evals: ['26.6'], left: [] },
    { why: 'on a patch of it', evals: ['26.6.1'], left: [] },
    { why: 'on an older one counts for that and what is before it', evals: ['26.5'], left: ['26.6'] },
    { why: 'on several, the newest counts', evals: ['26.5', '26.4'], left: ['26.6'] },
    { why: 'on no version that can be read', evals: ['latest'], left: ['26.5', '26.6'] },
    { why: 'on none', evals: [], left: ['26.5', '26.6'] },
  ])('an evaluation $why', async ({ evals, left }) => {
    const scene = await aScene();
    scene.editBuild({
      addedAt: BEFORE_26_5,
      evals: evals.map((os) => ({ os, date: '2026-11-01', reference: 'run' })),
    });
    const [found] = await about(scene, 'untested-os');
    expect(found?.message.match(/26\.\d/g) ?? []).toEqual(left);
  });

  test('looks only at the range that the build reaches', async () => {
    const scene = await aScene({ config: { support: { iOS: '>=26.0 <26.5' } } });
    scene.editBuild({ addedAt: BEFORE_26_5 });
    expect(await about(scene, 'untested-os')).toEqual([]);
  });

  test('does not count the day of the release itself as older', async () => {
    const scene = await aScene();
    scene.editBuild({ addedAt: '2026-07-29T00:00:00Z' });
    expect(await about(scene, 'untested-os')).toEqual([]);
  });
});

describe('not-newest', () => {
  test('does not recommend a build that a rollback holds', async () => {
    const scene = await aScene();
    await publishSecond(scene);
    scene.editAdapter((adapter) => ({
      ...adapter,
      serve: [{ baseModelSignature: SIGNATURE, version: '1.0.0' }],
    }));
    expect(await about(scene, 'not-newest')).toHaveLength(1);
    await scene.rollBackTo(1);
    expect(await about(scene, 'not-newest')).toEqual([]);
  });

  test('names the newest, not the next', async () => {
    const scene = await aScene();
    await scene.add('summarizer', '1.10.0');
    await scene.add('summarizer', '1.9.0');
    scene.editAdapter((adapter) => ({
      ...adapter,
      serve: [{ baseModelSignature: SIGNATURE, version: '1.0.0' }],
    }));
    expect(await about(scene, 'not-newest')).toMatchObject([
      { fix: `Serve it with \`fmrelease adapter serve summarizer 1.10.0 --signature ${SIGNATURE}\`.` },
    ]);
  });

  test('leaves a version that is none to bad-name, and does not trip over it', async () => {
    const scene = await aScene({ published: false });
    scene.editAdapter((adapter) => ({
      ...adapter,
      builds: adapter.builds.flatMap((build) => [build, { ...build, version: 'v2' }]),
      serve: [...adapter.serve, { systemModel: 'os26.0', version: 'v2' }],
    }));
    const codes = codesOf(await scene.audit());
    expect(codes).toContain('bad-name');
    expect(codes).not.toContain('not-newest');
  });
});

describe('stale-signature', () => {
  test('spares a build whose signature is carried, though another decision reaches first', async () => {
    const scene = await aScene({ config: { support: { iOS: '>=26.0 <26.4' } } });
    scene.editAdapter((adapter) => ({
      ...adapter,
      serve: [...adapter.serve, { systemModel: 'os26.0', none: 'base-model' }],
    }));
    expect(await about(scene, 'stale-signature')).toEqual([]);
  });

  test('takes a row that knows only the first digits as carrying it', async () => {
    const scene = await aScene({ config: { support: { iOS: '>=30.0' } }, published: false });
    const row = (prefix: string) => aRow('os30', '>=30.0', { baseModelSignature: { prefix } });
    useRows(scene, [row(SIGNATURE.slice(0, 7)), aRow('afm3-core', '>=27.0 <30.0')]);
    expect(await about(scene, 'stale-signature')).toEqual([]);
    useRows(scene, [
      row(OTHER_SIGNATURE.slice(0, 7)),
      aRow('afm3-core', '>=27.0 <30.0', { baseModelSignature: null }),
    ]);
    expect(await about(scene, 'stale-signature')).toHaveLength(1);
  });

  test('does not count a platform that the adapter is not offered on', async () => {
    const scene = await aScene({ config: { support: { iOS: '>=26.0' } } });
    scene.editAdapter((adapter) => ({ ...adapter, platforms: ['macOS'] }));
    expect(await about(scene, 'stale-signature')).toHaveLength(1);
  });
});

describe('draft-compile-limit', () => {
  test('goes by what is exported, where the matrix does not tell', async () => {
    const scene = await aScene({ published: false });
    await scene.registerUnsound({ draft: 'both' });
    expect(await about(scene, 'draft-compile-limit')).toMatchObject([{ subject: 'summarizer 1.0.0' }]);
  });

  test('names the platforms that the build reaches', async () => {
    const scene = await aScene({
      config: { support: { iOS: '>=26.0', macOS: '>=26.0', visionOS: '>=26.0' } },
    });
    scene.editAdapter((adapter) => ({ ...adapter, platforms: ['macOS', 'visionOS'] }));
    scene.editBuild({ draft: true });
    const [found] = await about(scene, 'draft-compile-limit');
    expect(found?.message).toContain('on visionOS may');
  });
});

test('an essential adapter is unfiltered like a prefetched one', async () => {
  const scene = await aScene();
  scene.editAdapter((adapter) => ({
    ...adapter,
    downloadPolicy: { essential: { installationEventTypes: ['subsequentUpdate'] } },
  }));
  expect(await about(scene, 'prefetch-unfiltered')).toMatchObject([
    { message: expect.stringContaining('policy essential: devices on iOS, macOS that') },
  ]);
});

test('a sunset names its fallback, once per adapter', async () => {
  const scene = await aScene({ adapters: ['summarizer'] });
  scene.editAdapter((adapter) => ({
    ...adapter,
    serve: [...adapter.serve, { systemModel: 'afm3-core', none: { adapter: 'core_ai' } }],
  }));
  expect((await about(scene, 'sunset')).map(({ message }) => message)).toEqual([
    '"summarizer" can never load on iOS 27.0 and later, macOS 27.0 and later (afm3-core, afm3-core-advanced); devices use adapter "core_ai" or the base model.',
  ]);
});

test('a gap is one finding per cell, with the decision that would close it', async () => {
  const scene = await aScene({ config: { support: { iOS: '>=25.0 <26.4' } }, published: false });
  scene.editAdapter((adapter) => ({ ...adapter, serve: [] }));
  expect(await about(scene, 'gap')).toMatchObject([
    {
      message: expect.stringContaining('which no system model'),
      fix: expect.stringContaining('Narrow `support`'),
    },
    { message: expect.stringContaining('(os26.0)'), fix: expect.stringContaining('--system-model os26.0') },
  ]);
});

test('the toolkit of a row counts for builds that do not name their own', async () => {
  const scene = await aScene();
  useRows(scene, [aRow('os26.0', '>=26.0 <26.4', { toolkit: '0.1.0' })]);
  expect(await about(scene, 'toolkit-removed')).toMatchObject([
    { message: expect.stringContaining('toolkit 0.1.0'), fix: expect.stringContaining('toolkit 26.0.0') },
  ]);
});

test('evidence is asked of rows in use alone', async () => {
  const scene = await aScene({ config: { support: { iOS: '>=26.0 <26.4' } } });
  expect(await about(scene, 'evidence-stale')).toEqual([]);
  useRows(scene, [aRow('os26.0', '>=26.0 <26.4')]);
  expect(await about(scene, 'evidence-stale')).toMatchObject([
    { subject: 'os26.0', message: expect.stringContaining('was never confirmed') },
  ]);
});

test('a signature in the matrix that shares its first digits with the metadata is still another one', async () => {
  const scene = await aScene({ published: false });
  scene.editBuild({ baseModelSignature: NEAR_SIGNATURE });
  scene.editAdapter((adapter) => ({
    ...adapter,
    serve: [{ baseModelSignature: NEAR_SIGNATURE, version: '1.0.0' }],
  }));
  expect(await about(scene, 'signature-mismatch')).toMatchObject([
    { message: expect.stringMatching(/for 97997250{33}, .*says 9799725f\w{32}\./) },
  ]);
});

test('a files adapter without a signature is audited like any other', async () => {
  const scene = await aScene({ published: false });
  scene.editMatrix((matrix) => ({
    ...matrix,
    adapters: {
      core_ai: {
        kind: 'files',
        platforms: ['iOS'],
        builds: Object.values(matrix.adapters).flatMap(({ builds }) =>
          builds.map(({ baseModelSignature: _, ...build }) => build),
        ),
        serve: [{ systemModel: 'afm3-core', version: '1.0.0' }],
      },
    },
  }));
  const codes = codesOf(await scene.audit());
  expect(codes).toEqual(['evidence-stale', 'gap', 'inferred-row', 'unpublished']);
});

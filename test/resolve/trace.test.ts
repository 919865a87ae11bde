import { appendFileSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { describe, expect, onTestFinished, test } from 'vitest';
import { manifestKey } from '../../src/release/layout.ts';
import { traceDevice } from '../../src/resolve/trace.ts';
import { startServer } from '../../src/serve/server.ts';
import { aScene, type Scene } from '../audit/scene.ts';
import { SIGNATURE } from '../support/builders.ts';
import { publishNow } from '../support/project.ts';

const DEVICE = { platform: 'iOS', os: [26, 4, 0], adapter: 'summarizer' } as const;

const traceOf = async (scene: Scene) => (await traceDevice(await scene.session(), DEVICE)).trace;

const stepsOf = ({ steps }: Awaited<ReturnType<typeof traceOf>>) =>
  steps.map(({ step, agrees, revision }) => `${step} ${agrees ? 'ok' : 'differs'} ${revision ?? '-'}`);

describe('a trace', () => {
  test('agrees all the way, and says since when the pack is named', async () => {
    const scene = await aScene();
    await scene.add('translator');
    await scene.publish();
    const trace = await traceOf(scene);
    expect(stepsOf(trace)).toEqual(['matrix ok -', 'log ok 2', 'projection ok 2', 'pack ok 1']);
    expect(trace.disagreement).toBeNull();
    expect(trace.checklist.length).toBeGreaterThan(5);
  });

  test('of a device without a build has nothing to download', async () => {
    const session = await (await aScene()).session();
    const { trace } = await traceDevice(session, { ...DEVICE, os: [27, 0, 0] });
    expect(trace.disagreement).toBeNull();
    expect(trace.steps.at(-1)?.detail).toBe('nothing to download: the device is sunset');
  });

  test('stops at a log that has nothing yet', async () => {
    const trace = await traceOf(await aScene({ published: false }));
    expect(stepsOf(trace)).toEqual(['matrix ok -', 'log differs -']);
    expect(trace.disagreement).toMatchObject({ between: ['matrix', 'log'], since: null });
  });

  test('stops at a log that says otherwise, with the revision since when it has', async () => {
    const scene = await aScene({ versions: ['1.1.0'] }); // revisions 1 and 2
    await scene.add('translator');
    await scene.publish(); // 3 leaves summarizer as it is
    await scene.add('summarizer', '1.2.0');
    const trace = await traceOf(scene);
    expect(stepsOf(trace)).toEqual(['matrix ok -', 'log differs 3']);
    expect(trace.disagreement).toMatchObject({
      between: ['matrix', 'log'],
      since: 2,
      message: expect.stringMatching(/gives build 1\.2\.0 .*gives build 1\.1\.0 .*since revision 2/),
      fix: expect.stringMatching(/`fmrelease plan --only summarizer`.* made revision 2, and why/),
    });
  });

  test('says that an adapter is not in the release', async () => {
    const scene = await aScene();
    scene.editMatrix(({ adapters: { summarizer, ...rest }, ...matrix }) => ({
      ...matrix,
      adapters: summarizer === undefined ? rest : { other_name: summarizer },
    }));
    const session = await scene.session();
    const { trace } = await traceDevice(session, { ...DEVICE, adapter: 'other_name' });
    expect(trace.steps.at(-1)?.detail).toBe('nothing: the adapter is not in the release');
  });

  test('stops at a projection that lags, with the first revision that it lacks', async () => {
    const scene = await aScene();
    const first = readFileSync(scene.pathOf(manifestKey('stable')));
    await scene.add('translator');
    await scene.publish(); // 2 does not touch summarizer
    await scene.add('summarizer', '1.1.0');
    await scene.publish(); // 3 does
    writeFileSync(scene.pathOf(manifestKey('stable')), first);
    const trace = await traceOf(scene);
    expect(stepsOf(trace)).toEqual(['matrix ok -', 'log ok 3', 'projection differs 1']);
    expect(trace.disagreement).toMatchObject({ between: ['log', 'projection'], since: 3 });
  });

  test('stops at a projection that is not there', async () => {
    const scene = await aScene();
    rmSync(scene.pathOf(manifestKey('stable')));
    expect((await traceOf(scene)).disagreement).toMatchObject({
      between: ['log', 'projection'],
      since: null,
    });
  });

  test.each(['', '{}', '{"assetPacks":[]}'])('stops at a projection that is %j', async (served) => {
    const scene = await aScene();
    scene.putObject(manifestKey('stable'), served);
    const trace = await traceOf(scene);
    expect(stepsOf(trace)).toEqual(['matrix ok -', 'log ok 1', 'projection differs -']);
    expect(trace.disagreement).toMatchObject({
      between: ['log', 'projection'],
      message: expect.stringContaining('something that is no manifest of fmrelease'),
    });
  });

  test('goes on where the cells of an older revision are gone', async () => {
    const scene = await aScene();
    const [cells] = readdirSync(scene.pathOf('v1/cells'), { recursive: true, encoding: 'utf8' }).filter(
      (path) => path.endsWith('.json'),
    );
    await scene.add('translator');
    await scene.publish(); // 2 has cells of its own
    rmSync(scene.pathOf(`v1/cells/${cells ?? ''}`));
    await scene.add('summarizer', '1.2.0');
    const trace = await traceOf(scene);
    expect(trace.disagreement).toMatchObject({ between: ['matrix', 'log'], since: 2 });
  });

  test('answers for an adapter that only the channel still has', async () => {
    const scene = await aScene({ adapters: ['summarizer', 'translator'] });
    scene.editMatrix(({ adapters: { summarizer: _, ...adapters }, ...matrix }) => ({ ...matrix, adapters }));
    const { result, trace } = await traceDevice(await scene.session(), DEVICE);
    expect(result).toMatchObject({ adapter: 'summarizer', source: 'log', build: '1.0.0' });
    expect(trace.disagreement).toMatchObject({
      between: ['matrix', 'log'],
      message: expect.stringMatching(/^The matrix gives nothing: the adapter is not in the matrix; the log/),
    });
    await expect(traceDevice(await scene.session(), { ...DEVICE, adapter: 'nobody' })).rejects.toMatchObject({
      code: 'ADAPTER_UNKNOWN',
    });
  });

  test('says that it looked at the size of a pack alone', async () => {
    const scene = await aScene();
    const { key, downloadSize } = scene.packOf(1);
    writeFileSync(scene.pathOf(key), Buffer.alloc(downloadSize));
    const trace = await traceOf(scene);
    expect(trace.steps.at(-1)?.detail).toMatch(/only its size was looked at, `fmrelease verify --full`/);
  });

  test.each([
    { why: 'absent', act: (path: string) => rmSync(path), detail: /is absent/ },
    {
      why: 'longer',
      act: (path: string) => appendFileSync(path, '!'),
      detail: /has \d+ bytes, expected \d+/,
    },
  ])('stops at a pack that is $why, with the revision that first named it', async ({ act, detail }) => {
    const scene = await aScene();
    await scene.add('translator');
    await scene.publish();
    act(scene.pathOf(scene.packOf(2).key));
    const { steps, disagreement } = await traceOf(scene);
    expect(steps.at(-1)).toMatchObject({
      step: 'pack',
      agrees: false,
      detail: expect.stringMatching(detail),
    });
    expect(disagreement).toMatchObject({ between: ['projection', 'pack'], since: 1 });
  });

  test('stops at a URL that is not the one of the pack', async () => {
    const scene = await aScene();
    const session = await scene.session({ target: { publicUrl: 'https://elsewhere.example.com/' } });
    const { trace } = await traceDevice(session, DEVICE);
    expect(trace.disagreement).toMatchObject({
      between: ['projection', 'pack'],
      message: expect.stringContaining('expected https://elsewhere.example.com/'),
    });
  });

  test('reads over the public URL where the target verifies there', async () => {
    const scene = await aScene({ published: false });
    const place = { root: scene.cdn, host: '127.0.0.1', port: 0, basePath: '/' };
    const server = await startServer({ ...place, onRequest: () => undefined });
    onTestFinished(() => server.close());
    const target = { publicUrl: server.url, verify: 'edge' } as const;
    await publishNow(await scene.session({ target }));
    const { trace } = await traceDevice(await scene.session({ target }), DEVICE);
    expect(trace.disagreement).toBeNull();
    expect(trace.steps[2]?.detail).toContain(`${server.url} serves revision 1`);
    rmSync(scene.pathOf(manifestKey('stable')));
    const after = await traceDevice(await scene.session({ target }), DEVICE);
    expect(after.trace.disagreement).toMatchObject({ between: ['log', 'projection'] });
  });

  test('compares what is declined too', async () => {
    const scene = await aScene();
    scene.editAdapter((adapter) => ({
      ...adapter,
      serve: [{ baseModelSignature: SIGNATURE, none: 'base-model' }],
    }));
    const trace = await traceOf(scene);
    expect(trace.disagreement?.message).toMatch(
      /gives declined, uses the base model; the log gives build 1\.0\.0/,
    );
  });
});

import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readLog } from '../../src/audit/read-log.ts';
import { retainedKeys } from '../../src/audit/retention.ts';
import { writeJson } from '../../src/json/write.ts';
import { sha256Of } from '../../src/model/digest.ts';
import { openEntryCache } from '../../src/release/entry-cache.ts';
import { logKey } from '../../src/release/layout.ts';
import { aScene, type Scene } from '../audit/scene.ts';

const LOG = { name: 'a target stable', distrust: false };

const readWith = async (scene: Scene, distrust = false) => {
  const { channel } = await scene.session();
  const cache = await openEntryCache({ root: scene.root, ...LOG, distrust });
  return readLog(channel.store, channel.name, cache);
};

const cacheFile = (scene: Scene): string => {
  const folder = join(scene.root, '.fmrelease', 'logs');
  const [file] = readdirSync(folder).filter((name) => name.endsWith('.json'));
  if (file === undefined) throw new Error('there is no cache');
  return join(folder, file);
};

describe('the cache of log entries', () => {
  test('returns what reading returns, and is not written again without news', async () => {
    const scene = await aScene({ versions: ['1.1.0', '1.2.0'] });
    const cold = await readWith(scene);
    const written = readFileSync(cacheFile(scene));
    const warm = await readWith(scene);
    expect(warm).toEqual(cold);
    expect(warm.slots).toHaveLength(3);
    expect(readFileSync(cacheFile(scene))).toEqual(written);
  });

  test('lets no rewritten slot pass: its bytes have another digest, of the same size too', async () => {
    const scene = await aScene({ versions: ['1.1.0', '1.2.0'] });
    expect((await readWith(scene)).faults).toEqual([]);
    const path = scene.pathOf(logKey('stable', 1));
    const entry = JSON.parse(readFileSync(path, 'utf8')) as { operation: string };
    const operation = sha256Of(entry.operation);
    writeFileSync(path, writeJson({ ...entry, operation }));
    expect((await readWith(scene)).faults).toEqual([
      'The log of "stable" is broken: revision 2 does not follow from revision 1 as it stands.',
    ]);
  });

  test('lets no damaged slot pass', async () => {
    const scene = await aScene({ versions: ['1.1.0', '1.2.0'] });
    await readWith(scene);
    writeFileSync(scene.pathOf(logKey('stable', 1)), '{');
    expect((await readWith(scene)).faults).toHaveLength(1);
  });

  test('counts for nothing when it is distrusted: what it holds is not believed', async () => {
    const scene = await aScene({ versions: ['1.1.0'] });
    const cold = await readWith(scene);
    const file = cacheFile(scene);
    writeFileSync(file, readFileSync(file, 'utf8').replaceAll('"build":"1.0.0"', '"build":"9.9.9"'));
    expect((await readWith(scene)).slots[0]?.entry.packs[0]?.build).toBe('9.9.9'); // it is read at all
    expect(await readWith(scene, true)).toEqual(cold);
  });

  test.each(['', '{', '[]', '{"toolVersion":"other","packs":[],"entries":[]}', '{"packs":1}'])(
    'that holds %j counts as empty',
    async (text) => {
      const scene = await aScene();
      const cold = await readWith(scene);
      writeFileSync(cacheFile(scene), text);
      expect(await readWith(scene)).toEqual(cold);
    },
  );

  test('that cannot be a file counts as empty', async () => {
    const scene = await aScene();
    const cold = await readWith(scene);
    const file = cacheFile(scene);
    const { rmSync } = await import('node:fs');
    rmSync(file);
    mkdirSync(file);
    const { channel } = await scene.session();
    const cache = await openEntryCache({ root: scene.root, ...LOG });
    expect(cache.find(cold.slots[0]?.entrySha256 ?? '')).toBeUndefined();
    expect(channel.name).toBe('stable');
  });

  test('does not change what retention keeps', async () => {
    const scene = await aScene({ versions: ['1.1.0', '1.2.0', '1.3.0'] });
    const rules = { revisions: 1, builds: 2, days: 1 };
    const asOf = new Date('2027-06-01T00:00:00Z');
    const cold = retainedKeys((await readWith(scene)).slots, rules, asOf);
    expect(cold.size).toBe(2);
    expect(retainedKeys((await readWith(scene)).slots, rules, asOf)).toEqual(cold);
  });
});

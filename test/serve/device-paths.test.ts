import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { answerDevice } from '../../src/serve/device-paths.ts';
import { scratchFolder } from '../support/scratch.ts';

const SHA256 = 'ab'.repeat(32);
const ORIGIN = 'https://10.0.0.7:8787';

/** A channel with the manifests that are given by name. */
function place(manifests: Readonly<Record<string, unknown>>) {
  const root = scratchFolder();
  const folder = join(root, 'v1', 'channels', 'stable');
  mkdirSync(folder, { recursive: true });
  for (const [name, content] of Object.entries(manifests))
    writeFileSync(join(folder, name), typeof content === 'string' ? content : JSON.stringify(content));
  return { root, channel: 'stable', origin: ORIGIN };
}

const pack = (id: string, url = `https://cdn.example.com/v1/packs/${SHA256}/${id}`) => ({
  id,
  version: 3,
  url,
});

const manifestOf = async (url: string, at: ReturnType<typeof place>) => {
  const answer = await answerDevice(url, at);
  return answer?.kind === 'document' ? (JSON.parse(answer.content) as Record<string, unknown>) : answer;
};

test('the manifest leads back here; its own signature, which no longer holds, is left out, and statements stay', async () => {
  const at = place({
    'manifest.json': { assetPacks: [pack('a')], statements: { a: 'envelope' }, signature: 'envelope' },
  });
  expect(await manifestOf('/manifest', at)).toEqual({
    assetPacks: [{ id: 'a', version: 3, url: `${ORIGIN}/assets/a` }],
    statements: { a: 'envelope' },
  });
});

test('?platform takes that manifest where there is one', async () => {
  const at = place({ 'manifest.json': { assetPacks: [pack('a')] }, 'iOS.json': { assetPacks: [pack('b')] } });
  expect(await manifestOf('/manifest?platform=iOS', at)).toMatchObject({ assetPacks: [{ id: 'b' }] });
  expect(await manifestOf('/manifest?platform=macOS', at)).toMatchObject({ assetPacks: [{ id: 'a' }] });
  expect(await manifestOf('/manifest?platform=..%2F..%2Fx', at)).toMatchObject({ assetPacks: [{ id: 'a' }] });
});

test.each([
  { url: '/assets/a', key: `v1/packs/${SHA256}/a` },
  { url: '/assets/other', key: undefined },
  { url: '/assets/elsewhere', key: undefined },
  { url: '/assets/a/b', key: undefined },
  { url: '/assets/..', key: undefined },
  { url: '/v1/assets/a', key: undefined },
])('$url is $key', async ({ url, key }) => {
  const elsewhere = pack('elsewhere', 'https://cdn.example.com/v1/channels/stable/manifest.json');
  const answer = await answerDevice(url, place({ 'manifest.json': { assetPacks: [pack('a'), elsewhere] } }));
  expect(answer).toEqual(key === undefined ? undefined : { kind: 'key', key });
});

test.each(['not JSON', '[]', '{"assetPacks": 3}', ''])(
  'a manifest that is %j breaks nothing',
  async (text) => {
    const at = place({ 'manifest.json': text });
    expect(await answerDevice('/assets/a', at)).toBeUndefined();
    await expect(answerDevice('/manifest', at)).resolves.not.toThrow();
    expect(await answerDevice('/manifest', { ...at, channel: 'absent' })).toBeUndefined();
  },
);

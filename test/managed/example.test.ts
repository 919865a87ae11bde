import { cpSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readDocument } from '../cli/documents.ts';
import { readNaively } from '../publish/naive-reader.ts';
import { installStandIn } from '../support/ba-package-stand-in/install.ts';
import { type CliProject, copyOf, EPOCH, emptyProject } from '../support/cli-project.ts';
import { PACKAGE_ROOT } from '../support/run-cli.ts';

let example: CliProject;
let env: Readonly<Record<string, string>>;

beforeAll(async () => {
  example = emptyProject({ keep: true });
  cpSync(join(PACKAGE_ROOT, 'examples', 'managed-and-unmanaged'), example.root, { recursive: true });
  env = { SOURCE_DATE_EPOCH: EPOCH, FMRELEASE_BA_PACKAGE: installStandIn(example.root, 'stand-in') };
  for (const target of ['app', 'system']) {
    const done = await example.run(['publish', '--target', target, '--yes'], { env });
    expect(done.code, done.stderr).toBe(0);
  }
});
afterAll(() => example.remove());

const resolveOn = async (target: string, os: string, adapter: string) => {
  const device = ['--platform', 'iOS', '--os', os, '--adapter', adapter, '--source', 'log'];
  return readDocument(await example.run(['resolve', '--target', target, ...device, '--json'])).result;
};

describe('the example publishes one matrix with both hostings', () => {
  test.each(['app', 'system'])(
    '%s: each device gets the adapter, or the bundle that stands in',
    async (target) => {
      expect(await resolveOn(target, '26.4', 'summarizer')).toMatchObject({
        state: 'covered',
        pack: { id: 'fmadapter-summarizer-9799725', version: 1 },
      });
      expect(await resolveOn(target, '27.0', 'summarizer')).toMatchObject({
        state: 'sunset',
        pack: null,
        fallback: { adapter: 'summarizer_core' },
      });
      expect(await resolveOn(target, '27.0', 'summarizer_core')).toMatchObject({
        state: 'covered',
        pack: { id: 'summarizer_core', version: 1 },
      });
    },
  );

  test('app has our archives and one manifest, system has Apple’s and one per platform', () => {
    const read = (path: string): ServedDocument => {
      const document: ServedDocument = JSON.parse(example.read(`.fmrelease/${path}`));
      return document;
    };
    const archives = (target: string) =>
      read(`${target}/v1/channels/stable/manifest.json`).assetPacks?.map(({ archive }) => archive);
    expect(archives('app')).toEqual([ARCHIVE, ARCHIVE]);
    expect(archives('system')).toEqual([ASSET_PACK, ASSET_PACK]);
    expect(() => read('app/v1/channels/stable/iOS.json')).toThrow('ENOENT');
    for (const key of ['v1/channels/stable/iOS.json', 'v1/channels/stable/macOS.json', 'legacy/ios.json'])
      expect(read(`system/${key}`).assetPacks?.map(({ id }) => id)).toEqual([
        'fmadapter-summarizer-9799725',
        'summarizer_core',
      ]);
    expect(read('system/v1/channels/stable/log/1.json').packs?.[0]?.packedBy).toContain('(stand-in)');
  });

  test('what system serves is whole to a reader that knows nothing of fmrelease', () => {
    const get = (key: string) => readFileSync(join(example.root, '.fmrelease/system', key));
    expect(readNaively(get, { publicUrl: 'http://127.0.0.1:8788/' })?.versions).toEqual({
      'fmadapter-summarizer-9799725': 1,
      summarizer_core: 1,
    });
  });

  test('verify and audit know every manifest', async () => {
    const project = copyOf(example);
    const verify = await project.run(['verify', '--target', 'system', '--full']);
    expect(verify.stdout).toContain('iOS.json');
    expect(verify.stdout).toContain('legacy/ios.json');
    expect(verify.code, verify.stdout).toBe(0);
    project.write('.fmrelease/system/legacy/ios.json', '{"assetPacks":[]}');
    expect((await project.run(['verify', '--target', 'system'])).code).toBe(7);
    const audit = await project.run(['audit', '--target', 'system', '--fail-on', 'error']);
    expect(audit.stdout).toMatch(/legacy\/ios\.json, is not what any revision of its log says/);
    expect(audit.code).toBe(10);
  });

  test('publishing again, by a fresh machine without the tool, finds nothing to do', async () => {
    const project = copyOf(example);
    const again = await project.run(['publish', '--target', 'system', '--yes']);
    expect(again.code, again.stderr).toBe(0);
    expect(again.stdout).toContain('Nothing to do');
  });

  test('pack says which tool built what, and doctor which one it found', async () => {
    const project = copyOf(example);
    const pack = await project.run(['pack', '--target', 'system'], { env });
    expect(pack.stdout.match(/packed by ba-package 2\.0 \(stand-in\)/g)).toHaveLength(2);
    const { result } = readDocument(await project.run(['pack', '--target', 'system', '--json'], { env }));
    expect(result?.['packs']).toMatchObject([
      { packedBy: 'ba-package 2.0 (stand-in)' },
      { packedBy: 'ba-package 2.0 (stand-in)' },
    ]);
    const doctor = await project.run(['doctor', '--target', 'system'], { env });
    expect(doctor.stdout).toMatch(/ok +ba-package +ba-package 2\.0 \(stand-in\), /);
    expect((await project.run(['doctor', '--target', 'system'])).code).toBe(4);
  });

  test('without the tool a change is refused before anything is written', async () => {
    const project = copyOf(example);
    project.write('bundles/summarizer_core/about.txt', 'changed');
    await project.prepare('adapter', 'add', 'bundles/summarizer_core', '--kind', 'files', '--build', '1.0.1');
    const models = ['--system-model', 'afm3-core', '--system-model', 'afm3-core-advanced'];
    await project.prepare('adapter', 'serve', 'summarizer_core', '1.0.1', ...models);
    const before = project.hash();
    const run = await project.run(['publish', '--target', 'system', '--yes']);
    expect(run.code).toBe(4);
    expect(run.stderr).toContain('Code: PACK_TOOL_MISSING');
    expect(project.hash()).toBe(before);
    const done = await project.run(['publish', '--target', 'system', '--yes'], { env });
    expect(done.code, done.stderr).toBe(0);
    expect(done.stdout).toMatch(/summarizer_core +v2/);
  });

  test('a pack that leaves a platform is warned of, and needs consent by name', async () => {
    const project = copyOf(example);
    project.write(
      'fmrelease.matrix.json',
      project
        .read('fmrelease.matrix.json')
        .replace('"platforms": [\n        "iOS",\n        "macOS"\n      ]', '"platforms": ["iOS"]'),
    );
    const plan = await project.run(['plan', '--target', 'system'], { env });
    expect(plan.stdout).toContain(
      'Warning: fmadapter-summarizer-9799725 leaves the download manifest for macOS: those devices delete it.',
    );
    expect(plan.stdout).toContain('--allow-remove fmadapter-summarizer-9799725');
    const refused = await project.run(['publish', '--target', 'system', '--yes'], { env });
    expect([refused.code, /Code: (\w+)/.exec(refused.stderr)?.[1]]).toEqual([6, 'REMOVAL_NOT_ALLOWED']);
  });
});

const ARCHIVE = { format: 'aar', compression: 'none' };
const ASSET_PACK = { format: 'asset-pack', compression: 'apple' };

/** A manifest or a log entry, as far as this test looks into it. */
interface ServedDocument {
  readonly assetPacks?: readonly { readonly id: string; readonly archive?: object }[];
  readonly packs?: readonly { readonly packedBy?: string }[];
}

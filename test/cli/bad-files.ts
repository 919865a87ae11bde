import { mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { CONFIG } from '../support/cli-project.ts';
import { type AdapterKnobs, makeAdapter, makeContainer } from '../support/make-adapter.ts';
import type { BadInput } from './bad-input.ts';

const badAdapter = (why: string, knobs: AdapterKnobs, says: RegExp): BadInput => ({
  why,
  args: 'adapter add bad/summarizer.fmadapter --build 2.0.0',
  code: 'ADAPTER_UNSOUND',
  says,
  arrange: ({ root }) => void makeAdapter(join(root, 'bad'), knobs),
});

const badConfig = (why: string, config: unknown, says: RegExp): BadInput => ({
  why,
  args: 'plan',
  code: 'CONFIG_INVALID',
  says,
  arrange: ({ write }) =>
    write('fmrelease.config.json', typeof config === 'string' ? config : { ...CONFIG, ...Object(config) }),
});

const badMatrix = (why: string, change: (adapter: Matrix) => unknown, says: RegExp): BadInput => ({
  why,
  args: 'plan',
  code: 'MATRIX_INVALID',
  says,
  arrange: ({ read, write }) => {
    const document = JSON.parse(read('fmrelease.matrix.json'));
    const changed = change(document.adapters.summarizer);
    write('fmrelease.matrix.json', { ...document, adapters: { summarizer: changed } });
  },
});

interface Matrix {
  readonly builds: readonly Readonly<Record<string, unknown>>[];
  readonly serve: readonly Readonly<Record<string, unknown>>[];
}

const badPlan = (why: string, spoil: (text: string) => string, says: RegExp): BadInput => ({
  why,
  args: 'publish plan.json --yes',
  from: 'published',
  code: 'PLAN_INVALID',
  says,
  arrange: ({ read, write }) => write('plan.json', spoil(read('plan.json'))),
});

const target = (more: object) => ({ targets: { local: { ...CONFIG.targets.local, ...more } } });

export const BAD_ADAPTERS: readonly BadInput[] = [
  {
    why: 'no such folder',
    args: 'adapter inspect nowhere.fmadapter',
    code: 'ADAPTER_NOT_FOUND',
    says: /"nowhere\.fmadapter"/,
  },
  {
    why: 'a file instead of a folder',
    args: 'adapter inspect fmrelease.config.json',
    code: 'ADAPTER_UNSOUND',
    says: /"fmrelease\.config\.json" is not a folder/,
  },
  badAdapter('no metadata', { metadataText: null }, /metadata\.json/),
  badAdapter('metadata that is no JSON', { metadataText: '{' }, /metadata\.json/),
  badAdapter('metadata with a key twice', { metadataText: '{"loraRank":1,"loraRank":2}' }, /loraRank/),
  badAdapter(
    'a signature of 39 digits',
    { metadata: { baseModelSignature: 'a'.repeat(39) } },
    /baseModelSignature/,
  ),
  badAdapter(
    'an identifier of another name',
    { metadata: { adapterIdentifier: 'fmadapter-other-9799725' } },
    /fmadapter-other-9799725/,
  ),
  badAdapter('no weights', { weights: null }, /adapter_weights\.bin/),
  badAdapter(
    'weights that are cut',
    { weights: makeContainer(undefined, { cutTo: 100 }) },
    /adapter_weights\.bin/,
  ),
  badAdapter(
    'weights with a wrong sentinel',
    { weights: makeContainer([{ sentinel: 1 }]) },
    /adapter_weights\.bin/,
  ),
  badAdapter('half a draft model', { draft: 'mil' }, /draft/),
  badAdapter('a file that does not belong there', { extra: { 'notes.txt': 'x' } }, /notes\.txt/),
  badAdapter(
    'five faults at once',
    { metadataText: '{}', weights: null, draft: 'mil', extra: { a: 'x', b: 'x' } },
    /has \d faults: /,
  ),
  {
    why: 'a link that leads out of the folder',
    args: 'adapter add bad/summarizer.fmadapter --build 2.0.0',
    code: 'ADAPTER_UNSOUND',
    says: /adapter_weights\.bin/,
    arrange: ({ root }) => {
      makeAdapter(join(root, 'bad'), { weights: null });
      symlinkSync('../../fmrelease.config.json', join(root, 'bad/summarizer.fmadapter/adapter_weights.bin'));
    },
  },
  {
    why: 'a build version with a v',
    args: 'adapter add adapters/translator.fmadapter --build v1.0',
    code: 'USAGE',
    says: /"v1\.0"/,
  },
  {
    why: 'the same version with other files',
    args: 'adapter add adapters/summarizer.fmadapter --build 1.0.0',
    code: 'BUILD_EXISTS',
    says: /1\.0\.0/,
    arrange: ({ root }) => void makeAdapter(join(root, 'adapters'), { draft: 'both' }),
  },
  {
    why: 'another name than the export has',
    args: 'adapter add adapters/translator.fmadapter --build 1.0.0 --name other',
    code: 'USAGE',
    says: /"other".*"translator"/,
  },
  {
    why: 'a folder without files',
    args: 'adapter add empty --kind files --build 1.0.0',
    code: 'ADAPTER_UNSOUND',
    says: /"empty"/,
    arrange: ({ root }) => mkdirSync(join(root, 'empty')),
  },
  {
    why: 'iPadOS',
    args: 'adapter add adapters/translator.fmadapter --build 1.0.0 --platform iPadOS',
    code: 'USAGE',
    says: /iPadOS/,
  },
];

export const BAD_CONFIGS: readonly BadInput[] = [
  {
    why: 'none at all',
    args: 'plan',
    code: 'CONFIG_NOT_FOUND',
    says: /No fmrelease config/,
    arrange: ({ root }) => rmSync(join(root, 'fmrelease.config.json')),
  },
  {
    why: 'a named one that is not there',
    args: 'plan --config nowhere.json',
    code: 'CONFIG_NOT_FOUND',
    says: /"nowhere\.json"/,
  },
  { ...badConfig('no JSON', '{ "support": ', /fmrelease\.config\.json/), code: 'JSON_INVALID' },
  { ...badConfig('a key twice', '{"support":{},"support":{}}', /support/), code: 'JSON_INVALID' },
  { ...badConfig('__proto__', '{"__proto__":{}}', /__proto__/), code: 'JSON_INVALID' },
  badConfig('an empty file', '', /fmrelease\.config\.json is empty/),
  badConfig('an unknown key', { chanels: ['stable'] }, /"chanels" is not a known key/),
  badConfig('support that is a list', { support: ['iOS'] }, /support/),
  badConfig('an OS range that is none', { support: { iOS: 'newest' } }, /"newest"/),
  badConfig('iPadOS', { support: { iPadOS: '>=26.0' } }, /iPadOS.*iOS/),
  badConfig('a channel in capitals', { channels: ['Stable'] }, /Stable/),
  badConfig('a default target that is none', { defaultTarget: 'cdn' }, /"cdn".*local/),
  badConfig(
    'a public URL without a scheme',
    target({ publicUrl: 'cdn.example.com' }),
    /publicUrl of target "local" is no URL/,
  ),
  badConfig(
    'plain http to another host',
    target({ publicUrl: 'http://cdn.example.com/' }),
    /uses http: expected https/,
  ),
  badConfig(
    'credentials in a URL',
    target({ publicUrl: 'https://me:secret@cdn.example.com/' }),
    /credentials/,
  ),
  badConfig('a kind of target that is none', target({ kind: 'ftp' }), /ftp/),
  badConfig(
    'several faults',
    { ...target({ publicUrl: 'x' }), support: { iOS: 'y' }, defaultTarget: 'z' },
    /has 3 faults: /,
  ),
  {
    why: 'a config that throws',
    args: 'plan --config broken.mjs',
    code: 'CONFIG_INVALID',
    says: /broken\.mjs cannot be loaded: boom/,
    arrange: ({ write }) => write('broken.mjs', 'throw new Error("boom");'),
  },
  {
    why: 'an S3 target, and nobody said who is asking',
    args: 'plan',
    code: 'CREDENTIALS_MISSING',
    says: /No AWS credentials were found for s3:\/\/acme-models/,
    arrange: ({ write }) =>
      write('fmrelease.config.json', {
        ...CONFIG,
        targets: {
          cdn: {
            kind: 's3',
            bucket: 'acme-models',
            region: 'eu-central-1',
            publicUrl: 'https://cdn.example.com/',
          },
        },
      }),
  },
];

export const BAD_MATRICES: readonly BadInput[] = [
  {
    why: 'none',
    args: 'plan',
    code: 'MATRIX_NOT_FOUND',
    says: /fmrelease\.matrix\.json/,
    arrange: ({ root }) => rmSync(join(root, 'fmrelease.matrix.json')),
  },
  {
    why: 'no JSON',
    args: 'adapter list',
    code: 'JSON_INVALID',
    says: /fmrelease\.matrix\.json.* at /,
    arrange: ({ write }) => write('fmrelease.matrix.json', '{,}'),
  },
  {
    why: 'a folder',
    args: 'adapter list',
    code: 'MATRIX_INVALID',
    says: /fmrelease\.matrix\.json/,
    arrange: ({ root }) => {
      rmSync(join(root, 'fmrelease.matrix.json'));
      mkdirSync(join(root, 'fmrelease.matrix.json'));
    },
  },
  badMatrix('a missing field', ({ serve }) => ({ kind: 'fmadapter', serve }), /builds/),
  badMatrix(
    'a digest that is none',
    (adapter) => ({ ...adapter, builds: [{ ...adapter.builds[0], digest: 'sha1:00' }] }),
    /digest/,
  ),
  {
    ...badMatrix(
      'a version with a v',
      (adapter) => ({ ...adapter, builds: [{ ...adapter.builds[0], version: 'v1' }], serve: [] }),
      /v1/,
    ),
    code: 'MATRIX_UNSOUND',
  },
  {
    ...badMatrix(
      'two builds of one version',
      (adapter) => ({ ...adapter, builds: [adapter.builds[0], adapter.builds[0]] }),
      /1\.0\.0/,
    ),
    code: 'MATRIX_UNSOUND',
  },
  {
    ...badMatrix(
      'a version that is served but not registered',
      (adapter) => ({ ...adapter, serve: [{ ...adapter.serve[0], version: '9.9.9' }] }),
      /9\.9\.9/,
    ),
    code: 'MATRIX_UNSOUND',
  },
  {
    ...badMatrix(
      'a system model that is none',
      (adapter) => ({ ...adapter, serve: [...adapter.serve, { systemModel: 'afm9', none: 'base-model' }] }),
      /afm9/,
    ),
    code: 'MATRIX_UNSOUND',
  },
  {
    ...badMatrix('a platform that is none', (adapter) => ({ ...adapter, platforms: ['iPadOS'] }), /iPadOS/),
    code: 'MATRIX_UNSOUND',
  },
  {
    ...badMatrix(
      'a build that is gone',
      (adapter) => ({ ...adapter, builds: [{ ...adapter.builds[0], path: 'adapters/gone.fmadapter' }] }),
      /adapters\/gone\.fmadapter/,
    ),
    code: 'BUILD_MISSING',
  },
];

export const BAD_PLANS: readonly BadInput[] = [
  { why: 'none', args: 'publish nowhere.json --yes', code: 'FILE_NOT_FOUND', says: /"nowhere\.json"/ },
  { why: 'a folder', args: 'plan show adapters', code: 'PLAN_INVALID', says: /"adapters" is a folder/ },
  badPlan('no JSON', () => 'not a plan', /plan\.json/),
  badPlan('another document', () => '{"formatVersion":1}', /plan\.json/),
  badPlan(
    'a later format',
    (text) => text.replace('"formatVersion": 1', '"formatVersion": 2'),
    /formatVersion/,
  ),
  badPlan(
    'a changed channel',
    (text) => text.replace('"channel": "stable"', '"channel": "beta"'),
    /plan\.json was edited/,
  ),
  {
    why: 'another target than the plan has',
    args: 'publish plan.json --yes --target other',
    from: 'published',
    code: 'USAGE',
    says: /local\/stable.*--target other/,
  },
];

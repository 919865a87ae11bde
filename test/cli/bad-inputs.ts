import { mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { type CliProject, CONFIG } from '../support/cli-project.ts';
import { type AdapterKnobs, makeAdapter, makeContainer } from '../support/make-adapter.ts';

/** One bad input: how a sound project is spoilt, what is typed then, and how it is refused. */
export interface BadInput {
  readonly why: string;
  readonly args: string;
  readonly code: string;
  /** What the message must say: the offending value, expected and found. */
  readonly says: RegExp;
  /** The project it is tried in; `registered` unless told otherwise. */
  readonly from?: 'published';
  readonly arrange?: (project: CliProject) => void;
  readonly env?: Readonly<Record<string, string>>;
}

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
  arrange: ({ write }) => write('fmrelease.config.json', typeof config === 'string' ? config : { ...CONFIG, ...Object(config) }),
});

const badMatrix = (why: string, change: (adapter: Matrix) => unknown, says: RegExp, code = 'MATRIX_INVALID'): BadInput => ({
  why,
  args: 'plan',
  code,
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
  { why: 'no such folder', args: 'adapter inspect nowhere.fmadapter', code: 'ADAPTER_NOT_FOUND', says: /"nowhere\.fmadapter"/ },
  { why: 'a file instead of a folder', args: 'adapter inspect fmrelease.config.json', code: 'ADAPTER_UNSOUND', says: /"fmrelease\.config\.json" is not a folder/ },
  badAdapter('no metadata', { metadataText: null }, /metadata\.json/),
  badAdapter('metadata that is no JSON', { metadataText: '{' }, /metadata\.json/),
  badAdapter('metadata with a key twice', { metadataText: '{"loraRank":1,"loraRank":2}' }, /loraRank/),
  badAdapter('a signature of 39 digits', { metadata: { baseModelSignature: 'a'.repeat(39) } }, /baseModelSignature/),
  badAdapter('an identifier of another name', { metadata: { adapterIdentifier: 'fmadapter-other-9799725' } }, /fmadapter-other-9799725/),
  badAdapter('no weights', { weights: null }, /adapter_weights\.bin/),
  badAdapter('weights that are cut', { weights: makeContainer(undefined, { cutTo: 100 }) }, /adapter_weights\.bin/),
  badAdapter('weights with a wrong sentinel', { weights: makeContainer([{ sentinel: 1 }]) }, /adapter_weights\.bin/),
  badAdapter('half a draft model', { draft: 'mil' }, /draft/),
  badAdapter('a file that does not belong there', { extra: { 'notes.txt': 'x' } }, /notes\.txt/),
  badAdapter('five faults at once', { metadataText: '{}', weights: null, draft: 'mil', extra: { a: 'x', b: 'x' } }, /has \d faults: /),
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
  { why: 'a build version with a v', args: 'adapter add adapters/translator.fmadapter --build v1.0', code: 'USAGE', says: /"v1\.0"/ },
  { why: 'the same version with other files', args: 'adapter add adapters/summarizer.fmadapter --build 1.0.0', code: 'BUILD_EXISTS', says: /1\.0\.0/, arrange: ({ root }) => void makeAdapter(join(root, 'adapters'), { draft: 'both' }) },
  { why: 'another name than the export has', args: 'adapter add adapters/translator.fmadapter --build 1.0.0 --name other', code: 'USAGE', says: /"other".*"translator"/ },
  { why: 'a folder without files', args: 'adapter add empty --kind files --build 1.0.0', code: 'ADAPTER_UNSOUND', says: /"empty"/, arrange: ({ root }) => void mkdirSync(join(root, 'empty')) },
  { why: 'iPadOS', args: 'adapter add adapters/translator.fmadapter --build 1.0.0 --platform iPadOS', code: 'USAGE', says: /iPadOS/ },
];

export const BAD_CONFIGS: readonly BadInput[] = [
  { why: 'none at all', args: 'plan', code: 'CONFIG_NOT_FOUND', says: /No fmrelease config/, arrange: ({ root }) => rmSync(join(root, 'fmrelease.config.json')) },
  { why: 'a named one that is not there', args: 'plan --config nowhere.json', code: 'CONFIG_NOT_FOUND', says: /"nowhere\.json"/ },
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
  badConfig('a public URL without a scheme', target({ publicUrl: 'cdn.example.com' }), /publicUrl of target "local" is no URL/),
  badConfig('plain http to another host', target({ publicUrl: 'http://cdn.example.com/' }), /uses http: expected https/),
  badConfig('credentials in a URL', target({ publicUrl: 'https://me:secret@cdn.example.com/' }), /credentials/),
  badConfig('a kind of target that is none', target({ kind: 'ftp' }), /ftp/),
  badConfig('several faults', { ...target({ publicUrl: 'x' }), support: { iOS: 'y' }, defaultTarget: 'z' }, /has 3 faults: /),
  {
    why: 'a config that throws',
    args: 'plan --config broken.mjs',
    code: 'CONFIG_INVALID',
    says: /broken\.mjs cannot be loaded: /,
    arrange: ({ write }) => write('broken.mjs', 'throw new Error("boom");'),
  },
  {
    why: 'an S3 target, which is not built yet',
    args: 'plan',
    code: 'TARGET_NOT_SUPPORTED',
    says: /"cdn" is of kind "s3"/,
    arrange: ({ write }) => write('fmrelease.config.json', { ...CONFIG, targets: { cdn: { kind: 's3', bucket: 'acme-models', region: 'eu-central-1', publicUrl: 'https://cdn.example.com/' } } }),
  },
];

export const BAD_MATRICES: readonly BadInput[] = [
  { why: 'none', args: 'plan', code: 'MATRIX_NOT_FOUND', says: /fmrelease\.matrix\.json/, arrange: ({ root }) => rmSync(join(root, 'fmrelease.matrix.json')) },
  { why: 'no JSON', args: 'adapter list', code: 'JSON_INVALID', says: /fmrelease\.matrix\.json.* at /, arrange: ({ write }) => write('fmrelease.matrix.json', '{,}') },
  { why: 'a folder', args: 'adapter list', code: 'MATRIX_INVALID', says: /fmrelease\.matrix\.json/, arrange: ({ root }) => { rmSync(join(root, 'fmrelease.matrix.json')); mkdirSync(join(root, 'fmrelease.matrix.json')); } },
  badMatrix('a missing field', ({ serve }) => ({ kind: 'fmadapter', serve }), /builds/),
  badMatrix('a digest that is none', (adapter) => ({ ...adapter, builds: [{ ...adapter.builds[0], digest: 'sha1:00' }] }), /digest/),
  badMatrix('a version with a v', (adapter) => ({ ...adapter, builds: [{ ...adapter.builds[0], version: 'v1' }], serve: [] }), /v1/, 'MATRIX_UNSOUND'),
  badMatrix('two builds of one version', (adapter) => ({ ...adapter, builds: [adapter.builds[0], adapter.builds[0]] }), /1\.0\.0/, 'MATRIX_UNSOUND'),
  badMatrix('a version that is served but not registered', (adapter) => ({ ...adapter, serve: [{ ...adapter.serve[0], version: '9.9.9' }] }), /9\.9\.9/, 'MATRIX_UNSOUND'),
  badMatrix('a system model that is none', (adapter) => ({ ...adapter, serve: [...adapter.serve, { systemModel: 'afm9', none: 'base-model' }] }), /afm9/, 'MATRIX_UNSOUND'),
  badMatrix('a platform that is none', (adapter) => ({ ...adapter, platforms: ['iPadOS'] }), /iPadOS/, 'MATRIX_UNSOUND'),
  badMatrix('a build that is gone', (adapter) => ({ ...adapter, builds: [{ ...adapter.builds[0], path: 'adapters/gone.fmadapter' }] }), /adapters\/gone\.fmadapter/, 'BUILD_MISSING'),
];

export const BAD_PLANS: readonly BadInput[] = [
  { why: 'none', args: 'publish nowhere.json --yes', code: 'FILE_NOT_FOUND', says: /"nowhere\.json"/ },
  { why: 'a folder', args: 'plan show adapters', code: 'PLAN_INVALID', says: /"adapters" is a folder/ },
  badPlan('no JSON', () => 'not a plan', /plan\.json/),
  badPlan('another document', () => '{"formatVersion":1}', /plan\.json/),
  badPlan('a later format', (text) => text.replace('"formatVersion": 1', '"formatVersion": 2'), /formatVersion/),
  badPlan('a changed channel', (text) => text.replace('"channel": "stable"', '"channel": "beta"'), /plan\.json was edited/),
  { why: 'another target than the plan has', args: 'publish plan.json --yes --target other', from: 'published', code: 'USAGE', says: /local\/stable.*--target other/ },
];

export const BAD_WORDS: readonly BadInput[] = [
  { why: 'an OS version with a name', args: 'resolve --platform iOS --os Tahoe', code: 'USAGE', says: /"Tahoe"/ },
  { why: 'an OS version of four numbers', args: 'resolve --platform iOS --os 26.0.0.1', code: 'USAGE', says: /"26\.0\.0\.1"/ },
  { why: 'a platform that is none', args: 'resolve --platform Windows --os 26.0', code: 'USAGE', says: /"Windows"/ },
  { why: 'a platform by another name', args: 'resolve --platform iPadOS --os 26.0', code: 'USAGE', says: /iPadOS/ },
  { why: 'a signature of five digits', args: 'resolve --platform iOS --os 26.0 --signature 97997', code: 'USAGE', says: /"97997"/ },
  { why: 'an identifier of another adapter', args: 'resolve --platform iOS --os 26.0 --adapter summarizer --signature fmadapter-other-9799725', code: 'USAGE', says: /"summarizer".*"other"/ },
  { why: 'an adapter that is none', args: 'resolve --platform iOS --os 26.0 --adapter nobody', code: 'ADAPTER_UNKNOWN', says: /"nobody"/ },
  { why: 'a release that is not there', args: 'resolve --platform iOS --os 26.0 --source log', code: 'RELEASE_NOT_FOUND', says: /"stable" has no release yet/ },
  { why: 'a date that is none', args: 'audit --as-of tomorrow', code: 'USAGE', says: /"tomorrow"/ },
  { why: 'the 30th of February', args: 'audit --as-of 2027-02-30', code: 'USAGE', says: /"2027-02-30"/ },
  { why: 'a day that is none', args: 'adapter decline summarizer --system-model afm3-core --until soon', code: 'USAGE', says: /"soon"/ },
  { why: 'a system model that is none', args: 'adapter decline summarizer --system-model afm9', code: 'SYSTEM_MODEL_UNKNOWN', says: /"afm9"/ },
  { why: 'nobody to decline for', args: 'adapter decline summarizer', code: 'USAGE', says: /who the decision is about/ },
  { why: 'a fallback that is none', args: 'adapter decline summarizer --system-model afm3-core --fallback nobody', code: 'ADAPTER_UNKNOWN', says: /"nobody"/ },
  { why: 'a build that is not registered', args: 'adapter serve summarizer 9.9.9 --signature 9799725', code: 'BUILD_UNKNOWN', says: /9\.9\.9/ },
  { why: 'a signature that nobody carries', args: 'adapter serve summarizer 1.0.0 --signature 0000000', code: 'USAGE', says: /"0000000"/ },
  { why: 'an adapter that is not in the matrix', args: 'adapter serve nobody 1.0.0', code: 'ADAPTER_UNKNOWN', says: /"nobody"/ },
  { why: 'a channel that is not declared', args: 'plan --channel beta', code: 'CHANNEL_UNDECLARED', says: /"beta".*stable/ },
  { why: 'a channel in capitals', args: 'plan --channel Beta', code: 'USAGE', says: /"Beta"/ },
  { why: 'a target that is none', args: 'plan --target cdn', code: 'TARGET_UNKNOWN', says: /"cdn".*local/ },
  { why: 'a scope that is none', args: 'plan --only nobody', code: 'ADAPTER_UNKNOWN', says: /"nobody"/ },
  { why: 'an adapter to pack that is none', args: 'pack nobody', code: 'ADAPTER_UNKNOWN', says: /"nobody"/ },
  { why: 'a clock that is none', args: 'publish --yes', code: 'USAGE', says: /"yesterday"/, env: { SOURCE_DATE_EPOCH: 'yesterday' } },
  { why: 'a rollback without a revision', args: 'rollback --yes', from: 'published', code: 'USAGE', says: /where to roll back to/ },
  { why: 'a rollback to a word', args: 'rollback --to latest --yes', from: 'published', code: 'USAGE', says: /"latest"/ },
  { why: 'a rollback to what never was', args: 'rollback --to 9 --yes', from: 'published', code: 'RELEASE_NOT_FOUND', says: /no revision 9: its newest is 2/ },
  { why: 'a rollback of another adapter', args: 'rollback --to 1 --only nobody --yes', from: 'published', code: 'ADAPTER_UNKNOWN', says: /"nobody"/ },
  { why: 'a revision that is not there', args: 'diff 1 9', from: 'published', code: 'RELEASE_NOT_FOUND', says: /no revision 9/ },
  { why: 'a manifest that is not there', args: 'manifest --check nowhere.json', code: 'FILE_NOT_FOUND', says: /"nowhere\.json"/ },
  { why: 'an address of another machine', args: 'serve --host 203.0.113.1 --port 8787', code: 'USAGE', says: /203\.0\.113\.1:8787/ },
  { why: 'nobody to ask', args: 'publish', code: 'CONFIRMATION_REQUIRED', says: /`publish` changes a channel/ },
];

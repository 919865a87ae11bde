#!/usr/bin/env node
// Builds the example project of this folder: everything that can be the matter, each thing once. It publishes a sound
// project to three places, then damages all of it, as time and people do. The same bytes every time.
//
//   node examples/audit/build.mjs [folder]      default: examples/audit/project
import { spawnSync } from 'node:child_process';
import { createHash, createPrivateKey, createPublicKey } from 'node:crypto';
import {
  appendFileSync,
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeSampleAdapter } from '../../scripts/sample-adapter.mjs';

/**
 * Builds the project into an empty or missing folder.
 *
 * @param {string} folder
 */
export function buildAuditExample(folder) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const project = openProject(folder);
  const signing = { keys: [publicKeyOf(SIGNING_SEED)] };
  project.write('fmrelease.config.json', configOf({ signed: { signing } }));
  project.write('fleet.csv', FLEET);
  publishSoundProject(project);
  project.write('fmrelease.config.json', configOf({ signed: { signing }, eu: { signing } })); // signature-missing
  damageChannels(project);
  writeUnsoundMatrix(project);
}

/** Three places at revision 2, `main` then rolled back to 1, so that summarizer 1.1.0 is held there; a signed one. */
function publishSoundProject(project) {
  const first = Object.fromEntries(SOUND.map((name) => [name, serving(project.export(name))]));
  project.matrix(first);
  for (const target of ['main', 'eu', 'mirror', 'signed'])
    project.run('publish', '--target', target, '--yes');
  const newer = project.export('summarizer', { seed: 2, version: '1.1.0' });
  project.matrix({ ...first, summarizer: serving(newer) });
  for (const target of ['main', 'eu', 'mirror']) {
    copyFileSync(project.at(target, MANIFEST), project.at(target, 'first-manifest.json'));
    project.run('publish', '--target', target, '--yes');
  }
  project.run(
    'rollback',
    '--target',
    'main',
    '--to',
    '1',
    '--yes',
    '--message',
    'summarizer 1.1.0 repeats itself',
  );
}

function damageChannels(project) {
  const packs = JSON.parse(readFileSync(project.at('main', `${LOG}/3.json`), 'utf8')).packs;
  const pack = (adapter) => project.at('main', packs.find((own) => own.adapter === adapter).key);
  rmSync(pack('lost_pack')); //                                                          pack-missing
  appendFileSync(pack('long_pack'), '!'); //                                             size-mismatch
  flipLastByte(pack('rotten_pack')); //                                                  digest-mismatch
  lowerVersion(project, 'fallen_version'); //                                            version-fell
  appendFileSync(project.at('main', MANIFEST), '\n'); //                                 projection-foreign
  const orphan = project.at('main', `v1/packs/${'0'.repeat(64)}/fmadapter-summarizer-9799725`);
  mkdirSync(dirname(orphan), { recursive: true });
  writeFileSync(orphan, 'of a publish that never committed'); //                         orphan-pack
  copyFileSync(project.at('eu', 'first-manifest.json'), project.at('eu', MANIFEST)); //  projection-behind
  rmSync(project.at('mirror', `${LOG}/1.json`)); //                                      log-broken
  for (const target of ['main', 'eu', 'mirror']) rmSync(project.at(target, 'first-manifest.json'));
  const signed = project.at('signed', `${LOG}/1.json`);
  const entry = JSON.parse(readFileSync(signed, 'utf8'));
  writeFileSync(signed, writeJson({ ...entry, message: 'changed by hand' })); //         signature-invalid
}

/** Lets the first revision have had a higher version than the newest has, in a log that is whole. */
function lowerVersion(project, adapter) {
  let previousSha256 = null;
  for (const revision of [1, 2, 3]) {
    const path = project.at('main', `${LOG}/${revision}.json`);
    const entry = JSON.parse(readFileSync(path, 'utf8'));
    const packs = entry.packs.map((pack) =>
      pack.adapter === adapter && revision === 1 ? { ...pack, version: 9 } : pack,
    );
    const text = writeJson({ ...entry, previousSha256, packs });
    writeFileSync(path, text);
    previousSha256 = sha256(text);
  }
}

function flipLastByte(path) {
  const bytes = readFileSync(path);
  bytes[bytes.length - 1] ^= 1;
  writeFileSync(path, bytes);
}

/** What people leave in a matrix; each adapter is named after what is the matter with it. */
function writeUnsoundMatrix(project) {
  const sound = (name, options) => serving(project.export(name, options));
  const adapters = {
    ...Object.fromEntries(SOUND.filter((name) => name !== 'dropped').map((name) => [name, sound(name)])),
    summarizer: serving(project.export('summarizer', { seed: 2, version: '1.1.0' })), // held, unpublished
    undecided: { ...sound('undecided'), serve: [] }, //                                  gap
    'my-adapter': sound('my-adapter'), //                                                bad-name
    null_policy: { ...sound('null_policy'), downloadPolicy: { onDemand: null } }, //     on-demand-null
    ipad: { ...sound('ipad'), platforms: ['iPadOS', 'iOS'] }, //                         platform-invalid
    leaning: {
      ...sound('leaning'),
      serve: [{ baseModelSignature: OS_26, none: { adapter: 'undecided' } }], //         fallback-broken
    },
    eager: {
      ...sound('eager'),
      downloadPolicy: { prefetch: { installationEventTypes: ['firstInstallation'] } }, // prefetch-unfiltered
    },
    dotted: { kind: 'files', packId: 'com.example.dotted', platforms: ['iOS'], builds: [], serve: SUNSETS },
    ...unsoundBuilds(project, sound),
    ...agedBuilds(project, sound),
  };
  project.write('fmrelease.matrix.json', {
    $schema: '../../../schemas/matrix.schema.json',
    formatVersion: 1,
    systemModels: [OVERLAPPING], //                                                      os-overlap
    adapters: sortKeys(adapters),
  });
}

function unsoundBuilds(project, sound) {
  const twin = project.export('twins');
  const two = project.export('two_builds', { seed: 2, version: '1.1.0' });
  const changed = sound('changed');
  appendFileSync(join(project.folder, 'adapters/1.0.0/changed.fmadapter/metadata.json'), '\n');
  const gone = sound('gone');
  rmSync(join(project.folder, 'adapters/1.0.0/gone.fmadapter'), { recursive: true });
  const linked = sound('linked');
  symlinkSync('metadata.json', join(project.folder, 'adapters/1.0.0/linked.fmadapter/draft.mil'));
  return {
    twins: { ...serving(twin), builds: [twin, { ...twin, version: '1.0.0+again' }] }, // duplicate-version
    two_builds: {
      ...serving(two),
      builds: [project.export('two_builds'), two],
      serve: [
        { baseModelSignature: OS_26, version: '1.1.0' },
        { systemModel: 'os26.0', version: '1.0.0' }, //                                  pack-id-conflict
      ],
    },
    renamed: serving(project.export('original', { path: 'renamed' })), //                identifier-mismatch
    other_base: {
      ...serving({ ...project.export('other_base', { signature: OTHER }), baseModelSignature: OS_26 }),
    }, //                                                                                signature-mismatch
    bad_rank: serving(project.export('bad_rank', { metadata: { loraRank: 'thirty-two' } })), // bad-metadata
    cut: serving(project.export('cut', { cutTo: 100 })), //                              bad-weights
    half: serving(project.export('half', { files: { 'draft.mil': 'half a draft' } })), // half-draft
    junk: serving(project.export('junk', { files: { '.DS_Store': 'junk' } })), //        unknown-file
    linked, //                                                                           unsafe-file
    gone, //                                                                             build-missing
    changed, //                                                                          build-changed
  };
}

function agedBuilds(project, sound) {
  const old = sound('old');
  const stale = project.export('stale', { signature: OTHER });
  return {
    stale: { ...serving(stale), serve: [{ baseModelSignature: OTHER, version: '1.0.0' }, ...DECLINED] },
    old: {
      ...old,
      builds: [old.builds[0], { ...old.builds[0], version: '1.2.0' }], //                not-newest
    },
    untested: withBuild(sound('untested'), { addedAt: '2026-07-28T10:00:00Z' }), //      untested-os
    beta: withBuild(sound('beta'), { toolkit: '0.2.0' }), //                             toolkit-removed
    drafted: withBuild(sound('drafted'), { draft: true }), //                            draft-compile-limit
    postponed: {
      ...sound('postponed'),
      serve: [
        { baseModelSignature: OS_26, version: '1.0.0' },
        { systemModel: 'afm3-core', none: 'base-model', until: '2026-10-31' }, //        decline-expired
      ],
    },
  };
}

const withBuild = (adapter, change) => ({ ...adapter, builds: [{ ...adapter.builds[0], ...change }] });

const serving = (build) => ({
  kind: 'fmadapter',
  platforms: ['iOS', 'macOS'],
  downloadPolicy: { onDemand: {} },
  builds: [build],
  serve: [{ baseModelSignature: OS_26, version: build.version }],
});

function openProject(folder) {
  const write = (path, content) => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), typeof content === 'string' ? content : writeJson(content));
  };
  return {
    folder,
    write,
    at: (target, key) => join(folder, 'served', target, key),
    matrix: (adapters) =>
      write('fmrelease.matrix.json', { formatVersion: 1, systemModels: [], adapters: sortKeys(adapters) }),
    /** Writes an export and returns its build as the matrix registers it. */
    export: (name, options = {}) => exportBuild(folder, name, options),
    run: (...args) => {
      const env = { PATH: process.env.PATH, SOURCE_DATE_EPOCH: CLOCK, FMRELEASE_SIGNING_KEY: SIGNING_SEED };
      const { status, stderr } = spawnSync(process.execPath, [CLI, ...args], {
        cwd: folder,
        encoding: 'utf8',
        env,
      });
      if (status !== 0) throw new Error(`fmrelease ${args.join(' ')} exits ${status}:\n${stderr}`);
    },
  };
}

function exportBuild(folder, name, { seed = 1, version = '1.0.0', signature = OS_26, path = name, ...own }) {
  const place = `adapters/${version}/${path}`; // the runtime takes the folder's name for the adapter's
  const out = join(folder, dirname(place), '.export');
  const written = writeSampleAdapter({ out, name, signature, seed, megabytes: 0.02, records: 4 });
  if (own.metadata !== undefined) {
    const file = join(written, 'metadata.json');
    writeFileSync(
      file,
      JSON.stringify({ ...JSON.parse(readFileSync(file, 'utf8')), ...own.metadata }, null, 4),
    );
  }
  if (own.cutTo !== undefined) {
    const file = join(written, 'adapter_weights.bin');
    writeFileSync(file, readFileSync(file).subarray(0, own.cutTo));
  }
  for (const [file, text] of Object.entries(own.files ?? {})) writeFileSync(join(written, file), text);
  const package_ = join(folder, `${place}.fmadapter`);
  rmSync(package_, { recursive: true, force: true });
  mkdirSync(package_, { recursive: true });
  const files = readdirSync(written).sort();
  for (const file of files) copyFileSync(join(written, file), join(package_, file));
  rmSync(out, { recursive: true });
  const sizes = files.map((file) => readFileSync(join(package_, file)));
  const lines = files.map((file, index) => `${sha256(sizes[index])} ${sizes[index].length} ${file}\n`);
  return {
    version,
    path: `${place}.fmadapter`,
    addedAt: '2026-11-22T10:00:00Z',
    baseModelSignature: signature,
    digest: `sha256:${sha256(lines.join(''))}`,
    sizeBytes: sizes.reduce((sum, { length }) => sum + length, 0),
  };
}

/** The public key of a seed, as `fmrelease key show` prints it: the 32 bytes, in base64. */
function publicKeyOf(seed) {
  const pkcs8 = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), Buffer.from(seed, 'base64')]);
  const key = createPublicKey(createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' }));
  return Buffer.from(key.export({ format: 'jwk' }).x, 'base64url').toString('base64');
}

const sortKeys = (object) => Object.fromEntries(Object.entries(object).sort(([a], [b]) => (a < b ? -1 : 1)));
const writeJson = (value) => `${JSON.stringify(value, null, 2)}\n`;
const sha256 = (content) => createHash('sha256').update(content).digest('hex');

const CLI = fileURLToPath(new URL('../../bin/run.js', import.meta.url));
const LOG = 'v1/channels/stable/log';
const MANIFEST = 'v1/channels/stable/manifest.json';
/** 2026-12-01T12:00:00Z: the day of everything that is published and audited here. */
export const CLOCK = '1796126400';
/** The 32 bytes of a private key that signs this example and nothing else. */
const SIGNING_SEED = createHash('sha256').update('a key for the example').digest('base64');
const OS_26 = '9799725ff8e851184037110b422d891ad3b92ec1';
const OTHER = '0f1e2d3c4b5a69788796a5b4c3d2e1f001234567';
const SOUND = ['dropped', 'fallen_version', 'long_pack', 'lost_pack', 'rotten_pack', 'summarizer'];
const SUNSETS = ['os26.0', 'os26.4', 'os26.5', 'afm3-core', 'afm3-core-advanced'].map((systemModel) => ({
  systemModel,
  none: 'base-model',
}));
const DECLINED = [
  { baseModelSignature: OS_26, none: 'base-model', reason: 'trained for another base model' },
];
const OVERLAPPING = {
  id: 'mine',
  os: { iOS: '>=26.3 <26.4' },
  baseModelSignature: OS_26,
  adapterSupport: 'supported',
  certainty: 'proved',
  evidence: [{ kind: 'device-probe', reference: 'a phone on a desk', date: '2026-11-20' }],
};
const FLEET = 'platform,os,devices\niOS,26.2,120000\niOS,26.4.1,310000\niOS,26.6,240000\niOS,27.0,330000\n';
const target = (name) => ({
  kind: 'directory',
  path: `served/${name}`,
  publicUrl: `https://models.example.com/${name}/`,
  verify: 'origin',
});
/** The config, with what is special about some targets. */
const configOf = (own) => ({
  support: { iOS: '>=26.0' },
  targets: Object.fromEntries(
    ['main', 'eu', 'mirror', 'signed'].map((name) => [name, { ...target(name), ...own[name] }]),
  ),
  defaultTarget: 'main',
  fleet: 'fleet.csv',
  audit: {
    waive: [
      { code: 'sunset', subject: 'eager', until: '2027-03-01', reason: 'the app says so on OS 27' },
      { code: 'sunset', subject: 'old', until: '2026-10-31', reason: 'until the OS 27 version is out' },
    ],
  },
});

if (process.argv[1] === fileURLToPath(import.meta.url))
  buildAuditExample(process.argv[2] ?? fileURLToPath(new URL('project', import.meta.url)));

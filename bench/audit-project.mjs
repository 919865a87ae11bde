// A project to audit, made without training or hashing anything: so many tiny adapters, twenty system models, and a
// log of so many revisions, each of which changes one pack. The first revision is published by fmrelease itself; the
// others are written as it writes them, so that the log is one unbroken chain.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * @param {string} folder - empty; becomes the project
 * @param {{ adapters: number, revisions: number }} size
 * @returns {{ logBytes: number }} what the log weighs
 */
export function makeAuditProject(folder, { adapters, revisions }) {
  const names = Array.from({ length: adapters }, (_, index) => `adapter_${String(index).padStart(4, '0')}`);
  writeFileSync(join(folder, 'fmrelease.config.json'), JSON.stringify(CONFIG));
  const builds = names.map((name) => writeAdapter(folder, name));
  writeFileSync(join(folder, 'fmrelease.matrix.json'), writeJson(matrixOf(builds)));
  fmrelease(folder, 'publish', '--yes');
  return { logBytes: lengthenLog(join(folder, 'cdn/v1/channels/stable'), revisions) };
}

function lengthenLog(channel, revisions) {
  const read = (path) => readFileSync(join(channel, path), 'utf8');
  const first = JSON.parse(read('log/1.json'));
  const manifest = JSON.parse(read('manifest.json'));
  let previous = read('log/1.json');
  let logBytes = previous.length;
  const versions = new Map(first.packs.map(({ id }) => [id, 1]));
  for (let revision = 2; revision <= revisions; revision++) {
    const moved = first.packs[revision % first.packs.length].id;
    versions.set(moved, versions.get(moved) + 1);
    const isLast = revision === revisions;
    const packs = first.packs.map((pack) => packAt(pack, versions.get(pack.id), isLast));
    const entry = {
      ...first,
      revision,
      previousSha256: sha256(previous),
      operation: sha256(`operation ${revision}`),
      createdAt: dayAt(revision),
      packs,
      highestVersion: Object.fromEntries(versions),
    };
    if (isLast) {
      const assetPacks = manifest.assetPacks.map((pack) => ({ ...pack, version: versions.get(pack.id) }));
      const shown = writeJson({ ...manifest, revision, createdAt: entry.createdAt, assetPacks });
      writeFileSync(join(channel, 'manifest.json'), shown);
      entry.projections = { 'manifest.json': sha256(shown) };
    }
    previous = writeJson(entry);
    logBytes += previous.length;
    writeFileSync(join(channel, `log/${revision}.json`), previous);
  }
  return logBytes;
}

/** The newest revision serves what is there; older ones served builds whose packs were pruned. */
function packAt(pack, version, isLast) {
  if (isLast || version === 1) return { ...pack, version };
  const digest = sha256(`${pack.id} ${version}`);
  return {
    ...pack,
    version,
    key: `v1/packs/${digest}/${pack.id}`,
    sha256: digest,
    build: `1.0.${version}`,
    buildDigest: `sha256:${digest}`,
  };
}

const dayAt = (revision) =>
  new Date(Date.UTC(2026, 0, 1) + revision * 7_200_000).toISOString().replace('.000Z', 'Z');

function writeAdapter(folder, name) {
  const path = `adapters/${name}.fmadapter`;
  mkdirSync(join(folder, path), { recursive: true });
  const metadata = JSON.stringify(
    {
      adapterIdentifier: `fmadapter-${name}-${SIGNATURE.slice(0, 7)}`,
      author: '3P developer',
      baseModelSignature: SIGNATURE,
      creatorDefined: {},
      description: '',
      license: '',
      loraRank: 32,
      speculativeDecodingDraftTokenCount: 5,
    },
    null,
    4,
  );
  const weights = Buffer.alloc(256);
  weights.writeUInt32LE(1, 0); //            one record
  weights.writeUInt32LE(2, 4); //            container version
  weights.writeUInt32LE(0xdeadbeef, 64); //  sentinel
  weights.writeUInt32LE(1, 68); //           fp16
  weights.writeBigUInt64LE(128n, 72); //     payload bytes
  weights.writeBigUInt64LE(128n, 80); //     payload start
  writeFileSync(join(folder, path, 'metadata.json'), metadata);
  writeFileSync(join(folder, path, 'adapter_weights.bin'), weights);
  const lines = [
    `${sha256(weights)} ${weights.length} adapter_weights.bin\n`,
    `${sha256(metadata)} ${metadata.length} metadata.json\n`,
  ];
  return {
    name,
    path,
    digest: `sha256:${sha256(lines.join(''))}`,
    sizeBytes: weights.length + metadata.length,
  };
}

function matrixOf(builds) {
  const later = Array.from({ length: 15 }, (_, index) => 28 + index);
  const open = (id, variant) => ({
    id,
    os: { iOS: '>=27.0 <28.0', macOS: '>=27.0 <28.0' },
    variant,
    baseModelSignature: null,
    adapterSupport: 'unsupported',
    certainty: 'proved',
    evidence: [{ kind: 'sdk', reference: 'made up', date: '2026-10-01' }],
  });
  return {
    formatVersion: 1,
    systemModels: [
      open('afm3-core', 'core3'),
      open('afm3-core-advanced', 'coreAdvanced3'),
      ...later.map((major) => ({
        id: `os${major}`,
        os: { iOS: `>=${major}.0 <${major + 1}.0`, macOS: `>=${major}.0 <${major + 1}.0` },
        baseModelSignature: sha256(`system model ${major}`).slice(0, 40),
        adapterSupport: 'supported',
        certainty: 'inferred',
        evidence: [{ kind: 'sdk', reference: 'made up', date: '2026-10-01' }],
      })),
    ],
    adapters: Object.fromEntries(
      builds.map(({ name, path, digest, sizeBytes }) => [
        name,
        {
          kind: 'fmadapter',
          platforms: ['iOS', 'macOS'],
          downloadPolicy: { onDemand: {} },
          builds: [
            {
              version: '1.0.0',
              path,
              addedAt: '2026-11-22T10:00:00Z',
              baseModelSignature: SIGNATURE,
              digest,
              sizeBytes,
            },
          ],
          serve: [
            { baseModelSignature: SIGNATURE, version: '1.0.0' },
            ...later.map((major) => ({ systemModel: `os${major}`, none: 'base-model', until: '2030-01-01' })),
          ],
        },
      ]),
    ),
  };
}

export function fmrelease(folder, ...args) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [CLI, ...args], {
    cwd: folder,
    encoding: 'utf8',
    maxBuffer: 1 << 30,
  });
  if (status !== 0) throw new Error(`fmrelease ${args.join(' ')} exits ${status}:\n${stderr.slice(0, 2000)}`);
  return stdout;
}

const writeJson = (value) => `${JSON.stringify(value, null, 2)}\n`;
const sha256 = (content) => createHash('sha256').update(content).digest('hex');

export const CLI = fileURLToPath(new URL('../bin/run.js', import.meta.url));
const SIGNATURE = '9799725ff8e851184037110b422d891ad3b92ec1';
const CONFIG = {
  support: { iOS: '>=26.0 <43.0', macOS: '>=26.0 <43.0' },
  targets: { local: { kind: 'directory', path: 'cdn', publicUrl: 'http://127.0.0.1:8787/' } },
};

import { appendFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { logKey, manifestKey, packKey } from '../../src/release/layout.ts';
import { exportPrivateKey, generatePrivateKey } from '../../src/trust/keys.ts';
import { SIGNATURE } from '../support/builders.ts';
import { asItIs, type FindingCases } from './case.ts';
import type { Scene } from './scene.ts';

/** What can be the matter with what is served. */
export const CHANNEL_CASES: FindingCases<
  | 'pack-missing'
  | 'size-mismatch'
  | 'digest-mismatch'
  | 'version-fell'
  | 'log-broken'
  | 'projection-foreign'
  | 'projection-behind'
  | 'unpublished'
  | 'published-only'
  | 'orphan-pack'
  | 'held'
  | 'signature-invalid'
  | 'signature-missing'
  | 'unsigned'
> = {
  'pack-missing': {
    severity: 'error',
    subject: 'fmadapter-summarizer-9799725',
    trigger: ({ pathOf, packOf }) => rmSync(pathOf(packOf(1).key)),
    nearMiss: async (scene) => {
      await publishSecond(scene);
      rmSync(scene.pathOf(scene.packOf(1).key)); // an older revision's: nothing that is served names it
    },
  },
  'size-mismatch': {
    severity: 'error',
    subject: 'fmadapter-summarizer-9799725',
    trigger: ({ pathOf, packOf }) => appendFileSync(pathOf(packOf(1).key), '!'),
    nearMiss: ({ pathOf, packOf }) => flipLastByte(pathOf(packOf(1).key)),
  },
  'digest-mismatch': {
    severity: 'error',
    subject: 'fmadapter-summarizer-9799725',
    question: { full: true },
    trigger: ({ pathOf, packOf }) => flipLastByte(pathOf(packOf(1).key)),
    nearMiss: asItIs,
  },
  'version-fell': {
    severity: 'error',
    subject: 'fmadapter-summarizer-9799725',
    trigger: async (scene) => {
      await publishSecond(scene);
      scene.rewriteLog((entry) => ({ ...entry, packs: versionedPacks(entry.packs, 3 - entry.revision) }));
    },
    nearMiss: async (scene) => {
      await publishSecond(scene);
      scene.rewriteLog((entry) => ({ ...entry, packs: versionedPacks(entry.packs, 7) }));
    },
  },
  'log-broken': {
    severity: 'error',
    subject: 'stable',
    trigger: async (scene) => {
      await publishSecond(scene);
      rmSync(scene.pathOf(logKey('stable', 1)));
    },
    nearMiss: async (scene) => {
      await publishSecond(scene);
      rmSync(scene.pathOf(manifestKey('stable')));
    },
  },
  'projection-foreign': {
    severity: 'error',
    subject: 'stable',
    trigger: ({ pathOf }) => appendFileSync(pathOf(manifestKey('stable')), '\n'),
    nearMiss: leaveManifestBehind,
  },
  'projection-behind': {
    severity: 'warning',
    subject: 'stable',
    trigger: leaveManifestBehind,
    nearMiss: publishSecond,
  },
  unpublished: {
    severity: 'warning',
    subject: 'summarizer',
    trigger: ({ add }) => add('summarizer', '1.1.0'),
    nearMiss: publishSecond,
  },
  'published-only': {
    severity: 'warning',
    subject: 'fmadapter-translator-9799725',
    adapters: ['summarizer', 'translator'],
    trigger: dropTranslator,
    nearMiss: async (scene) => {
      dropTranslator(scene);
      await scene.publish({ remove: ['fmadapter-translator-9799725'] });
    },
  },
  'orphan-pack': {
    severity: 'warning',
    subject: packKey('0'.repeat(64), 'fmadapter-summarizer-9799725'),
    trigger: ({ putObject }) =>
      putObject(packKey('0'.repeat(64), 'fmadapter-summarizer-9799725'), 'of a publish that never committed'),
    nearMiss: publishSecond,
  },
  held: {
    severity: 'warning',
    subject: 'summarizer 1.1.0',
    trigger: async (scene) => {
      await publishSecond(scene);
      await scene.rollBackTo(1);
    },
    nearMiss: async (scene) => {
      await publishSecond(scene);
      await scene.rollBackTo(1);
      scene.editAdapter((adapter) => ({
        ...adapter,
        serve: [{ baseModelSignature: SIGNATURE, version: '1.0.0' }],
      }));
    },
  },
  'signature-invalid': {
    severity: 'error',
    subject: 'stable',
    published: false,
    trigger: async (scene) => {
      signWith(scene);
      await scene.publish();
      scene.rewriteLog((entry) => ({ ...entry, message: 'forged' }));
    },
    nearMiss: async (scene) => {
      await scene.publish();
      signWith(scene);
      await publishSecond(scene); // the first revision was never signed, which is no forgery
    },
  },
  'signature-missing': {
    severity: 'error',
    subject: 'stable',
    trigger: signWith,
    nearMiss: async (scene) => {
      signWith(scene);
      await scene.publish();
    },
  },
  unsigned: {
    severity: 'note',
    subject: 'stable',
    published: false,
    trigger: ({ publish }) => publish(),
    nearMiss: asItIs,
  },
};

/** Publishes a second build, so that the channel is at revision 2. */
export async function publishSecond(scene: Scene): Promise<void> {
  await scene.add('summarizer', '1.1.0');
  await scene.publish();
}

/** Publishes a second build and puts the manifest of the first back. */
export async function leaveManifestBehind(scene: Scene): Promise<void> {
  const first = readFileSync(scene.pathOf(manifestKey('stable')));
  await publishSecond(scene);
  scene.putObject(manifestKey('stable'), first);
}

/** From here on releases are signed. */
export function signWith({ root, rewriteConfig }: Scene): void {
  const key = generatePrivateKey();
  writeFileSync(join(root, 'signing.pem'), exportPrivateKey(key));
  rewriteConfig({ signing: { keys: [key.publicKey.text], keyFile: 'signing.pem' } });
}

/** Changes an object without changing its size. */
export function flipLastByte(path: string): void {
  const bytes = readFileSync(path);
  bytes.writeUInt8(bytes.readUInt8(bytes.length - 1) ^ 1, bytes.length - 1);
  writeFileSync(path, bytes);
}

function dropTranslator({ editMatrix }: Scene): void {
  editMatrix(({ adapters: { translator: _, ...adapters }, ...matrix }) => ({ ...matrix, adapters }));
}

const versionedPacks = <Pack extends object>(packs: readonly Pack[], version: number) =>
  packs.map((pack) => ({ ...pack, version }));

import { appendFileSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { OTHER_SIGNATURE, SIGNATURE } from '../support/builders.ts';
import { makeContainer } from '../support/make-adapter.ts';
import { asItIs, type FindingCases } from './case.ts';
import { aRow, useRows } from './cases-intent.ts';
import type { Scene } from './scene.ts';

/** What builds can be: unsound, gone, old. */
export const BUILD_CASES: FindingCases<
  | 'identifier-mismatch'
  | 'signature-mismatch'
  | 'bad-metadata'
  | 'bad-weights'
  | 'half-draft'
  | 'unsafe-file'
  | 'unknown-file'
  | 'build-missing'
  | 'build-changed'
  | 'stale-signature'
  | 'not-newest'
  | 'untested-os'
  | 'toolkit-removed'
  | 'evidence-stale'
  | 'draft-compile-limit'
> = {
  'identifier-mismatch': {
    severity: 'error',
    subject: 'summarizer 1.0.0',
    trigger: ({ registerUnsound }) =>
      registerUnsound({ metadata: { adapterIdentifier: 'fmadapter-other-9799725' } }),
    nearMiss: ({ registerUnsound }) => registerUnsound({}),
  },
  'signature-mismatch': {
    severity: 'error',
    subject: 'summarizer 1.0.0',
    trigger: ({ registerUnsound }) => registerUnsound({ signature: OTHER_SIGNATURE }),
    nearMiss: ({ registerUnsound }) => registerUnsound({ signature: SIGNATURE }),
  },
  'bad-metadata': {
    severity: 'error',
    subject: 'summarizer 1.0.0',
    trigger: ({ registerUnsound }) => registerUnsound({ metadata: { loraRank: 'thirty-two' } }),
    nearMiss: ({ registerUnsound }) => registerUnsound({ metadata: { loraRank: 32, unknownToUs: true } }),
  },
  'bad-weights': {
    severity: 'error',
    subject: 'summarizer 1.0.0',
    trigger: ({ registerUnsound }) => registerUnsound({ weights: makeContainer(undefined, { cutTo: 100 }) }),
    nearMiss: ({ registerUnsound }) =>
      registerUnsound({ weights: makeContainer(undefined, { lastPadding: false }) }),
  },
  'half-draft': {
    severity: 'error',
    subject: 'summarizer 1.0.0',
    trigger: ({ registerUnsound }) => registerUnsound({ draft: 'mil' }),
    nearMiss: ({ registerUnsound }) => registerUnsound({ draft: 'both' }),
  },
  'unsafe-file': {
    severity: 'error',
    subject: 'summarizer 1.0.0',
    published: false,
    trigger: async (scene) => {
      const folder = join(scene.root, await buildPath(scene));
      symlinkSync('metadata.json', join(folder, 'draft.mil'));
    },
    nearMiss: asItIs,
  },
  'unknown-file': {
    severity: 'error',
    subject: 'summarizer 1.0.0',
    trigger: ({ registerUnsound }) => registerUnsound({ extra: { '.DS_Store': 'junk' } }),
    nearMiss: ({ registerUnsound }) => registerUnsound({ draft: 'both' }),
  },
  'build-missing': {
    severity: 'error',
    subject: 'summarizer 1.0.0',
    published: false,
    trigger: async (scene) => rmSync(join(scene.root, await buildPath(scene)), { recursive: true }),
    nearMiss: asItIs,
  },
  'build-changed': {
    severity: 'error',
    subject: 'summarizer 1.0.0',
    published: false,
    trigger: async (scene) => appendFileSync(join(scene.root, await buildPath(scene), 'metadata.json'), '\n'),
    nearMiss: asItIs,
  },
  'stale-signature': {
    severity: 'warning',
    subject: 'summarizer 1.0.0',
    trigger: ({ rewriteConfig }) => rewriteConfig({ support: { iOS: '>=27.0' } }),
    nearMiss: ({ rewriteConfig }) => rewriteConfig({ support: { iOS: '>=26.9' } }),
  },
  'not-newest': {
    severity: 'warning',
    subject: 'summarizer 1.0.0',
    trigger: async (scene) => {
      await scene.add('summarizer', '1.1.0');
      serveFirst(scene);
    },
    nearMiss: async (scene) => {
      await scene.add('summarizer', '0.9.0');
      serveFirst(scene);
      await scene.add('summarizer', '1.1.0', { signature: OTHER_SIGNATURE });
    },
  },
  'untested-os': {
    severity: 'warning',
    subject: 'summarizer 1.0.0',
    trigger: ({ editBuild }) => editBuild({ addedAt: '2026-07-28T10:00:00Z' }),
    nearMiss: ({ editBuild }) =>
      editBuild({
        addedAt: '2026-07-28T10:00:00Z',
        evals: [{ os: '26.6', date: '2026-08-01', reference: 'run 12' }],
      }),
  },
  'toolkit-removed': {
    severity: 'warning',
    subject: 'summarizer 1.0.0',
    trigger: ({ editBuild }) => editBuild({ toolkit: '0.2.0' }),
    nearMiss: ({ editBuild }) => editBuild({ toolkit: '26.0.0' }),
  },
  'evidence-stale': {
    severity: 'warning',
    subject: 'os26.5',
    trigger: (scene) => useRows(scene, [confirmedOn('2026-07-28')]),
    nearMiss: (scene) => useRows(scene, [confirmedOn('2026-07-29')]),
  },
  'draft-compile-limit': {
    severity: 'warning',
    subject: 'summarizer 1.0.0',
    trigger: ({ editBuild }) => editBuild({ draft: true }),
    nearMiss: ({ editBuild, rewriteConfig }) => {
      editBuild({ draft: true });
      rewriteConfig({ support: { macOS: '>=26.0' } });
    },
  },
};

/** The row of OS 26.5 and later, with one piece of evidence. OS 26.6 is known since 2026-07-29. */
const confirmedOn = (date: string) =>
  aRow('os26.5', '>=26.5 <27.0', { evidence: [{ kind: 'device-probe', reference: 'a phone', date }] });

const serveFirst = ({ editAdapter }: Scene): void =>
  editAdapter((adapter) => ({ ...adapter, serve: [{ baseModelSignature: SIGNATURE, version: '1.0.0' }] }));

async function buildPath({ session }: Scene): Promise<string> {
  const { config } = await session();
  const { loadIntent } = await import('../../src/matrix/load.ts');
  const path = (await loadIntent(config)).adapters[0]?.builds[0]?.path;
  if (path === undefined) throw new Error('no build is registered');
  return path;
}

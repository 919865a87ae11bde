import type { SystemModelDocument } from '../../src/generated/matrix.ts';
import { OTHER_SIGNATURE, SIGNATURE } from '../support/builders.ts';
import { asItIs, type FindingCases } from './case.ts';
import type { Scene } from './scene.ts';

/** What the matrix, the catalogue and the config can say wrong. */
export const INTENT_CASES: FindingCases<
  | 'gap'
  | 'os-overlap'
  | 'duplicate-version'
  | 'pack-id-conflict'
  | 'fallback-broken'
  | 'bad-name'
  | 'on-demand-null'
  | 'pack-id-dotted'
  | 'platform-invalid'
  | 'decline-expired'
  | 'waiver-expired'
  | 'prefetch-unfiltered'
  | 'sunset'
  | 'inferred-row'
> = {
  gap: {
    severity: 'error',
    subject: 'summarizer',
    published: false,
    trigger: ({ editAdapter }) => editAdapter((adapter) => ({ ...adapter, serve: [] })),
    nearMiss: ({ editAdapter }) =>
      editAdapter((adapter) => ({
        ...adapter,
        serve: [{ baseModelSignature: SIGNATURE, none: 'base-model' }],
      })),
  },
  'os-overlap': {
    severity: 'error',
    subject: 'os26.0, mine',
    trigger: (scene) => useRows(scene, [aRow('mine', '>=26.3 <26.4')]),
    nearMiss: (scene) => useRows(scene, [aRow('os26.0', '>=26.0 <26.3'), aRow('mine', '>=26.3 <26.4')]),
  },
  'duplicate-version': {
    severity: 'error',
    subject: 'summarizer 1.0.0',
    trigger: (scene) => addTwin(scene, '1.0.0+b'),
    nearMiss: (scene) => addTwin(scene, '1.0.0-b'),
  },
  'pack-id-conflict': {
    severity: 'error',
    subject: 'fmadapter-summarizer-9799725',
    published: false,
    trigger: (scene) => serveTwoBuilds(scene, '1.0.0'),
    nearMiss: (scene) => serveTwoBuilds(scene, '1.1.0'),
  },
  'fallback-broken': {
    severity: 'error',
    subject: 'summarizer → translator',
    adapters: ['summarizer', 'translator'],
    trigger: (scene) => {
      fallBackToTranslator(scene);
      scene.editAdapter((adapter) => ({ ...adapter, platforms: ['macOS'] }), 'translator');
    },
    nearMiss: fallBackToTranslator,
  },
  'bad-name': {
    severity: 'error',
    subject: 'my-summarizer',
    published: false,
    trigger: (scene) => rename(scene, 'my-summarizer'),
    nearMiss: (scene) => rename(scene, 'my_summarizer'),
  },
  'on-demand-null': {
    severity: 'error',
    subject: 'summarizer',
    trigger: ({ editAdapter }) =>
      editAdapter((adapter) => ({ ...adapter, downloadPolicy: { onDemand: null } })),
    nearMiss: ({ editAdapter }) =>
      editAdapter((adapter) => ({ ...adapter, downloadPolicy: { onDemand: {} } })),
  },
  'pack-id-dotted': {
    severity: 'error',
    subject: 'core_ai',
    trigger: (scene) => addFiles(scene, 'com.example.core-ai'),
    nearMiss: (scene) => addFiles(scene, 'com-example-core-ai'),
  },
  'platform-invalid': {
    severity: 'error',
    subject: 'summarizer',
    trigger: ({ editAdapter }) => editAdapter((adapter) => ({ ...adapter, platforms: ['iPadOS', 'macOS'] })),
    nearMiss: ({ editAdapter }) =>
      editAdapter((adapter) => ({ ...adapter, platforms: ['visionOS', 'macOS'] })),
  },
  'decline-expired': {
    severity: 'warning',
    subject: 'summarizer',
    trigger: (scene) => declineUntil(scene, '2026-11-30'),
    nearMiss: (scene) => declineUntil(scene, '2026-12-01'),
  },
  'waiver-expired': {
    severity: 'warning',
    subject: 'summarizer',
    trigger: (scene) => waiveUntil(scene, '2026-11-30'),
    nearMiss: (scene) => waiveUntil(scene, '2026-12-01'),
  },
  'prefetch-unfiltered': {
    severity: 'warning',
    subject: 'summarizer',
    trigger: prefetch,
    nearMiss: (scene) => {
      prefetch(scene);
      scene.rewriteConfig({ support: { iOS: '>=26.0 <27.0' } });
    },
  },
  sunset: {
    severity: 'note',
    subject: 'summarizer',
    trigger: asItIs,
    nearMiss: ({ rewriteConfig }) => rewriteConfig({ support: { iOS: '>=26.0 <27.0' } }),
  },
  'inferred-row': {
    severity: 'note',
    subject: 'summarizer',
    trigger: asItIs,
    nearMiss: ({ rewriteConfig }) => rewriteConfig({ support: { iOS: '>=26.0 <26.5' } }),
  },
};

/** A row of iOS that carries the signature of OS 26. */
export const aRow = (
  id: string,
  range: string,
  given: Partial<SystemModelDocument> = {},
): SystemModelDocument => ({
  id,
  os: { iOS: range },
  baseModelSignature: SIGNATURE,
  adapterSupport: 'supported',
  certainty: 'proved',
  ...given,
});

/** Puts rows of the project's own into the matrix. */
export const useRows = ({ editMatrix }: Scene, systemModels: SystemModelDocument[]): void =>
  editMatrix((matrix) => ({ ...matrix, systemModels }));

const addTwin = ({ editAdapter }: Scene, version: string): void =>
  editAdapter((adapter) => ({
    ...adapter,
    builds: [...adapter.builds, ...adapter.builds.slice(0, 1).map((build) => ({ ...build, version }))],
  }));

async function serveTwoBuilds(scene: Scene, version: string): Promise<void> {
  await scene.add('summarizer', '1.1.0');
  scene.editAdapter((adapter) => ({
    ...adapter,
    serve: [...adapter.serve, { systemModel: 'os26.0', version }],
  }));
}

function fallBackToTranslator({ editAdapter }: Scene): void {
  editAdapter((adapter) => ({
    ...adapter,
    serve: [{ baseModelSignature: SIGNATURE, none: { adapter: 'translator' } }],
  }));
}

const rename = ({ editMatrix }: Scene, name: string): void =>
  editMatrix(({ adapters, ...matrix }) => ({
    ...matrix,
    adapters: Object.fromEntries(Object.values(adapters).map((adapter) => [name, adapter])),
  }));

const addFiles = ({ editMatrix }: Scene, packId: string): void =>
  editMatrix((matrix) => ({
    ...matrix,
    adapters: {
      ...matrix.adapters,
      core_ai: { kind: 'files', packId, platforms: ['iOS'], builds: [], serve: [] },
    },
  }));

const declineUntil = ({ editAdapter }: Scene, until: string): void =>
  editAdapter((adapter) => ({
    ...adapter,
    serve: [...adapter.serve, { baseModelSignature: OTHER_SIGNATURE, none: 'base-model', until }],
  }));

const waiveUntil = ({ rewriteConfig }: Scene, until: string): void =>
  rewriteConfig({ audit: { waive: [{ code: 'sunset', subject: 'summarizer', until, reason: 'known' }] } });

function prefetch({ editAdapter }: Scene): void {
  editAdapter((adapter) => ({
    ...adapter,
    downloadPolicy: { prefetch: { installationEventTypes: ['firstInstallation'] } },
  }));
}

import type { SystemModelDocument } from '../generated/matrix.ts';

/**
 * The system models known today, in the form that `systemModels` of a matrix takes.
 *
 * One signature has been seen for the whole of OS 26; no toolkit newer than 26.0.0 exists. Apple names three
 * model versions (26.0 to 26.3, 26.4, 27.0), which is another axis than the signature.
 */
export const SYSTEM_MODELS: readonly SystemModelDocument[] = [
  {
    id: 'os26.0',
    os: { iOS: '>=26.0 <26.4', macOS: '>=26.0 <26.4', visionOS: '>=26.0 <26.4' },
    baseModelSignature: '9799725ff8e851184037110b422d891ad3b92ec1',
    adapterSupport: 'supported',
    toolkit: '26.0.0',
    certainty: 'proved',
    evidence: [
      {
        kind: 'apple-doc',
        reference:
          'Foundation Models adapter training page: toolkit 26.0.0 is for OS 26; model versions 26.0 - 26.3, 26.4, 27.0',
        date: '2026-06-30',
      },
      {
        kind: 'third-party',
        reference: 'six public repositories carry this signature in adapters of toolkit 26.0.0',
        date: '2026-09-30',
      },
    ],
  },
  {
    id: 'os26.4',
    os: { iOS: '>=26.4 <26.5', macOS: '>=26.4 <26.5', visionOS: '>=26.4 <26.5' },
    baseModelSignature: '9799725ff8e851184037110b422d891ad3b92ec1',
    adapterSupport: 'deprecated',
    toolkit: '26.0.0',
    certainty: 'proved',
    evidence: [
      {
        kind: 'device-probe',
        reference:
          'OpenAgentsInc/openagents#9363: compatibleAdapterIdentifiers returns 9799725 on build 25E246 (macOS 26.4)',
        date: '2026-09-30',
      },
      {
        kind: 'third-party',
        reference: 'developer.apple.com/forums/thread/823001: adapters load on 26.3.1 and 26.4.1',
        date: '2026-05-31',
      },
      {
        kind: 'sdk',
        reference: 'FoundationModels 27 interface: SystemLanguageModel.Adapter deprecated 26.4',
        date: '2026-09-30',
      },
    ],
  },
  {
    id: 'os26.5',
    os: { iOS: '>=26.5 <27.0', macOS: '>=26.5 <27.0', visionOS: '>=26.5 <27.0' },
    baseModelSignature: '9799725ff8e851184037110b422d891ad3b92ec1',
    adapterSupport: 'deprecated',
    toolkit: '26.0.0',
    certainty: 'inferred',
    evidence: [
      {
        kind: 'apple-doc',
        reference: 'no toolkit newer than 26.0.0; Apple promises a new toolkit for every system model update',
        date: '2026-06-30',
      },
      {
        kind: 'sdk',
        reference: 'FoundationModels 26.5 interface: the Adapter API without any mark',
        date: '2026-06-30',
      },
    ],
  },
  {
    id: 'afm3-core',
    os: { iOS: '>=27.0', macOS: '>=27.0', visionOS: '>=27.0' },
    variant: 'core3',
    baseModelSignature: null,
    adapterSupport: 'unsupported',
    certainty: 'proved',
    evidence: [
      {
        kind: 'sdk',
        reference: 'FoundationModels 27 interface: SystemLanguageModel.Adapter obsoleted 27.0',
        date: '2026-09-30',
      },
      {
        kind: 'apple-staff',
        reference:
          'developer.apple.com/forums/thread/829108: custom adapters are no longer supported as of OS 27',
        date: '2026-06-30',
      },
    ],
  },
  {
    id: 'afm3-core-advanced',
    os: { iOS: '>=27.0', macOS: '>=27.0', visionOS: '>=27.0' },
    variant: 'coreAdvanced3',
    baseModelSignature: null,
    adapterSupport: 'unsupported',
    certainty: 'proved',
    evidence: [
      {
        kind: 'sdk',
        reference: 'FoundationModels 27 interface: SystemLanguageModel.Adapter obsoleted 27.0',
        date: '2026-09-30',
      },
      {
        kind: 'apple-staff',
        reference: 'developer.apple.com/forums/thread/831314: no toolkit for OS 27',
        date: '2026-06-30',
      },
    ],
  },
];

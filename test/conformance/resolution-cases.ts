import type { DeviceQuery } from '../../src/resolve/library.ts';
import type { ResolutionVector } from './case.ts';

/** Two base models, and a catalogue of which one row is known by seven digits only. */
const FIRST = '9799725ff8e851184037110b422d891ad3b92ec1';
const SECOND = 'a1b2c3d4e5f60718293a4b5c6d7e8f9001122334';

const cell = (
  where: readonly [adapter: string, platform: string],
  [from, below]: readonly [string, string | null],
  more: object,
) => ({
  adapter: where[0],
  platform: where[1],
  os: { from, below },
  systemModel: null,
  variant: null,
  baseModelSignature: null,
  state: 'gap',
  pack: null,
  fallback: null,
  ...more,
});

const pack = (id: string, adapter: string, baseModelSignature: string | null) => ({
  id,
  version: 1,
  url: `https://cdn.example.com/v1/packs/${'0'.repeat(64)}/${id}`,
  downloadSize: 139_460_608,
  sha256: '0'.repeat(64),
  archive: { format: 'aar', compression: 'none' },
  adapter,
  build: '1.0.0',
  baseModelSignature,
  platforms: ['iOS', 'macOS'],
  downloadPolicy: { onDemand: {} },
});

const model = (systemModel: string, baseModelSignature: string | null, variant: string | null = null) => ({
  systemModel,
  baseModelSignature,
  variant,
});
const covered = (id: string) => ({ state: 'covered', pack: id });
const sunset = { state: 'sunset', fallback: 'base-model' };

const [S1, S2, T1, D1, W1] = [
  'fmadapter-summarizer-9799725',
  'fmadapter-summarizer-a1b2c3d',
  'fmadapter-tagger-9799725',
  'dictionary',
  'fmadapter-writer-9799725',
];

/** The release that every question is about, written by hand. */
export const MANIFESTS: Readonly<Record<string, string>> = {
  'two-adapters': `${JSON.stringify(
    {
      formatVersion: 1,
      channel: 'stable',
      revision: 3,
      createdAt: '2026-11-22T10:00:00Z',
      assetPacks: [
        pack(D1, 'dictionary', null),
        pack(S1, 'summarizer', FIRST),
        pack(S2, 'summarizer', SECOND),
        pack(T1, 'tagger', FIRST),
        pack(W1, 'writer', FIRST),
      ],
      cells: [
        cell(['dictionary', 'iOS'], ['26.0', '27.0'], { ...model('os26', FIRST), ...covered(D1) }),
        cell(['dictionary', 'iOS'], ['27.0', null], { ...model('core', null, 'core3'), ...covered(D1) }),
        cell(['dictionary', 'iOS'], ['27.0', null], {
          ...model('core-advanced', null, 'coreAdvanced3'),
          ...covered(D1),
        }),
        cell(['summarizer', 'iOS'], ['26.0', '26.4'], { ...model('os26.0', FIRST), ...covered(S1) }),
        cell(['summarizer', 'iOS'], ['26.4', '27.0'], { ...model('os26.4', SECOND), ...covered(S2) }),
        cell(['summarizer', 'iOS'], ['27.0', null], { ...model('core', null, 'core3'), ...sunset }),
        cell(['summarizer', 'iOS'], ['27.0', null], {
          ...model('core-advanced', null, 'coreAdvanced3'),
          ...sunset,
        }),
        cell(['summarizer', 'macOS'], ['26.0', '26.4'], { ...model('os26.0', FIRST), ...covered(S1) }),
        cell(['summarizer', 'macOS'], ['26.4', null], {}),
        cell(['tagger', 'iOS'], ['26.0', '26.4'], { ...model('os26.0', FIRST), ...covered(T1) }),
        cell(['tagger', 'iOS'], ['26.4', '26.10'], {
          ...model('os26.4', SECOND),
          state: 'declined',
          fallback: { adapter: 'summarizer' },
        }),
        cell(['tagger', 'iOS'], ['26.10', '27.0'], model('os26.10', 'bbbbbbb')),
        cell(['tagger', 'iOS'], ['27.0', null], { ...model('core', null, 'core3'), ...sunset }),
        cell(['tagger', 'iOS'], ['27.0', null], {
          ...model('core-advanced', null, 'coreAdvanced3'),
          state: 'sunset',
          fallback: { adapter: 'summarizer' },
        }),
        cell(['tagger', 'macOS'], ['26.0', null], { state: 'not-offered' }),
        cell(['writer', 'iOS'], ['26.0', '26.4'], { ...model('os26.0', FIRST), ...covered(W1) }),
        cell(['writer', 'iOS'], ['26.4', '27.0'], {
          ...model('os26.4', FIRST),
          state: 'declined',
          fallback: 'base-model',
        }),
      ],
    },
    null,
    2,
  )}\n`,
};

type Row = readonly [name: string, query: DeviceQuery, expect: string, why: string];

const ask = (adapter: string, os: string, more: Partial<DeviceQuery> = {}): DeviceQuery => ({
  adapter,
  platform: 'iOS',
  os,
  ...more,
});

/** `state pack fallback`, or the code of an error. */
const ROWS: readonly Row[] = [
  [
    'covered',
    ask('summarizer', '26.1'),
    `covered ${S1} -`,
    'The OS range leads to a system model, and that to a pack.',
  ],
  [
    'first-version-of-a-range',
    ask('summarizer', '26.4'),
    `covered ${S2} -`,
    'Ranges are half open: 26.4 belongs to the second one.',
  ],
  [
    'last-version-before-a-range',
    ask('summarizer', '26.3.99'),
    `covered ${S1} -`,
    'Three integers are compared one by one.',
  ],
  ['one-integer-is-enough', ask('summarizer', '26'), `covered ${S1} -`, '26 is 26.0.0.'],
  [
    'ten-is-above-nine',
    ask('tagger', '26.10'),
    'gap - -',
    '26.10 is newer than 26.9: integers, not decimals.',
  ],
  ['nine-is-below-ten', ask('tagger', '26.9'), 'declined - summarizer', '26.9 lies below 26.10.'],
  [
    'declined',
    ask('tagger', '26.4'),
    'declined - summarizer',
    'Declined on purpose, in favour of another adapter.',
  ],
  ['gap', ask('tagger', '26.11'), 'gap - -', 'Nobody decided: no pack, and no fallback either.'],
  [
    'sunset-for-all-variants',
    ask('summarizer', '27.0'),
    'sunset - base-model',
    'Both variants come to the same, so none has to be named.',
  ],
  [
    'sunset-depends-on-the-variant',
    ask('tagger', '27.0'),
    'RESOLUTION_AMBIGUOUS',
    'The variants come to different things, and the device did not say which it is.',
  ],
  [
    'first-variant',
    ask('tagger', '27.1', { variant: 'core3' }),
    'sunset - base-model',
    'The variant decides between rows of one OS version.',
  ],
  [
    'second-variant',
    ask('tagger', '27.1', { variant: 'coreAdvanced3' }),
    'sunset - summarizer',
    'The variant decides between rows of one OS version.',
  ],
  [
    'variant-where-there-is-none',
    ask('summarizer', '26.1', { variant: 'core3' }),
    `covered ${S1} -`,
    'A row without a variant suits every device.',
  ],
  [
    'files-on-a-new-os',
    ask('dictionary', '27.0'),
    `covered ${D1} -`,
    'Plain files go on where adapters end.',
  ],
  [
    'far-future',
    ask('summarizer', '31.4'),
    'sunset - base-model',
    'A range without an end holds for every later version.',
  ],
  [
    'before-every-range',
    ask('summarizer', '25.9'),
    'unknown-os - -',
    'No system model of the release claims that version.',
  ],
  [
    'uncovered-interval',
    ask('summarizer', '26.5', { platform: 'macOS' }),
    'unknown-os - -',
    'A cell without a system model claims nothing.',
  ],
  [
    'not-offered',
    ask('tagger', '26.1', { platform: 'macOS' }),
    'not-offered - -',
    'The adapter is not for this platform.',
  ],
  [
    'no-cell-on-the-platform',
    ask('dictionary', '26.1', { platform: 'visionOS' }),
    'unknown-os - -',
    'The release says nothing of this platform.',
  ],
  [
    'signature-agrees',
    ask('summarizer', '26.1', { signature: FIRST }),
    `covered ${S1} -`,
    'The signature is the one that the OS range leads to.',
  ],
  [
    'signature-decides-over-the-os',
    ask('summarizer', '26.1', { signature: SECOND }),
    `covered ${S2} -`,
    'The device knows its base model better than the OS number does.',
  ],
  [
    'signature-by-its-first-digits',
    ask('summarizer', '26.4', { signature: '9799725' }),
    `covered ${S1} -`,
    'Seven digits are what a device reports.',
  ],
  [
    'signature-in-upper-case',
    ask('summarizer', '26.1', { signature: 'A1B2C3D' }),
    `covered ${S2} -`,
    'Hex digits are read in either case.',
  ],
  [
    'identifier-names-the-adapter',
    { platform: 'iOS', os: '26.1', signature: 'fmadapter-tagger-9799725' },
    `covered ${T1} -`,
    'A whole identifier carries the name and the digits.',
  ],
  [
    'identifier-of-another-adapter',
    ask('summarizer', '26.1', { signature: 'fmadapter-tagger-9799725' }),
    'USAGE',
    'Two names, and no way to tell which is meant.',
  ],
  [
    'signature-that-nobody-carries',
    ask('summarizer', '26.1', { signature: '0000000' }),
    'unknown-signature - -',
    'No build is ever guessed.',
  ],
  [
    'signature-of-a-gap',
    ask('tagger', '26.1', { signature: 'bbbbbbbcccc' }),
    'gap - -',
    'A row that is known by its first digits carries every signature that begins with them.',
  ],
  [
    'signature-of-two-rows',
    ask('writer', '26.1', { signature: FIRST }),
    `covered ${W1} -`,
    'Two rows carry the signature; the one of this OS version is nearer.',
  ],
  [
    'signature-on-an-uncovered-os',
    ask('summarizer', '25.0', { signature: FIRST }),
    'unknown-os - -',
    'The OS version is looked for first: an app without any row for it stays without a pack.',
  ],
  ['unknown-adapter', ask('nobody', '26.1'), 'ADAPTER_UNKNOWN', 'The release has no such adapter.'],
  ['no-adapter-named', { platform: 'iOS', os: '26.1' }, 'USAGE', 'Several could be meant.'],
  ['ipados', ask('summarizer', '26.1', { platform: 'iPadOS' }), 'USAGE', 'iOS covers iPadOS.'],
  ['four-integers', ask('summarizer', '26.4.1.2'), 'USAGE', 'An OS version has three integers at most.'],
  ['build-instead-of-version', ask('summarizer', '23A5276f'), 'USAGE', 'A build number is no version.'],
  ['leading-zero', ask('summarizer', '26.04'), 'USAGE', 'One spelling per version.'],
  [
    'short-signature',
    ask('summarizer', '26.1', { signature: '979972' }),
    'USAGE',
    'Six digits are too few to mean one base model.',
  ],
];

/** Every question with its answer. */
export const RESOLUTION_VECTORS: readonly ResolutionVector[] = ROWS.map(([name, query, text, why]) => {
  const [first = '', id, fallback] = text.split(' ');
  const orNull = (word: string | undefined): string | null =>
    word === undefined || word === '-' ? null : word;
  const expect: ResolutionVector['expect'] =
    id === undefined
      ? { error: first }
      : { state: first as 'covered', pack: orNull(id), fallback: orNull(fallback) }; // the schema of the vectors lists the states
  return { name, why, manifest: 'two-adapters', query, expect };
});

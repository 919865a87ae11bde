import { describe, expect, test } from 'vitest';
import { ReleaseError } from '../../src/errors.ts';
import { type Device, explainResolution, type Resolution, resolve } from '../../src/matrix/resolve.ts';
import type { Adapter } from '../../src/model/matrix.ts';
import { parseOsVersion } from '../../src/model/os-version.ts';
import type { SystemModel } from '../../src/model/system-model.ts';
import {
  aBuild,
  aFilesAdapter,
  anAdapter,
  aSystemModel,
  NEAR_SIGNATURE,
  OTHER_SIGNATURE,
  SIGNATURE,
  serveBuild,
  serveNone,
} from '../support/builders.ts';

const OS26 = aSystemModel({ id: 'os26', os: { iOS: '>=26.0 <27.0', macOS: '>=26.0 <27.0' } });
const CORE = aSystemModel({
  id: 'core',
  os: { iOS: '>=27.0' },
  variant: 'core3',
  signature: null,
  adapterSupport: 'unsupported',
});
const ADVANCED = aSystemModel({
  ...CORE,
  id: 'advanced',
  os: { iOS: '>=27.0' },
  variant: 'coreAdvanced3',
  signature: null,
});
const CATALOGUE = [OS26, CORE, ADVANCED];

interface Case {
  readonly why: string;
  readonly os: string;
  readonly device?: Partial<Omit<Device, 'os'>>;
  readonly adapter?: Adapter;
  readonly rows?: readonly SystemModel[];
  readonly gets: Partial<Resolution>;
}

const resolveCase = ({
  os,
  device,
  adapter = anAdapter(),
  rows = CATALOGUE,
}: Omit<Case, 'why' | 'gets'>): Resolution & { readonly trail: readonly string[] } => {
  const whole: Device = { platform: 'iOS', os: parseOsVersion(os), ...device };
  return { ...resolve(adapter, rows, whole), trail: explainResolution(adapter, rows, whole) };
};

const refusalOf = (given: Omit<Case, 'why' | 'gets'>): ReleaseError => {
  try {
    resolveCase(given);
  } catch (error) {
    if (error instanceof ReleaseError) return error;
    throw error;
  }
  throw new Error('The resolution was not refused.');
};

const BUILD = aBuild();
const NOTHING = { systemModel: null, build: null, packId: null, fallback: null, candidates: [] } as const;

describe('what a device gets', () => {
  test.each<Case>([
    {
      why: 'the platform is not offered',
      os: '26.0',
      device: { platform: 'tvOS' },
      gets: { ...NOTHING, state: 'not-offered' },
    },
    {
      why: 'the platform is asked before the OS',
      os: '1.0',
      device: { platform: 'visionOS' },
      gets: { ...NOTHING, state: 'not-offered' },
    },
    { why: 'no row claims the OS', os: '18.5', gets: { ...NOTHING, state: 'unknown-os' } },
    {
      why: 'a row claims the OS on another platform only',
      os: '27.0',
      device: { platform: 'macOS' },
      gets: { state: 'unknown-os' },
    },
    {
      why: 'the row carries the signature of a served build',
      os: '26.3.1',
      gets: {
        state: 'covered',
        systemModel: OS26,
        build: BUILD,
        packId: 'fmadapter-summarizer-9799725',
        fallback: null,
        candidates: [],
      },
    },
    { why: '26.10 is newer than 26.9, not 26.1', os: '26.10', gets: { state: 'covered', systemModel: OS26 } },
    { why: 'the first version of the next row is past the range', os: '27.0', gets: { state: 'sunset' } },
    {
      why: 'no entry names the row',
      os: '26.0',
      adapter: anAdapter({ serve: [] }),
      gets: { state: 'gap', systemModel: OS26, build: null },
    },
    {
      why: 'the entry names a version that is not registered',
      os: '26.0',
      adapter: anAdapter({ serve: [serveBuild(SIGNATURE, '9.9.9')] }),
      gets: { state: 'gap', build: null, packId: null },
    },
    {
      why: 'the version is registered for another signature only',
      os: '26.0',
      adapter: anAdapter({ builds: [aBuild({ baseModelSignature: OTHER_SIGNATURE })] }),
      gets: { state: 'gap', build: null },
    },
    {
      why: 'declined by signature',
      os: '26.0',
      adapter: anAdapter({ serve: [serveNone(SIGNATURE, { fallback: { adapter: 'tiny' } })] }),
      gets: {
        state: 'declined',
        systemModel: OS26,
        build: null,
        packId: null,
        fallback: { adapter: 'tiny' },
      },
    },
    {
      why: 'serve by system model wins, though it stands later',
      os: '26.0',
      adapter: anAdapter({ serve: [serveBuild(SIGNATURE, '1.0.0'), serveNone({ systemModel: 'os26' })] }),
      gets: { state: 'declined', fallback: 'base-model' },
    },
    {
      why: 'a build by system model wins over none by signature',
      os: '26.0',
      adapter: anAdapter({ serve: [serveNone(SIGNATURE), serveBuild({ systemModel: 'os26' }, '1.0.0')] }),
      gets: { state: 'covered', build: BUILD },
    },
    {
      why: 'an entry by system model says nothing about another row',
      os: '26.0',
      adapter: anAdapter({ serve: [serveBuild({ systemModel: 'core' }, '1.0.0')] }),
      gets: { state: 'gap' },
    },
    {
      why: 'a deprecated runtime still loads adapters',
      os: '26.0',
      rows: [aSystemModel({ id: 'os26', adapterSupport: 'deprecated' })],
      gets: { state: 'covered' },
    },
    {
      why: 'files are served by system model, whatever the runtime does with adapters',
      os: '27.0',
      device: { variant: 'core3' },
      adapter: aFilesAdapter({ serve: [serveBuild({ systemModel: 'core' }, '1.0.0')] }),
      gets: { state: 'covered', systemModel: CORE, packId: 'core-ai' },
    },
    {
      why: 'files without a decision are a gap, never a sunset',
      os: '27.0',
      device: { variant: 'core3' },
      adapter: aFilesAdapter(),
      gets: { state: 'gap', fallback: null },
    },
    {
      why: 'files carry their own pack id',
      os: '26.0',
      adapter: aFilesAdapter({
        packId: 'vision-pack',
        serve: [serveBuild({ systemModel: 'os26' }, '1.0.0')],
      }),
      gets: { packId: 'vision-pack' },
    },
  ])('$why → $gets.state', ({ gets, ...given }) => {
    expect(resolveCase(given)).toMatchObject(gets);
  });
});

describe('sunset', () => {
  const device = { variant: 'core3' };
  test.each<Case>([
    {
      why: 'the default fallback',
      os: '27.0',
      device,
      gets: { state: 'sunset', fallback: 'base-model', systemModel: CORE, build: null },
    },
    {
      why: 'the declared fallback',
      os: '27.0',
      device,
      adapter: anAdapter({ serve: [serveNone({ systemModel: 'core' }, { fallback: { adapter: 'tiny' } })] }),
      gets: { state: 'sunset', fallback: { adapter: 'tiny' } },
    },
    {
      why: 'a build that is served to it all the same',
      os: '27.0',
      device,
      adapter: anAdapter({ serve: [serveBuild({ systemModel: 'core' }, '1.0.0')] }),
      gets: { state: 'sunset', fallback: 'base-model', build: null },
    },
    {
      why: 'a row with a signature that its runtime no longer loads',
      os: '26.0',
      rows: [aSystemModel({ adapterSupport: 'unsupported' })],
      gets: { state: 'sunset', build: null, packId: null },
    },
  ])('keeps $why', ({ gets, ...given }) => {
    expect(resolveCase(given)).toMatchObject(gets);
  });
});

describe('a signature', () => {
  const elsewhere = aSystemModel({ id: 'next', os: { iOS: '>=28.0' }, signature: OTHER_SIGNATURE });
  const both = anAdapter({
    builds: [aBuild(), aBuild({ version: '2.0.0', baseModelSignature: OTHER_SIGNATURE })],
    serve: [serveBuild(SIGNATURE, '1.0.0'), serveBuild(OTHER_SIGNATURE, '2.0.0')],
  });

  test.each(['9799725', '9799725ff8e8', SIGNATURE])('%s keeps the row that carries it', (signature) => {
    expect(resolveCase({ os: '26.0', device: { signature } })).toMatchObject({
      state: 'covered',
      systemModel: OS26,
    });
  });

  test.each([OTHER_SIGNATURE, NEAR_SIGNATURE, 'fffffff'])(
    '%s that no row carries never gets a build',
    (signature) => {
      expect(resolveCase({ os: '26.0', device: { signature }, adapter: both })).toMatchObject({
        ...NOTHING,
        state: 'unknown-signature',
      });
    },
  );

  test('decides over the OS number, and the trail says so', () => {
    const resolution = resolveCase({
      os: '26.0',
      device: { signature: OTHER_SIGNATURE },
      adapter: both,
      rows: [OS26, elsewhere],
    });
    expect(resolution).toMatchObject({
      state: 'covered',
      systemModel: elsewhere,
      packId: 'fmadapter-summarizer-0f1e2d3',
    });
    expect(resolution.trail).toEqual([
      'iOS 26.0 carries os26.',
      `os26 lost: it does not carry the signature ${OTHER_SIGNATURE}.`,
      `next carries ${OTHER_SIGNATURE}, though not for iOS 26.0: the signature decides, not the OS number.`,
      'next: serves build 2.0.0.',
    ]);
  });

  test('does not make an OS known that no row claims', () => {
    expect(resolveCase({ os: '18.0', device: { signature: SIGNATURE } }).state).toBe('unknown-os');
  });

  test('that matches a row known by its first digits gets no build made for other digits', () => {
    const rows = [aSystemModel({ signature: '9799725' })];
    expect(resolveCase({ os: '26.0', rows, device: { signature: SIGNATURE } }).state).toBe('covered');
    const other = resolveCase({ os: '26.0', rows, device: { signature: NEAR_SIGNATURE } });
    expect(other).toMatchObject({ ...NOTHING, state: 'unknown-signature' });
    expect(other.trail.at(-1)).toContain(`the device reports ${NEAR_SIGNATURE}`);
  });

  test('of a serve entry picks the build, not the digits that the row knows', () => {
    const adapter = anAdapter({
      builds: [aBuild({ baseModelSignature: NEAR_SIGNATURE }), aBuild()],
      serve: [serveBuild(SIGNATURE, '1.0.0')],
    });
    const { build } = resolveCase({ os: '26.0', adapter, rows: [aSystemModel({ signature: '9799725' })] });
    expect(build?.baseModelSignature).toBe(SIGNATURE);
  });

  test('off its OS prefers rows of the platform, then of the variant', () => {
    const rows = [
      OS26,
      aSystemModel({ id: 'mac', os: { macOS: '>=28.0' }, signature: OTHER_SIGNATURE }),
      aSystemModel({ id: 'small', os: { iOS: '>=28.0' }, signature: OTHER_SIGNATURE, variant: 'small' }),
      aSystemModel({ id: 'large', os: { iOS: '>=28.0' }, signature: OTHER_SIGNATURE, variant: 'large' }),
    ];
    const adapter = anAdapter({
      ...both,
      serve: [
        ...both.serve,
        serveNone({ systemModel: 'small' }),
        serveNone({ systemModel: 'mac' }, { fallback: { adapter: 'x' } }),
      ],
    });
    const device = { signature: OTHER_SIGNATURE, variant: 'large' };
    expect(resolveCase({ os: '26.0', adapter, rows, device })).toMatchObject({
      state: 'covered',
      systemModel: rows[3],
    });
  });
});

describe('variants', () => {
  const oneDeclined = anAdapter({
    serve: [serveNone({ systemModel: 'core' }, { fallback: { adapter: 'tiny' } })],
  });

  test('with the same outcome come to that outcome, without a system model and with candidates', () => {
    expect(resolveCase({ os: '27.1' })).toMatchObject({
      state: 'sunset',
      fallback: 'base-model',
      systemModel: null,
      candidates: [CORE, ADVANCED],
    });
  });

  test('with other outcomes are refused with exit 2, naming --variant and telling the trail', () => {
    const error = refusalOf({ os: '27.0', adapter: oneDeclined });
    expect(error).toMatchObject({
      code: 'RESOLUTION_AMBIGUOUS',
      exitCode: 2,
      fix: 'Pass --variant with one of core3, coreAdvanced3.',
    });
    expect(error.message).toContain('core and advanced get different things');
    expect(error.details).toContain('core: can never load an adapter; devices use adapter "tiny".');
  });

  test.each([
    { variant: 'core3', fallback: { adapter: 'tiny' }, id: 'core' },
    { variant: 'coreAdvanced3', fallback: 'base-model', id: 'advanced' },
  ])('$variant keeps one row', ({ variant, fallback, id }) => {
    const resolution = resolveCase({ os: '27.0', adapter: oneDeclined, device: { variant } });
    expect(resolution).toMatchObject({ state: 'sunset', fallback, systemModel: { id }, candidates: [] });
    expect(resolution.trail[1]).toMatch(/lost: its variant is \w+, not/);
  });

  test('that no row has are refused, naming those that exist', () => {
    expect(refusalOf({ os: '27.0', device: { variant: 'core9' } })).toMatchObject({
      code: 'USAGE',
      exitCode: 2,
    });
    expect(refusalOf({ os: '27.0', device: { variant: 'core9' } }).message).toContain(
      'expected one of core3, coreAdvanced3',
    );
  });

  test('without names ask for the signature', () => {
    const rows = [aSystemModel({ id: 'a' }), aSystemModel({ id: 'b', signature: OTHER_SIGNATURE })];
    expect(refusalOf({ os: '26.0', rows }).fix).toBe('Pass --signature with what the device reports.');
  });
});

describe('the trail', () => {
  test.each([
    { os: '26.0', platform: 'tvOS' as const, says: ['"summarizer" is offered on iOS, macOS, not on tvOS.'] },
    { os: '9.1.2', platform: 'iOS' as const, says: ['No system model of the catalogue claims iOS 9.1.2.'] },
    { os: '26.4', platform: 'iOS' as const, says: ['iOS 26.4 carries os26.', 'os26: serves build 1.0.0.'] },
  ])('of $platform $os', ({ os, platform, says }) => {
    expect(resolveCase({ os, device: { platform } }).trail).toEqual(says);
  });

  test('of an unknown signature says that no build is guessed', () => {
    expect(resolveCase({ os: '26.0', device: { signature: 'fffffff' } }).trail).toEqual([
      'iOS 26.0 carries os26.',
      'No system model of the catalogue carries the signature fffffff; fmrelease never guesses a build.',
    ]);
  });

  test('names reason and end of a decline', () => {
    const adapter = anAdapter({ serve: [serveNone(SIGNATURE, { reason: 'too slow', until: '2027-01-31' })] });
    expect(resolveCase({ os: '26.0', adapter }).trail.at(-1)).toBe(
      'os26: declined on purpose (too slow) until 2027-01-31; devices use the base model.',
    );
  });

  test('says why a row is a gap', () => {
    const resolution = resolveCase({ os: '26.0', adapter: anAdapter({ builds: [] }) });
    expect(resolution.trail.at(-1)).toBe(
      'os26: gap, the serve entry names build 1.0.0, which is not registered for this signature.',
    );
  });
});

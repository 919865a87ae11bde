import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ReleaseError } from '../../src/errors.ts';
import type { SystemModel } from '../../src/model/system-model.ts';
import { packPageData } from '../../src/report/page-data.ts';
import { type DeviceQuestion, type Simulation, simulate } from '../../src/report/simulation.ts';
import { unpackPageData } from '../../src/report/unpack-page-data.ts';
import {
  aBuild,
  aCatalogue,
  aFilesAdapter,
  anAdapter,
  aSystemModel,
  NEAR_SIGNATURE,
  OTHER_SIGNATURE,
  SIGNATURE,
  serveBuild,
  serveNone,
} from '../support/builders.ts';
import { aBigReport, aReport } from './scene.ts';

/** An answer, or the code of the error that stands for it. */
function answerOf(simulation: Simulation, question: DeviceQuestion): unknown {
  try {
    return simulate(simulation, question);
  } catch (error) {
    if (error instanceof ReleaseError) return { code: error.code, message: error.message, fix: error.fix };
    throw error;
  }
}

/** What reaches the page: through JSON, as a browser reads it. */
const throughPage = (facts: ReturnType<typeof aReport>): Simulation =>
  unpackPageData(JSON.parse(JSON.stringify(packPageData(facts.simulation, facts.matrix))));

const rows: fc.Arbitrary<readonly SystemModel[]> = fc.constantFrom(
  [aSystemModel()],
  [
    aSystemModel({ os: { iOS: '>=26.0 <26.4', macOS: '>=26.0' } }),
    aSystemModel({ id: 'prefix', os: { iOS: '>=26.4 <27.0' }, signature: OTHER_SIGNATURE.slice(0, 9) }),
    aSystemModel({
      id: 'core',
      os: { iOS: '>=27.0' },
      variant: 'a',
      signature: null,
      adapterSupport: 'unsupported',
    }),
    aSystemModel({ id: 'core+', os: { iOS: '>=27.0' }, variant: 'b', signature: NEAR_SIGNATURE }),
  ],
);
const adapter = fc.record({
  files: fc.boolean(),
  platforms: fc.subarray(['iOS', 'macOS'] as const, { minLength: 1 }),
  builds: fc.uniqueArray(
    fc.tuple(fc.constantFrom(SIGNATURE, OTHER_SIGNATURE, NEAR_SIGNATURE), fc.constantFrom('1.0.0', '1.1.0')),
    {
      selector: (pair) => pair.join(),
    },
  ),
  serve: fc.array(
    fc.tuple(
      fc.constantFrom(SIGNATURE, OTHER_SIGNATURE, { systemModel: 'core' }, { systemModel: 'core+' }),
      fc.constantFrom('1.0.0', '1.1.0', null),
    ),
  ),
});
const question = fc.record({
  source: fc.constantFrom('matrix' as const, 'log' as const),
  adapter: fc.constantFrom('a0', 'a1', 'nobody'),
  platform: fc.constantFrom('iOS', 'macOS', 'visionOS', 'ios'),
  os: fc.constantFrom('25.9', '26', '26.3.1', '26.4', '26.10', '27.1', 'x'),
  signature: fc.constantFrom(
    undefined,
    '',
    SIGNATURE,
    OTHER_SIGNATURE.slice(0, 7),
    'fmadapter-a1-9799725',
    'zz',
  ),
  variant: fc.constantFrom(undefined, '', 'a', 'b', 'c'),
});

test('the page answers every question as the facts that it was made of do', () => {
  const seen = new Set<string>();
  fc.assert(
    fc.property(
      rows,
      fc.array(adapter, { minLength: 1, maxLength: 2 }),
      fc.array(question, { minLength: 40, maxLength: 40 }),
      (systemModels, given, questions) => {
        const adapters = given.map(({ files, platforms, builds, serve }, index) =>
          (files ? aFilesAdapter : anAdapter)({
            name: `a${index}`,
            platforms,
            builds: builds.map(([signature, version]) =>
              aBuild({ version, baseModelSignature: files ? null : signature }),
            ),
            serve: serve.map(([subject, version]) =>
              version === null
                ? serveNone(subject, { reason: 'Why not', until: '2027-01-01' })
                : serveBuild(subject, version),
            ),
          }),
        );
        const facts = aReport({
          adapters,
          catalogue: aCatalogue({ systemModels }),
          config: {
            support: { iOS: { from: [26, 0, 0], below: null }, macOS: { from: [26, 0, 0], below: null } },
          },
          releases: [(entry) => entry],
        });
        const page = throughPage(facts);
        for (const one of questions) {
          const expected = answerOf(facts.simulation, one);
          expect(answerOf(page, one)).toEqual(expected);
          seen.add(/(?:state|code)":"([^"]+)/.exec(JSON.stringify(expected))?.[1] ?? '');
        }
      },
    ),
    { numRuns: 150, seed: 20261126 },
  );
  expect([...seen].sort()).toEqual([
    'ADAPTER_UNKNOWN',
    'MATRIX_UNSOUND',
    'RESOLUTION_AMBIGUOUS',
    'USAGE',
    'covered',
    'declined',
    'gap',
    'not-offered',
    'sunset',
    'unknown-os',
    'unknown-signature',
  ]);
});

test('a pack whose address is not what digest and id make keeps it', () => {
  const facts = aReport({
    releases: [
      (entry) => ({ ...entry, packs: entry.packs.map((pack) => ({ ...pack, key: 'elsewhere/x' })) }),
    ],
  });
  const found = simulate(throughPage(facts), { adapter: 'summarizer', platform: 'iOS', os: '26.0' });
  expect(found.pack?.url).toBe('https://cdn.example.com/elsewhere/x');
});

test('what resolving does not read stays out of the page', () => {
  const build = aBuild({
    path: 'secret/place',
    evals: [{ os: '26.0', date: '2026-01-01', reference: 'secret run' }],
  });
  const { simulation, matrix } = aReport({ adapters: [anAdapter({ builds: [build] })] });
  expect(JSON.stringify(packPageData(simulation, matrix))).not.toContain('secret');
});

test('a hundred adapters with eighteen builds each stay small', () => {
  const { simulation, matrix } = aBigReport(100, 1);
  expect(simulation.channels[0]?.release?.packs).toHaveLength(1800);
  expect(JSON.stringify(packPageData(simulation, matrix)).length).toBeLessThan(350_000);
});

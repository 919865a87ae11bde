import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { audit } from '../../src/audit/audit.ts';
import { gatherAuditState } from '../../src/audit/gather.ts';
import type { MatrixDocument } from '../../src/generated/matrix.ts';
import { declineAdapters } from '../../src/matrix/decisions.ts';
import { recordEvaluation } from '../../src/matrix/evaluations.ts';
import { importProbe, importSystems } from '../../src/matrix/import-systems.ts';
import { coverageLine, declineLines } from '../../src/render/coverage.ts';
import { renderPlanMarkdown } from '../../src/render/plan-markdown.ts';
import { plainStyle } from '../../src/render/style.ts';
import { renderImport, renderProbe } from '../../src/render/systems-import.ts';
import { OTHER_SIGNATURE } from '../support/builders.ts';
import { makeProject, type Project, planNow } from '../support/project.ts';
import { scratchFolder } from '../support/scratch.ts';

const WHOLE = { style: plainStyle, width: null };

const TODAY = '2026-11-20';
const MOVED = 'platform: iOS\nos: 26.6\nfmadapter-summarizer-1a2b3c4\n';

const read = ({ root }: Project, path = 'fmrelease.matrix.json'): MatrixDocument =>
  JSON.parse(readFileSync(join(root, path), 'utf8')) as MatrixDocument;

const configOf = async (project: Project) => (await project.session()).config;

const probe = async (project: Project, text: string) =>
  importProbe(await configOf(project), { text, source: 'probe.txt', today: TODAY });

describe('a probe of a base model that moved', () => {
  test('splits the row in the matrix, says who has to decide, and publishing goes on once they did', async () => {
    const project = await makeProject(scratchFolder(), ['summarizer', 'translator']);
    const result = await probe(project, MOVED);
    expect(result).toMatchObject({
      outcome: 'split',
      systemModel: 'os26.6',
      undecided: ['summarizer', 'translator'],
    });
    expect(read(project).systemModels?.map(({ id, os }) => [id, os['iOS']])).toEqual([
      ['os26.5', '>=26.5 <26.6'],
      ['os26.6', '>=26.6 <27.0'],
    ]);
    const blocked = await planNow(await project.session());
    expect(blocked.blockers.map(({ code }) => code)).toEqual(['COVERAGE_GAP', 'COVERAGE_GAP']);
    expect(coverageLine(blocked.coverage)).toMatch(/^Coverage not proved: 2 of \d+ cells are gaps/);
    await declineAdapters(await configOf(project), {
      names: [],
      all: true,
      reason: 'training',
      until: '2027-01-31',
      fallback: 'base-model',
      signature: undefined,
      systemModel: 'os26.6',
    });
    const plan = await planNow(await project.session());
    expect(plan.blockers).toEqual([]);
    expect(declineLines(plan.coverage)).toEqual([
      '2 adapters fall back to the base model on os26.6 until 2027-01-31.',
    ]);
    expect(renderPlanMarkdown(plan)).toContain(
      '2 adapters fall back to the base model on os26.6 until 2027-01-31.',
    );
    const again = await probe(project, MOVED);
    expect(again).toMatchObject({ outcome: 'known', files: [], changes: [], undecided: [] });
  });

  test('names an adapter that had a gap elsewhere, and not one whose gap it leaves alone', async () => {
    const project = await makeProject(scratchFolder(), ['summarizer', 'translator']);
    const macOS = 'platform: macOS\nos: 26.6\nfmadapter-summarizer-1a2b3c4\n';
    expect((await probe(project, macOS)).undecided).toEqual(['summarizer', 'translator']);
    expect((await probe(project, MOVED)).undecided).toEqual(['summarizer', 'translator']);
    const later = 'platform: iOS\nos: 26.6.1\nfmadapter-summarizer-5d6e7f8\n';
    expect((await probe(project, later)).undecided).toEqual([]);
  });

  test('is told once for all platforms, and apart for each end and fallback', async () => {
    const project = await makeProject(scratchFolder(), ['summarizer', 'translator']);
    const wish = { all: false, reason: null, signature: undefined, systemModel: 'os26.5' };
    const config = await configOf(project);
    await declineAdapters(config, { ...wish, names: ['summarizer'], until: null, fallback: 'base-model' });
    await declineAdapters(config, {
      ...wish,
      names: ['translator'],
      until: '2027-01-31',
      fallback: 'base-model',
    });
    const { coverage } = await planNow(await project.session());
    expect(coverage.cells.filter(({ state }) => state === 'declined')).toHaveLength(4);
    expect(declineLines(coverage)).toEqual([
      '1 adapter falls back to the base model on os26.5, with no end named.',
      '1 adapter falls back to the base model on os26.5 until 2027-01-31.',
    ]);
  });

  test('prints the difference, row by row', async () => {
    const project = await makeProject(scratchFolder(), ['summarizer']);
    expect(renderProbe(await probe(project, MOVED), WHOLE)).toEqual([
      'iOS 26.6 carries 1a2b3c4: that is another base model than the catalogue has, now "os26.6".',
      expect.stringMatching(
        /^ {2}- {2}os26\.5 +iOS >=26\.5 <27\.0, macOS .*9799725f….*2 pieces of evidence$/,
      ),
      expect.stringMatching(/^ {2}\+ {2}os26\.5 +iOS >=26\.5 <26\.6, macOS /),
      expect.stringMatching(/^ {2}\+ {2}os26\.6 +iOS >=26\.6 <27\.0 +1a2b3c4….*proved +1 piece of evidence$/),
      '1 adapter has no decision there now: summarizer.',
      'Train for it, or: fmrelease adapter decline --all --system-model os26.6 --reason <why> --until <day>',
      'Wrote fmrelease.matrix.json.',
    ]);
  });

  test.each([60, 80])('prints the difference in %d columns, and loses nothing by it', async (width) => {
    const project = await makeProject(scratchFolder(), ['summarizer']);
    const result = await probe(project, MOVED);
    const rowsAt = (columns: number | null): readonly string[] => {
      const lines = renderProbe(result, { style: plainStyle, width: columns });
      return lines.slice(
        1,
        lines.findIndex((line) => line.includes('no decision there now')),
      );
    };
    expect(rowsAt(width).filter((line) => line.length > width)).toEqual([]);
    expect(rowsAt(width).join(' ').split(/\s+/)).toEqual(rowsAt(null).join(' ').split(/\s+/));
  });

  test('goes into a file of its own under a glob, and stays there', async () => {
    const project = await makeProject(scratchFolder(), [], { matrix: 'matrix/*.json' });
    await project.add('summarizer');
    expect((await probe(project, MOVED)).files).toEqual(['matrix/system-models.json']);
    expect((await probe(project, MOVED.replace('iOS', 'macOS'))).files).toEqual([
      'matrix/system-models.json',
    ]);
    expect(read(project, 'matrix/system-models.json').systemModels?.map(({ id }) => id)).toEqual([
      'os26.5',
      'os26.6',
    ]);
    expect(read(project, 'matrix/summarizer.json').systemModels).toEqual([]);
  });

  test('of a day that is still to come is refused, whoever has the wrong clock', async () => {
    const project = await makeProject(scratchFolder(), ['summarizer']);
    await expect(probe(project, `${MOVED}date: 2026-11-21\n`)).rejects.toMatchObject({
      code: 'PROBE_INVALID',
      message: 'probe.txt is dated 2026-11-21, which is still to come: today is 2026-11-20 (UTC).',
    });
    expect(await probe(project, `${MOVED}date: 2026-11-20\n`)).toMatchObject({ outcome: 'split' });
  });

  test('that is malformed writes nothing', async () => {
    const project = await makeProject(scratchFolder(), ['summarizer']);
    const before = readFileSync(join(project.root, 'fmrelease.matrix.json'), 'utf8');
    await expect(probe(project, 'platform: iOS\n')).rejects.toMatchObject({ code: 'PROBE_INVALID' });
    expect(readFileSync(join(project.root, 'fmrelease.matrix.json'), 'utf8')).toBe(before);
  });
});

describe('systems import', () => {
  const evidence = [{ kind: 'sdk', reference: 'the interface', date: '2026-11-01' }];
  const ROW = {
    id: 'os28',
    os: { iOS: '>=28.0' },
    baseModelSignature: OTHER_SIGNATURE,
    adapterSupport: 'supported',
    certainty: 'inferred',
    evidence,
  };
  const RELEASE = {
    version: '28.0',
    platforms: ['iOS'],
    date: '2027-09-15',
    dateIs: 'announced',
    source: 'a keynote',
  };
  const run = async (project: Project, document: object) =>
    importSystems(await configOf(project), {
      text: JSON.stringify({ formatVersion: 1, ...document }),
      source: 'systems.json',
      today: TODAY,
    });
  const TOOLKIT = { version: '26.7.0', withdrawn: false, date: '2026-11-18', source: 'the training page' };
  const CUT = ['afm3-core', 'afm3-core-advanced'].map((id, index) => ({
    id,
    os: { iOS: '>=27.0 <28.0' },
    variant: ['core3', 'coreAdvanced3'][index],
    baseModelSignature: null,
    adapterSupport: 'unsupported',
    certainty: 'proved',
    evidence,
  }));

  test('puts rows and OS releases into the matrix, once', async () => {
    const project = await makeProject(scratchFolder(), ['summarizer'], { support: { iOS: '>=26.0' } });
    const document = { systemModels: [...CUT, ROW], osReleases: [RELEASE] };
    const result = await run(project, document);
    expect(result).toMatchObject({ undecided: ['summarizer'], osReleases: [RELEASE] });
    expect(result.changes.map(({ id, before }) => [id, before === null])).toEqual([
      ['afm3-core', false],
      ['afm3-core-advanced', false],
      ['os28', true],
    ]);
    expect(read(project)).toMatchObject({
      osReleases: [RELEASE],
      systemModels: [{ id: 'afm3-core' }, {}, ROW],
    });
    expect(await run(project, document)).toMatchObject({ changes: [], osReleases: [], files: [] });
  });

  test('puts toolkits into the matrix, once, and a withdrawn one is a finding from its day on', async () => {
    const project = await makeProject(scratchFolder(), ['summarizer']);
    const document = {
      toolkits: [TOOLKIT, { version: '26.0.0', withdrawn: true, date: '2026-11-19', source: 'the page' }],
    };
    const result = await run(project, document);
    expect(result.toolkits.map(({ version, before }) => [version, before?.withdrawn])).toEqual([
      ['26.7.0', undefined],
      ['26.0.0', false],
    ]);
    expect(renderImport(result, WHOLE)).toEqual([
      '  +  toolkit 26.7.0  current    seen 2026-11-18',
      '  -  toolkit 26.0.0  current    seen 2026-06-30',
      '  +  toolkit 26.0.0  withdrawn  seen 2026-11-19',
      'Wrote fmrelease.matrix.json.',
    ]);
    expect(read(project).toolkits?.map(({ version }) => version)).toEqual(['26.0.0', '26.7.0']);
    expect(await run(project, document)).toMatchObject({ toolkits: [], files: [] });
    const removedOn = async (day: string) =>
      audit(
        await gatherAuditState(await project.session(), { asOf: new Date(day), only: [], full: false }),
      ).filter(({ code }) => code === 'toolkit-removed');
    expect(await removedOn('2026-11-18')).toEqual([]);
    expect(await removedOn('2026-11-19')).toMatchObject([
      {
        subject: 'summarizer 1.0.0',
        message: expect.stringContaining('which Apple has withdrawn (the page, seen 2026-11-19)'),
        fix: expect.stringContaining('again with toolkit 26.7.0'),
      },
    ]);
  });

  test('names one command for all rows that wait for everybody, and names where only some wait', async () => {
    const project = await makeProject(scratchFolder(), ['summarizer'], { support: { iOS: '>=26.0' } });
    const fresh = ['core4', 'pro4'].map((variant) => ({ ...ROW, id: `os28-${variant}`, variant }));
    const adviceOf = async (document: object) =>
      renderImport(await run(project, document), WHOLE).filter((line) => line.startsWith('Train'));
    expect(await adviceOf({ systemModels: [...CUT, ...fresh] })).toEqual([
      'Train for it, or: fmrelease adapter decline --all --system-model os28-core4 --system-model os28-pro4 --reason <why> --until <day>',
    ]);
    await project.add('translator', '1.0.0', { signature: OTHER_SIGNATURE });
    const moved = { ...fresh[0], id: 'os29', os: { iOS: '>=29.0' } };
    const ended = { ...fresh[0], os: { iOS: '>=28.0 <29.0' } };
    expect(await adviceOf({ systemModels: [ended, moved] })).toEqual([]);
    const another = { ...moved, baseModelSignature: '1'.repeat(40) };
    expect(await adviceOf({ systemModels: [another] })).toEqual([
      'Train for it, or: fmrelease adapter decline translator --system-model os29 --reason <why> --until <day>',
    ]);
  });

  test('an OS release takes the place of what was known of that version on its platforms', async () => {
    const project = await makeProject(scratchFolder(), ['summarizer']);
    await run(project, { osReleases: [{ ...RELEASE, platforms: ['iOS', 'macOS'] }] });
    const released = { ...RELEASE, date: '2026-11-19', dateIs: 'released' };
    await run(project, { osReleases: [released] });
    expect(read(project).osReleases).toEqual([{ ...RELEASE, platforms: ['macOS'] }, released]);
  });

  test.each([
    {
      why: 'a row without evidence',
      document: { systemModels: [{ ...ROW, evidence: [] }] },
      message: 'evidence',
    },
    {
      why: 'a platform that is none',
      document: { systemModels: [{ ...ROW, os: { iPadOS: '>=28' } }] },
      message: 'covers iPadOS',
    },
    {
      why: 'a range that is none',
      document: { systemModels: [{ ...ROW, os: { iOS: '>=28 <28' } }] },
      message: 'is not an OS range',
    },
    { why: 'a row twice', document: { systemModels: [ROW, ROW] }, message: '"os28" stands twice' },
    {
      why: 'a release of a day to come that is not announced',
      document: { osReleases: [{ ...RELEASE, dateIs: 'first-seen' }] },
      message: 'OS 28.0 is dated 2027-09-15, which is still to come: today is 2026-11-20.',
    },
    {
      why: 'evidence of a day to come',
      document: { systemModels: [{ ...ROW, evidence: [{ ...evidence[0], date: '2026-11-21' }] }] },
      message: 'The evidence of "os28" is dated 2026-11-21, which is still to come',
    },
    {
      why: 'a day that is none',
      document: { toolkits: [{ ...TOOLKIT, date: '2026-02-30' }] },
      message: 'Toolkit 26.7.0 is dated 2026-02-30, which is no day of the calendar.',
    },
    {
      why: 'a toolkit twice',
      document: { toolkits: [TOOLKIT, TOOLKIT] },
      message: 'Toolkit 26.7.0 stands twice',
    },
    {
      why: 'a release twice',
      document: { osReleases: [RELEASE, RELEASE] },
      message: 'OS 28.0 of iOS stands twice',
    },
    { why: 'nothing at all', document: {}, message: 'holds no system model, OS release or toolkit' },
    {
      why: 'empty lists',
      document: { systemModels: [], toolkits: [] },
      message: 'holds no system model, OS release or toolkit',
    },
    { why: 'an unknown key', document: { adapters: {} }, message: '"adapters" is not a known key' },
  ])('$why is refused and writes nothing', async ({ document, message }) => {
    const project = await makeProject(scratchFolder(), ['summarizer']);
    const before = read(project);
    await expect(run(project, document)).rejects.toMatchObject({
      code: 'SYSTEMS_INVALID',
      message: expect.stringContaining(message),
    });
    expect(read(project)).toEqual(before);
  });

  test('a row that overlaps another is refused like any fault that an edit adds', async () => {
    const project = await makeProject(scratchFolder(), ['summarizer']);
    await expect(run(project, { systemModels: [ROW] })).rejects.toMatchObject({ code: 'MATRIX_UNSOUND' });
    expect(read(project).systemModels).toEqual([]);
  });
});

describe('adapter eval', () => {
  const REQUEST = {
    name: 'summarizer',
    version: '1.0.0',
    os: '26.6.0',
    reference: 'run 1',
    date: '2026-11-20',
    signature: undefined,
  };

  test('records an evaluation in the build, once', async () => {
    const project = await makeProject(scratchFolder(), ['summarizer']);
    const config = await configOf(project);
    expect(await recordEvaluation(config, REQUEST)).toMatchObject({ os: '26.6', recorded: true });
    expect(await recordEvaluation(config, REQUEST)).toMatchObject({ recorded: false, files: [] });
    expect(read(project).adapters['summarizer']?.builds[0]?.evals).toEqual([
      { os: '26.6', date: '2026-11-20', reference: 'run 1' },
    ]);
  });

  test('asks for the signature where two builds have the version', async () => {
    const project = await makeProject(scratchFolder(), ['summarizer']);
    await project.add('summarizer', '1.0.0', { signature: OTHER_SIGNATURE });
    const config = await configOf(project);
    await expect(recordEvaluation(config, REQUEST)).rejects.toMatchObject({
      code: 'USAGE',
      message: expect.stringContaining(OTHER_SIGNATURE),
    });
    await recordEvaluation(config, { ...REQUEST, signature: OTHER_SIGNATURE.slice(0, 7) });
    const builds = read(project).adapters['summarizer']?.builds ?? [];
    expect(builds.map(({ evals = [] }) => evals.length)).toEqual([0, 1]);
  });

  test.each([
    { change: { name: 'nobody' }, code: 'ADAPTER_UNKNOWN' },
    { change: { version: '9.0.0' }, code: 'BUILD_UNKNOWN' },
    { change: { os: 'latest' }, code: 'USAGE' },
    { change: { date: '2026-02-30' }, code: 'USAGE' },
    { change: { reference: ' ' }, code: 'USAGE' },
  ])('refuses $change with $code', async ({ change, code }) => {
    const project = await makeProject(scratchFolder(), ['summarizer']);
    const before = read(project);
    await expect(recordEvaluation(await configOf(project), { ...REQUEST, ...change })).rejects.toMatchObject({
      code,
    });
    expect(read(project)).toEqual(before);
  });
});

test('an OS release of the matrix on a platform that is none is a finding', async () => {
  const project = await makeProject(scratchFolder(), ['summarizer']);
  writeFileSync(
    join(project.root, 'fmrelease.matrix.json'),
    JSON.stringify({
      ...read(project),
      osReleases: [{ version: '26.7', platforms: ['iPadOS'], date: TODAY, dateIs: 'released', source: 'x' }],
    }),
  );
  await expect(planNow(await project.session())).rejects.toMatchObject({ code: 'MATRIX_UNSOUND' });
  const { loadIntent } = await import('../../src/matrix/load.ts');
  expect((await loadIntent(await configOf(project))).faults).toMatchObject([
    { code: 'platform-invalid', subject: 'OS 26.7' },
  ]);
});

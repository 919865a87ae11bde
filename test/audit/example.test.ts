import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildAuditExample, CLOCK } from '../../examples/audit/build.mjs';
import type { Finding } from '../../src/model/finding.ts';
import { type CliRun, PACKAGE_ROOT, runCli } from '../support/run-cli.ts';
import { AUDIT_CODES } from './audit-codes.ts';

/** examples/audit, built from its script; what it must be found to be stands in examples/audit/expected. */
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(realpathSync(tmpdir()), 'fmrelease-example-'));
  buildAuditExample(folder);
}, 180_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const audit = (...flags: readonly string[]): Promise<CliRun> =>
  runCli(['audit', '--all-targets', '--full', ...flags], {
    cwd: folder,
    env: { SOURCE_DATE_EPOCH: CLOCK, GITHUB_STEP_SUMMARY: join(folder, 'summary.md') },
  });

/** The golden file of a format; `UPDATE_EXAMPLES=1 npx vitest run test/audit/example.test.ts` writes them anew. */
function golden(name: string, found: string): string {
  const path = join(PACKAGE_ROOT, 'examples', 'audit', 'expected', name);
  if (process.env['UPDATE_EXAMPLES'] === '1') {
    mkdirSync(join(path, '..'), { recursive: true });
    writeFileSync(path, found);
  }
  return existsSync(path) ? readFileSync(path, 'utf8') : '';
}

/** The version of this package is no part of what is expected. */
const withoutVersion = (text: string): string =>
  text.replace(/"semanticVersion": "[^"]+"/, '"semanticVersion": "0.0.0"');

describe('the example', () => {
  test('has at least one finding of every code', async () => {
    const { stdout } = await audit('--json');
    const { result } = JSON.parse(stdout) as { result: { findings: readonly Finding[] } };
    const found = new Set(result.findings.map(({ code }) => code));
    expect([...found].sort()).toEqual([...AUDIT_CODES].sort());
  });

  test.each([
    { format: 'text', file: 'audit.txt' },
    { format: 'json', file: 'audit.json' },
    { format: 'markdown', file: 'audit.md' },
    { format: 'sarif', file: 'audit.sarif' },
    { format: 'github', file: 'audit.github.txt' },
  ])('is printed as $format like examples/audit/expected/$file', async ({ format, file }) => {
    const { stdout, code, stderr } = await audit('--format', format, '--fail-on', 'error');
    expect(code, stderr).toBe(10);
    const found = withoutVersion(stdout);
    expect(found).toBe(golden(file, found));
  });

  test('appends the Markdown to the summary of a step when asked', async () => {
    writeFileSync(join(folder, 'summary.md'), 'Before.\n');
    const { stdout } = await audit('--format', 'github', '--summary');
    expect(stdout).toMatch(/^::error file=fmrelease\.matrix\.json,line=\d+,title=/m);
    const summary = readFileSync(join(folder, 'summary.md'), 'utf8');
    const markdown = readFileSync(join(PACKAGE_ROOT, 'examples/audit/expected/audit.md'), 'utf8');
    expect(summary).toBe(`Before.\n${markdown}`);
  });

  test('a question about another day is answered for that day', async () => {
    const { stdout } = await audit('--json', '--as-of', '2026-07-01', '--only', 'untested');
    const { result } = JSON.parse(stdout) as { result: { asOf: string; findings: readonly Finding[] } };
    expect(result.asOf).toBe('2026-07-01');
    expect(result.findings.map(({ code }) => code)).not.toContain('untested-os');
    expect(result.findings.map(({ code }) => code)).not.toContain('waiver-expired');
  });
});

describe('SARIF', () => {
  const validate = sarifValidator();

  test('follows the schema of SARIF 2.1.0', async () => {
    const { stdout } = await audit('--format', 'sarif');
    validate(JSON.parse(stdout));
    expect(validate.errors ?? []).toEqual([]);
  });

  test('which is one that refuses what is none', () => {
    expect(validate({ version: '2.1.0', runs: [{ results: [] }] })).toBe(false);
    expect(validate({ version: '2.1.0', runs: [{ tool: { driver: { name: 'x', rules: [{}] } } }] })).toBe(
      false,
    );
  });

  test('points each result at a line that names its subject, and says who waived what', async () => {
    const { stdout } = await audit('--format', 'sarif');
    const log = JSON.parse(stdout) as SarifLog;
    const results = log.runs.flatMap((run) => run.results);
    expect(log.runs[0]?.tool.driver.rules.map(({ id }) => id)).toEqual(AUDIT_CODES);
    const lines = readFileSync(join(folder, 'fmrelease.matrix.json'), 'utf8').split('\n');
    for (const { ruleId, ruleIndex, locations } of results) {
      expect(log.runs[0]?.tool.driver.rules[ruleIndex]?.id).toBe(ruleId);
      const [{ physicalLocation, logicalLocations } = NOWHERE] = locations;
      const subject = logicalLocations[0]?.name ?? '';
      const line = lines[physicalLocation.region.startLine - 1] ?? '';
      const build = /^\w+ (\d\S*)$/.exec(subject)?.[1];
      if (build !== undefined) expect(line).toContain(`"version": "${build}"`);
    }
    expect(results.filter(({ suppressions }) => suppressions !== undefined)).toMatchObject([
      { ruleId: 'sunset', suppressions: [{ justification: 'the app says so on OS 27 (until 2027-03-01)' }] },
    ]);
    const fingerprints = results.map(({ partialFingerprints }) => partialFingerprints['fmrelease/v1']);
    expect(new Set(fingerprints).size).toBe(results.length);
    expect(fingerprints.every((print) => /^[0-9a-f]{64}$/.test(print ?? ''))).toBe(true);
  });
});

interface SarifLog {
  readonly runs: readonly {
    readonly tool: { readonly driver: { readonly rules: readonly { readonly id: string }[] } };
    readonly results: readonly {
      readonly ruleId: string;
      readonly ruleIndex: number;
      readonly locations: readonly (typeof NOWHERE)[];
      readonly suppressions?: readonly object[];
      readonly partialFingerprints: Readonly<Record<string, string>>;
    }[];
  }[];
}

const NOWHERE = {
  physicalLocation: { artifactLocation: { uri: '' }, region: { startLine: 0 } },
  logicalLocations: [{ name: '' }],
};

/** The schema that `@microsoft/jest-sarif` ships (MIT). Draft 4, so what ajv no longer knows of it is left out. */
function sarifValidator() {
  const text = readFileSync(
    join(PACKAGE_ROOT, 'node_modules/@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json'),
    'utf8',
  );
  const { $schema: _, id: __, ...schema } = JSON.parse(text) as Record<string, unknown>;
  return new Ajv({ strict: false, validateFormats: false, allErrors: true, unicodeRegExp: false }).compile(
    schema,
  );
}

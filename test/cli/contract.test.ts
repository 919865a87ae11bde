import { existsSync, readdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type CliProject, copyOf, publishedProject } from '../support/cli-project.ts';
import type { CliOptions, CliRun } from '../support/run-cli.ts';
import { COMMAND_CASES, COMMANDS } from './command-cases.ts';
import {
  expectCleanStreams,
  expectPlainError,
  explainSchemaFaults,
  type JsonDocument,
  readDocument,
  schemaPath,
} from './documents.ts';

let published: CliProject;

beforeAll(async () => {
  published = await publishedProject({ keep: true });
});
afterAll(() => published.remove());

/** Runs a command's case in a fresh copy of the published project. */
async function runCase(
  name: string,
  more: readonly string[],
  options: Omit<CliOptions, 'cwd'> = {},
): Promise<CliRun & { readonly project: CliProject }> {
  const { args, untilStopped = false } = caseOf(name);
  const project = copyOf(published);
  const stop = untilStopped ? { signal: { name: 'SIGINT', when: ANSWERED } as const } : {};
  const run = await project.run([...name.split(' '), ...args, ...more], { ...stop, ...options });
  expectCleanStreams(run);
  return { ...run, project };
}

function caseOf(name: string) {
  const found = COMMAND_CASES[name];
  if (found === undefined) throw new Error(`test/cli/command-cases.ts has no case for "${name}".`);
  return found;
}

/** A result that is whole: the last line of `serve`, or of its document. */
const ANSWERED = /Ctrl-C\.\n|"result"[\s\S]*^\}\n/m;

test('every command has a case and a schema, and no case or schema is left over', () => {
  const names = COMMANDS.map(({ name }) => name);
  expect(Object.keys(COMMAND_CASES).sort()).toEqual([...names].sort());
  const files = readdirSync(dirname(schemaPath('plan'))).map((file) => file.replace('.schema.json', ''));
  expect(files.sort()).toEqual(
    [...names.map((name) => name.replaceAll(' ', '-')), 'error', 'help', 'version'].sort(),
  );
});

describe.each(COMMANDS)('$name', ({ name }) => {
  test('answers in both forms with the same exit code', async () => {
    const [plain, json] = await Promise.all([runCase(name, []), runCase(name, ['--json'])]);
    expect([plain.code, json.code], plain.stderr + json.stderr).toEqual([
      caseOf(name).code,
      caseOf(name).code,
    ]);
    const { command, result } = readDocument(json);
    expect(command).toBe(name);
    expect(result).toBeTypeOf('object');
    expect(plain.stdout.trim()).not.toBe('');
    expect(plain.stdout).not.toMatch(/Error:|Code:|^\{\n {2}"formatVersion": 1,\n {2}"command"/m);
    expect(json.stderr).toBe('');
  });

  test('refuses an unknown flag in both forms and touches nothing', async () => {
    const [plain, json] = await Promise.all([
      runCase(name, ['--bogus']),
      runCase(name, ['--bogus', '--json']),
    ]);
    expect([plain.code, json.code]).toEqual([2, 2]);
    expect(expectPlainError(plain)).toBe('USAGE');
    expect(json.stderr).toBe('');
    const { command, error } = readDocument(json);
    expect(command).toBe(name);
    expect(error).toEqual({
      code: 'USAGE',
      message: 'There is no flag --bogus.',
      hint: `Run \`fmrelease ${name} --help\` to see what it takes.`,
      retryable: false,
    });
    expect([plain.project.hash(), json.project.hash()]).toEqual([published.hash(), published.hash()]);
  });

  test('answers the same with a closed stdin and in CI', async () => {
    const surroundings = [{ stdin: 'closed' }, { env: { CI: '1' } }] as const;
    for (const options of surroundings) {
      const [plain, json] = await Promise.all([
        runCase(name, [], options),
        runCase(name, ['--json'], options),
      ]);
      expect([plain.code, json.code], plain.stderr).toEqual([caseOf(name).code, caseOf(name).code]);
      expect(readDocument(json).result).toBeTypeOf('object');
      expect(plain.stdout.trim()).not.toBe('');
    }
  });

  test('explains itself in both forms', async () => {
    const [plain, json] = await Promise.all([
      published.run([...name.split(' '), '--help']),
      published.run(['help', ...name.split(' '), '--json']),
    ]);
    expect([plain.code, json.code]).toEqual([0, 0]);
    expect(plain.stdout).toContain(`$ fmrelease ${name}`);
    expectCleanStreams(json);
    expect(`${readDocument(json, 'help').result?.help ?? ''}\n`).toBe(plain.stdout);
  });
});

describe('the schemas', () => {
  const answer = { formatVersion: 1, command: 'history', result: { revisions: [] } };
  const error = { code: 'USAGE', message: 'It does not fit.', hint: null, retryable: false };

  test.each([
    { why: 'an answer', document: answer, sound: true },
    { why: 'a later field', document: { ...answer, result: { revisions: [], more: 1 } }, sound: true },
    { why: 'an error', document: { formatVersion: 1, command: 'history', error }, sound: true },
    { why: 'both at once', document: { ...answer, error }, sound: false },
    { why: 'neither', document: { formatVersion: 1, command: 'history' }, sound: false },
    { why: 'another command', document: { ...answer, command: 'plan' }, sound: false },
    { why: 'another format', document: { ...answer, formatVersion: 2 }, sound: false },
    { why: 'a field of another type', document: { ...answer, result: { revisions: {} } }, sound: false },
    { why: 'a missing field', document: { ...answer, result: {} }, sound: false },
    {
      why: 'an error code in lower case',
      document: { ...answer, result: undefined, error: { ...error, code: 'no' } },
      sound: false,
    },
  ])('$why: $sound', ({ document, sound }) => {
    const plain: JsonDocument = JSON.parse(JSON.stringify(document));
    expect(explainSchemaFaults(plain, 'history').length === 0).toBe(sound);
  });

  test('requires the fields that the contract fixes', () => {
    const fixed = FIXED_FIELDS.flatMap(({ command, fields }) =>
      fields.map((field) => ({ command, field, required: requiredIn(command).includes(field) })),
    );
    expect(fixed.filter(({ required }) => !required)).toEqual([]);
  });
});

/** The field names that a schema can be seen to require: an empty result lacks each of them. */
function requiredIn(command: string): readonly string[] {
  if (!existsSync(schemaPath(command))) return [];
  return explainSchemaFaults({ formatVersion: 1, command, result: {} }, command).flatMap(
    (fault) => /required property '(\w+)'/.exec(fault)?.[1] ?? [],
  );
}

/** Design §5.1, for the commands that exist. */
const FIXED_FIELDS = Object.entries({
  'adapter inspect':
    'name adapterIdentifier baseModelSignature loraRank draft sizeBytes digest tensors findings',
  'pack inspect': 'format codec sizeBytes sha256 entries manifest findings',
  plan: 'target channel operation baseRevision nextRevision hasChanges changes cellChanges uploads coverage',
  publish: 'target channel revision committed alreadyCommitted uploadedBytes skippedBytes packs verified',
  rollback: 'target channel revision committed alreadyCommitted uploadedBytes skippedBytes packs verified',
  manifest: 'files',
  resolve: 'state adapter platform os systemModel baseModelSignature pack fallback candidates trail',
  audit: 'findings counts failed',
  verify: 'checks ok',
  history: 'revisions',
}).map(([command, fields]) => ({ command, fields: fields.split(' ') }));

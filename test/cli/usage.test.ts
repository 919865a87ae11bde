import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type CliProject, copyOf, publishedProject } from '../support/cli-project.ts';
import { PACKAGE_ROOT } from '../support/run-cli.ts';
import { COMMAND_CASES, COMMANDS } from './command-cases.ts';
import { expectCleanStreams, expectPlainError, readDocument } from './documents.ts';

let published: CliProject;

beforeAll(async () => {
  published = await publishedProject({ keep: true });
});
afterAll(() => published.remove());

interface Refusal {
  readonly code: string;
  readonly command: string;
  readonly message: string;
  readonly hint: string;
}

/** Runs one command line in both forms; both must refuse it with exit code 2 in the same words. */
async function refusalOf(args: readonly string[]): Promise<Refusal> {
  const before = published.hash();
  const [plain, json] = await Promise.all([published.run(args), published.run([...args, '--json'])]);
  expect([plain.code, json.code], plain.stdout + plain.stderr).toEqual([2, 2]);
  expectCleanStreams(plain);
  expectCleanStreams(json);
  const { command, error } = readDocument(json);
  expect(expectPlainError(plain)).toBe(error?.code);
  expect(plain.stderr).toContain(`Error: ${error?.message ?? ''}\n`);
  expect(plain.stderr).toContain(`Try this: ${error?.hint ?? ''}\n`);
  expect(published.hash()).toBe(before);
  return { command, code: error?.code ?? '', message: error?.message ?? '', hint: error?.hint ?? '' };
}

describe('no such command', () => {
  test.each([
    { line: 'frobnicate', message: 'There is no command "frobnicate".', hint: /`fmrelease --help`/ },
    { line: 'frobnicate all of it', message: 'There is no command "frobnicate".', hint: /--help/ },
    { line: 'pubish', message: 'There is no command "pubish".', hint: /`fmrelease publish`/ },
    { line: 'adapter', message: 'There is no command "adapter".', hint: /fmrelease adapter add, / },
    {
      line: 'adapter frobnicate',
      message: 'There is no command "adapter frobnicate".',
      hint: /fmrelease adapter list/,
    },
    {
      line: 'adapter frobnicate --help',
      message: 'There is no command "adapter frobnicate".',
      hint: /adapter list/,
    },
    {
      line: 'systems improt',
      message: 'There is no command "systems improt".',
      hint: /^Use one of: fmrelease systems, fmrelease systems import, fmrelease systems import-probe\.$/,
    },
    { line: 'plan shoe', message: 'There is no command "plan shoe".', hint: /fmrelease plan show/ },
    { line: 'help frobnicate', message: 'There is no command "frobnicate".', hint: /--help/ },
    { line: '--bogus', message: 'No command was given.', hint: /before its flags/ },
    { line: '--target local plan', message: 'No command was given.', hint: /before its flags/ },
  ])('$line', async ({ line, message, hint }) => {
    const refusal = await refusalOf(line.split(' '));
    expect(refusal).toMatchObject({ code: 'UNKNOWN_COMMAND', message });
    expect(refusal.hint).toMatch(hint);
  });

  test('no words at all: the list of commands; with --json: an error', async () => {
    const [plain, json] = await Promise.all([published.run([]), published.run(['--json'])]);
    expect(plain).toMatchObject({ code: 0, stderr: '' });
    for (const { name } of COMMANDS) expect(plain.stdout).toContain(name.split(' ')[0]);
    expect(json.code).toBe(2);
    expect(readDocument(json)).toMatchObject({ command: '', error: { code: 'UNKNOWN_COMMAND' } });
  });

  test('what follows -- is no flag', async () => {
    const run = await published.run(['adapter', 'inspect', '--', '--json']);
    expect(run.code).toBe(4);
    expect(run.stdout).toBe('');
    expect(run.stderr).toContain('There is no folder "--json".');
  });
});

test('a working directory that was removed is told, by any command', () => {
  const script = `cd "$(mktemp -d)" && rmdir "$PWD" && exec "${process.execPath}" "${join(PACKAGE_ROOT, 'bin/run.js')}" audit`;
  const { status, stderr } = spawnSync('sh', ['-c', script], { encoding: 'utf8' });
  expect(status, stderr).toBe(4);
  expect(stderr).toMatch(
    /^Error: The folder that this was run in is not there any more\.\nCode: FILE_NOT_FOUND\n/,
  );
});

describe('arguments', () => {
  test.each(COMMANDS.filter(({ requiredArgs }) => requiredArgs.length > 0))(
    '$name without $requiredArgs',
    async ({ name, requiredArgs }) => {
      const refusal = await refusalOf(name.split(' '));
      expect(refusal).toMatchObject({ code: 'USAGE', command: name });
      for (const arg of requiredArgs) expect(refusal.message).toContain(`<${arg}>`);
      expect(refusal.message).toMatch(/missing\.$/);
      expect(refusal.hint).toContain(`\`fmrelease ${name} --help\``);
    },
  );

  test.each([
    { line: 'audit extra', message: '`audit` takes no argument, found "extra".' },
    { line: 'history 1 2', message: '`history` takes no argument, found "1 2".' },
    { line: 'adapter list summarizer', message: '`adapter list` takes no argument, found "summarizer".' },
    { line: 'diff 1 2 3', message: 'Unexpected argument: 3.' },
    { line: 'plan show plan.json more', message: 'Unexpected argument: more.' },
    { line: 'diff one 2', message: '"one" is no revision: expected a whole number from 1.' },
    { line: 'diff 0 2', message: '"0" is no revision: expected a whole number from 1.' },
  ])('$line', async ({ line, message }) => {
    expect((await refusalOf(line.split(' '))).message).toBe(message);
  });
});

describe('flags', () => {
  test.each(COMMANDS.filter(({ flags }) => flags.some(({ required }) => required)))(
    '$name without a required flag',
    async ({ name, requiredArgs, flags }) => {
      const { message } = await refusalOf([...name.split(' '), ...requiredArgs]);
      const missing = flags
        .filter(({ required }) => required)
        .map((flag) => `The flag --${flag.name} is missing.`);
      expect(message.replaceAll('. The', '.\nThe').split('\n').sort()).toEqual(missing.sort());
    },
  );

  test.each(COMMANDS)('$name --target: a value is missed', async ({ name }) => {
    const refusal = await refusalOf([...name.split(' '), ...(COMMAND_CASES[name]?.args ?? []), '--target']);
    expect(refusal).toMatchObject({
      code: 'USAGE',
      command: name,
      message: 'Flag --target expects a value.',
    });
  });

  test.each(
    COMMANDS.flatMap(({ name, requiredArgs, flags }) =>
      flags
        .filter(({ options }) => options.length > 0)
        .map(({ name: flag, options }) => ({ name, requiredArgs, flag, options })),
    ),
  )('$name --$flag takes one of $options', async ({ name, requiredArgs, flag, options }) => {
    const words = [...name.split(' '), ...requiredArgs, `--${flag}`, 'xml'];
    const refusal = await refusalOf(words);
    expect(refusal).toMatchObject({
      code: 'USAGE',
      message: `--${flag} is "xml": expected one of ${options.join(', ')}.`,
    });
  });

  test.each([
    { line: 'history --limit many', message: '--limit is "many": expected an integer.' },
    { line: 'history --limit 0', message: '--limit is "0": expected an integer greater than or equal to 1.' },
    {
      line: 'publish --yes --concurrency 99',
      message: '--concurrency is "99": expected an integer less than or equal to 32.',
    },
    {
      line: 'serve --port 70000',
      message: '--port is "70000": expected an integer less than or equal to 65535.',
    },
    { line: 'resolve --platform iOS', message: 'The flag --os is missing.' },
    {
      line: 'adapter serve summarizer 1.0.0 --signature 9799725 --system-model os26.0',
      message: '--system-model=os26.0 cannot also be provided when using --signature.',
    },
    {
      line: 'audit --all-targets --target local',
      message: '--target=local cannot also be provided when using --all-targets.',
    },
    {
      line: 'report --target local --all-targets',
      message: '--target=local cannot also be provided when using --all-targets.',
    },
    { line: 'plan --yse', message: 'There is no flag --yse.' },
    { line: 'plan --yse --tarhget', message: 'There are no flags --yse, --tarhget.' },
    { line: 'adapter decline --system-model afm3-core', message: 'No adapter is named.' },
    {
      line: 'adapter decline summarizer --all --system-model afm3-core',
      message: 'Adapters are named beside --all.',
    },
  ])('$line', async ({ line, message }) => {
    expect((await refusalOf(line.split(' '))).message).toBe(message);
  });

  test.each(['audit', 'report --out all.html'])(
    '%s --all-targets goes before $FMRELEASE_TARGET',
    async (line) => {
      const run = await copyOf(published).run([...line.split(' '), '--all-targets', '--json'], {
        env: { FMRELEASE_TARGET: 'local' },
      });
      expect(run.code, run.stdout).toBe(0);
    },
  );

  test('a repeatable flag takes one value, so that an argument may follow it', async () => {
    const words = ['adapter', 'inspect', '--quiet', 'adapters/summarizer.fmadapter'];
    expect((await published.run(words)).code).toBe(0);
    const refusal = await refusalOf(['plan', '--only', 'summarizer', 'translator']);
    expect(refusal.message).toBe('Unexpected argument: translator.');
  });

  test('a flag that is not typed is off, so that a saved plan can be read again', async () => {
    const shown = await published.run(['plan', 'show', 'plan.json']);
    expect(shown).toMatchObject({ code: 0, stderr: '' });
    expect(JSON.parse(published.read('plan.json'))).toMatchObject({ allow: { remove: [], gap: false } });
  });
});

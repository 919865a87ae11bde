import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type CliProject, copyOf, publishedProject, registeredProject } from '../support/cli-project.ts';
import { PACKAGE_ROOT } from '../support/run-cli.ts';
import { BAD_ADAPTERS, BAD_CONFIGS, BAD_MATRICES, BAD_PLANS } from './bad-files.ts';
import type { BadInput } from './bad-input.ts';
import { BAD_WORDS } from './bad-words.ts';
import { expectCleanStreams, expectPlainError, readDocument } from './documents.ts';

let projects: Readonly<Record<'registered' | 'published', CliProject>>;

beforeAll(async () => {
  const [registered, published] = await Promise.all([
    registeredProject({ keep: true }),
    publishedProject({ keep: true }),
  ]);
  projects = { registered, published };
});
afterAll(() => {
  projects.registered.remove();
  projects.published.remove();
});

/** Spoils a project, types the command in both forms, and checks everything that holds for any refusal. */
async function expectRefusal({
  args,
  code,
  says,
  from = 'registered',
  arrange,
  env = {},
}: BadInput): Promise<void> {
  const project = copyOf(projects[from]);
  arrange?.(project);
  const before = project.hash();
  const [plain, json] = await Promise.all([
    project.run(args.split(' '), { env }),
    project.run([...args.split(' '), '--json'], { env }),
  ]);
  expect(json.code, plain.stderr).toBe(plain.code);
  expectCleanStreams(plain);
  expectCleanStreams(json);
  const { error } = readDocument(json);
  const { message = '', hint = '', details = [] } = error ?? {};
  expect(error?.code, message).toBe(code);
  expect(expectPlainError(plain)).toBe(code);
  expect(message).toMatch(says);
  expect(hint, message).toMatch(NEXT_STEP);
  for (const text of [message, hint ?? '', ...details]) {
    expect(text.replace('platform-invalid', '')).not.toMatch(
      /\b(please|invalid|oops|unable to|something went wrong|failed to|illegal)\b/i,
    );
    expect(text).not.toMatch(/undefined|\[object|NaN|\bnull\b/);
  }
  expect(message).toMatch(/\.$/);
  const said = plain.stderr + json.stdout;
  if (code !== 'CONFIG_NOT_FOUND') expect(said).not.toContain(project.root);
  expect(said).not.toContain(PACKAGE_ROOT);
  expect(said).not.toContain('secret');
  expect(project.hash(), 'files of the project').toBe(before);
}

/** One imperative sentence. */
const NEXT_STEP =
  /^(Add|Correct|Export|Fetch|Give|Leave|Make|Mend|Name|Pass|Pick|Publish|Register|Remove|Run|Set|Write) .+\.$/s;

describe('adapters', () => {
  test.each(BAD_ADAPTERS)('$why', expectRefusal);
});
describe('configs', () => {
  test.each(BAD_CONFIGS)('$why', expectRefusal);
});
describe('matrices', () => {
  test.each(BAD_MATRICES)('$why', expectRefusal);
});
describe('plans', () => {
  test.each(BAD_PLANS)('$why', expectRefusal);
});
describe('words', () => {
  test.each(BAD_WORDS)('$why', expectRefusal);
});

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type CliProject, copyOf, registeredProject } from '../support/cli-project.ts';
import { expectPlainError, readDocument } from './documents.ts';

let project: CliProject;

beforeAll(async () => {
  project = await registeredProject({ keep: true });
  project.write('a-file', 'no key, no folder\n');
  await project.prepare('key', 'generate', '--out', 'key.pem');
});
afterAll(() => project.remove());

const APP = ['--app-group', 'group.a.b', '--bundle-id', 'a.b', '--app', 'MyApp'] as const;

/** What an app developer mistypes, and the one error that it comes to. */
const MISTAKES: readonly {
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly code: string;
  readonly exit: number;
  readonly says: string;
}[] = [
  { args: ['init', '--platform', 'iOS'], code: 'USAGE', exit: 2, says: '--hosting is missing' },
  { args: ['init', '--hosting', 'cdn', ...APP], code: 'USAGE', exit: 2, says: '"cdn" is not known' },
  {
    args: ['init', '--hosting', 'apple', '--ci', 'github', ...APP],
    code: 'USAGE',
    exit: 2,
    says: 'publishing to Apple is not built yet',
  },
  {
    args: ['init', '--hosting', 'managed', ...APP.slice(0, -1), 'a-file/x'],
    code: 'FILE_UNWRITABLE',
    exit: 2,
    says: '"a-file" is a file',
  },
  {
    args: ['init', '--hosting', 'managed', ...APP.slice(0, -1), 'x'.repeat(300)],
    code: 'FILE_UNWRITABLE',
    exit: 2,
    says: '(ENAMETOOLONG)',
  },
  {
    args: ['init', '--hosting', 'managed', ...APP.slice(0, -1), ' '],
    code: 'USAGE',
    exit: 2,
    says: '--app is empty',
  },
  {
    args: ['init', '--hosting', 'managed', ...APP, '--adapter', 'no.fmadapter'],
    code: 'ADAPTER_NOT_FOUND',
    exit: 4,
    says: '"no.fmadapter"',
  },
  { args: ['doctor', '--app', ''], code: 'USAGE', exit: 2, says: '--app is empty' },
  { args: ['doctor', '--app', 'nowhere'], code: 'FILE_NOT_FOUND', exit: 4, says: 'no folder "nowhere"' },
  { args: ['doctor', '--app', 'a-file'], code: 'FILE_NOT_FOUND', exit: 4, says: 'no folder "a-file"' },
  { args: ['doctor', '--app', '.', '--probe'], code: 'USAGE', exit: 2, says: 'do not go together' },
  { args: ['doctor', '--app', '.', '--target', 'x'], code: 'TARGET_UNKNOWN', exit: 4, says: 'no target "x"' },
  { args: ['serve', '--drop', '101'], code: 'USAGE', exit: 2, says: '--drop is "101"' },
  { args: ['serve', '--slow', '0'], code: 'USAGE', exit: 2, says: '--slow is "0"' },
  { args: ['serve', '--port', '99999'], code: 'USAGE', exit: 2, says: '--port is "99999"' },
  { args: ['serve', '--host', '192.0.2.1'], code: 'USAGE', exit: 2, says: '(EADDRNOTAVAIL)' },
  { args: ['key', 'generate'], code: 'USAGE', exit: 2, says: '--out is missing' },
  { args: ['key', 'generate', '--out', '.'], code: 'FILE_UNWRITABLE', exit: 2, says: '"." is a folder' },
  {
    args: ['key', 'generate', '--force', '--out', '.'],
    code: 'FILE_UNWRITABLE',
    exit: 2,
    says: '"." is a folder',
  },
  { args: ['key', 'generate', '--out', 'key.pem'], code: 'FILE_EXISTS', exit: 6, says: '"key.pem" is there' },
  {
    args: ['key', 'generate', '--out', 'no/such/key.pem'],
    code: 'FILE_UNWRITABLE',
    exit: 2,
    says: '"no/such/key.pem" cannot be written (ENOENT)',
  },
  {
    args: ['key', 'show', 'nope.pem'],
    code: 'SIGNING_KEY_MISSING',
    exit: 3,
    says: '"nope.pem" cannot be read',
  },
  { args: ['key', 'show', 'a-file'], code: 'SIGNING_KEY_INVALID', exit: 6, says: '"a-file"' },
  { args: ['key', 'show'], code: 'SIGNING_KEY_MISSING', exit: 3, says: 'no `signing`' },
  { args: ['verify', '--from', 'moon'], code: 'USAGE', exit: 2, says: '--from is "moon"' },
  {
    args: ['verify', '--channel', 'nope'],
    code: 'CHANNEL_UNDECLARED',
    exit: 2,
    says: '"nope" is not declared',
  },
  { args: ['verify'], code: 'RELEASE_NOT_FOUND', exit: 4, says: 'no release yet' },
];

describe('one mistake is one error, and nothing is written', () => {
  test.each(MISTAKES)('$args', async ({ args, code, exit, says }) => {
    const copy = copyOf(project);
    const before = copy.hash();
    const plain = await copy.run(args);
    const json = await copy.run([...args, '--json']);
    expect([plain.code, json.code], plain.stderr).toEqual([exit, exit]);
    expect(expectPlainError(plain)).toBe(code);
    expect(plain.stderr).toContain(says);
    expect(plain.stderr).toMatch(/^Try this: [A-Z]/m);
    expect(readDocument(json).error).toMatchObject({ code, message: expect.stringContaining(says) });
    expect(copy.hash()).toBe(before);
  });
});

import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ReleaseError } from '../../src/errors.ts';
import { explainDiskError } from '../../src/store/disk-error.ts';
import { bundleProgram } from '../disk/run-child.ts';
import { scratchFolder } from '../support/scratch.ts';

describe('what a refusal of the disk means', () => {
  test.each([
    {
      codes: ['EACCES', 'EPERM', 'EROFS'],
      expected: { code: 'STORE_PERMISSION', exitCode: 3, retryable: false },
    },
    {
      codes: ['ENOSPC', 'EDQUOT', 'EFBIG'],
      expected: { code: 'PUBLISH_INCOMPLETE', exitCode: 8, retryable: true },
    },
    { codes: ['ENOENT'], expected: { code: 'FILE_NOT_FOUND', exitCode: 4 } },
    {
      codes: [
        'EIO',
        'EMFILE',
        'ENFILE',
        'EBUSY',
        'ESTALE',
        'ETIMEDOUT',
        'EISDIR',
        'ELOOP',
        'EXDEV',
        'ENAMETOOLONG',
      ],
      expected: { code: 'STORE_UNAVAILABLE', exitCode: 69, retryable: true },
    },
  ])('$codes is $expected.code', ({ codes, expected }) => {
    for (const code of codes) {
      const cause = Object.assign(new Error(`${code}: something, open '/secret/place'`), { code });
      const error = explainDiskError(cause, 'the cdn');
      expect(error).toBeInstanceOf(ReleaseError);
      expect(error).toMatchObject({ ...expected, cause });
      expect(error).toHaveProperty('message', expect.stringContaining(`(${code})`));
      expect(error).toHaveProperty('message', expect.stringContaining('the cdn'));
      expect(error).not.toHaveProperty('message', expect.stringContaining('/secret/place'));
    }
  });

  test.each([new TypeError('a bug'), new ReleaseError('DIGEST_MISMATCH', 'ours'), 'text', undefined])(
    '%s comes back as it is',
    (error) => expect(explainDiskError(error, 'the cdn')).toBe(error),
  );
});

const isRoot = process.getuid?.() === 0;
const canMount = spawnSync('unshare', ['-rm', 'mount', '-t', 'tmpfs', 'none', '/mnt']).status === 0;

describe('a real disk that refuses', () => {
  test.runIf(isRoot)(
    'a folder of somebody else is STORE_PERMISSION for every call that needs it',
    async () => {
      const folder = scratchFolder();
      chmodSync(folder, 0o755);
      const cdn = join(folder, 'cdn');
      mkdirSync(join(cdn, 'v1/private'), { recursive: true });
      chmodSync(join(cdn, 'v1/private'), 0o700);
      const program = await bundleProgram(folder, CALLS);
      const { stdout, stderr } = spawnSync(process.execPath, [program, cdn], {
        uid: 65_534,
        gid: 65_534,
        encoding: 'utf8',
      });
      expect(stderr).toBe('');
      expect(JSON.parse(stdout)).toEqual({
        create: 'STORE_PERMISSION 3',
        replace: 'STORE_PERMISSION 3',
        read: 'STORE_PERMISSION 3',
        stream: 'STORE_PERMISSION 3',
        list: 'STORE_PERMISSION 3',
        folders: 'STORE_PERMISSION 3',
      });
    },
  );

  test.runIf(canMount)('a file system mounted read-only is STORE_PERMISSION', async () => {
    const folder = scratchFolder();
    const program = await bundleProgram(folder, WRITES);
    const { stdout, stderr } = inOwnMounts(`mount -t tmpfs -o ro none ${folder}/cdn`, folder, program);
    expect(stderr).toBe('');
    expect(stdout).toBe('small: STORE_PERMISSION 3\nlarge: STORE_PERMISSION 3\n[]\n');
  });

  test.runIf(canMount)(
    'a full disk is PUBLISH_INCOMPLETE, leaves nothing half-written and takes what fits',
    async () => {
      const folder = scratchFolder();
      const program = await bundleProgram(folder, WRITES);
      const { stdout, stderr } = inOwnMounts(
        `mount -t tmpfs -o size=128k none ${folder}/cdn`,
        folder,
        program,
      );
      expect(stderr).toBe('');
      expect(stdout).toBe('small: created\nlarge: PUBLISH_INCOMPLETE 8\n["small"]\n');
    },
  );
});

function inOwnMounts(mount: string, folder: string, program: string) {
  mkdirSync(join(folder, 'cdn'));
  const script = `${mount} && exec "${process.execPath}" "${program}" "${folder}/cdn"`;
  return spawnSync('unshare', ['-rm', 'sh', '-c', script], { encoding: 'utf8' });
}

/** Calls everything on a place that this user may not enter, and prints what each call came to. */
const CALLS = `
  import { openDirectoryStore } from './src/store/directory.ts';
  const store = openDirectoryStore(process.argv[2], 'cdn');
  const drain = async (items) => { for await (const _ of items); };
  const calls = {
    create: () => store.create('v1/new', Buffer.from('a')),
    replace: () => store.replace('v1/new', Buffer.from('a'), null),
    read: () => store.read('v1/private/a'),
    stream: () => drain(store.stream('v1/private/a')),
    list: () => drain(store.list('v1/private/')),
    folders: () => store.folders('v1/private/'),
  };
  const outcomes = {};
  for (const [name, call] of Object.entries(calls))
    outcomes[name] = await call().then(() => 'done', (error) => error.code + ' ' + error.exitCode);
  console.log(JSON.stringify(outcomes));`;

/** Creates a small object and one of a mebibyte, and prints what became of them and what is there then. */
const WRITES = `
  import { existsSync, readdirSync } from 'node:fs';
  import { openDirectoryStore } from './src/store/directory.ts';
  const store = openDirectoryStore(process.argv[2], 'cdn');
  const tell = (outcome) => outcome.then(String, (error) => error.code + ' ' + error.exitCode);
  console.log('small: ' + (await tell(store.create('v1/small', Buffer.alloc(1000)))));
  console.log('large: ' + (await tell(store.create('v1/large', Buffer.alloc(1 << 20)))));
  const below = (name) => (existsSync(process.argv[2] + name) ? readdirSync(process.argv[2] + name) : []);
  console.log(JSON.stringify([...below('/.incoming'), ...below('/v1')]));`;

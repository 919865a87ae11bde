import { link, rename, rm, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { asideName } from '../disk/aside.ts';
import { writeSynced } from '../disk/atomic-write.ts';
import { makeFolders } from '../disk/make-folders.ts';
import { isSystemError } from '../errors.ts';
import type { ProbeCheck, StoreProbe } from './probe.ts';

/** Tries on a folder what publishing stands on: hard links that never replace, renames, and room. */
export const probeDirectory = (root: string, place: string): StoreProbe =>
  async function* () {
    const incoming = join(root, '.incoming');
    const name = join(incoming, asideName());
    yield await take('creating', `Give this user write access to ${place}.`, async () => {
      await makeFolders(incoming);
      await writeSynced(name, Buffer.from('probe'));
      return 'files can be written';
    });
    yield await take(
      'hard links',
      'Use a file system with hard links: exFAT and some network mounts have none.',
      async () => {
        await link(name, `${name}.2`);
        const replaced = await link(name, `${name}.2`).then(
          () => true,
          (error: unknown) => !isSystemError(error, 'EEXIST'),
        );
        if (replaced) throw new Error('a link replaced the file that was there');
        return 'a link is made, and never replaces what is there';
      },
    );
    yield await take('renaming', 'Use a local file system.', async () => {
      await rename(`${name}.2`, name);
      return (await stat(name)).isFile() ? 'a rename replaces a file' : 'nothing is there after a rename';
    });
    yield await take('room', 'Free some space.', async () => {
      const { bavail, bsize } = await statfs(root);
      const free = Math.floor((bavail * bsize) / 1e9);
      if (free < 1) throw new Error(`${free} GB are free`);
      return `${free} GB are free`;
    });
    await rm(name, { force: true });
    await rm(`${name}.2`, { force: true });
  };

async function take(name: string, fix: string, act: () => Promise<string>): Promise<ProbeCheck> {
  try {
    return { name, ok: true, detail: await act(), fix: null };
  } catch (error) {
    const why = isSystemError(error) && 'code' in error ? error.code : (error as Error).message;
    return { name, ok: false, detail: why, fix };
  }
}

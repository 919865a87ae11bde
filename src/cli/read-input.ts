import { readFile } from 'node:fs/promises';
import { isSystemError, ReleaseError } from '../errors.ts';

/** A text that a user handed over, and what to call it. */
export interface InputText {
  readonly text: string;
  readonly source: string;
}

/**
 * Reads a file that was named, or standard input for `-` and for no name.
 *
 * @throws ReleaseError `FILE_NOT_FOUND`, or `USAGE` where standard input is a terminal or closed
 */
export async function readInput(path: string | undefined, what: string): Promise<InputText> {
  if (path === undefined || path === '-') return { text: await readStdin(what), source: 'standard input' };
  try {
    return { text: await readFile(path, 'utf8'), source: path };
  } catch (cause) {
    const missing = isSystemError(cause, 'ENOENT', 'ENOTDIR');
    throw new ReleaseError(
      'FILE_NOT_FOUND',
      `"${path}" ${missing ? 'is not there' : 'cannot be read as a file'}.`,
      { fix: `Name the file with ${what}.`, cause },
    );
  }
}

async function readStdin(what: string): Promise<string> {
  const asked = new ReleaseError('USAGE', `There is no file to read ${what} from.`, {
    fix: 'Name a file, or pipe the text in.',
  });
  if (process.stdin.isTTY) throw asked;
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of process.stdin) chunks.push(Buffer.from(chunk as Uint8Array));
  } catch {
    throw asked; // a closed descriptor
  }
  if (chunks.length === 0) throw asked;
  return Buffer.concat(chunks).toString('utf8');
}

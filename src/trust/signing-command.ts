import { type ChildProcess, spawn } from 'node:child_process';
import { verify } from 'node:crypto';
import { ReleaseError } from '../errors.ts';
import { decodeBase64 } from './base64.ts';
import type { EnvelopeSignature } from './envelope.ts';
import { KEY_VARIABLE, type Signing } from './signing.ts';

/** Whom to ask, for how long, and whose answer counts. */
export interface CommandRequest extends Pick<Signing, 'keys' | 'timeoutMs'> {
  readonly command: readonly string[];
}

/**
 * Has a command sign a message: the bytes go to its stdin, the 64 bytes of the Ed25519 signature come back on its
 * stdout, raw or as base64. What it answers is verified, which also tells which of the accepted keys it holds.
 *
 * @throws ReleaseError `SIGNING_FAILED` when it does not start, fails, takes too long or answers anything else
 */
export async function askCommand(
  message: Uint8Array,
  { command, keys, timeoutMs }: CommandRequest,
): Promise<EnvelopeSignature> {
  const [program = '', ...args] = command;
  const { [KEY_VARIABLE]: _, ...env } = process.env; // a command that signs for us has no use for our own key
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'ignore'], env });
  const answer = await collectAnswer(child, { program, message, timeoutMs });
  const signature =
    answer.length === SIGNATURE_BYTES ? answer : decodeBase64(answer.toString('latin1').trim());
  if (signature?.length !== SIGNATURE_BYTES)
    throw failed(program, `answered ${answer.length} bytes that are no Ed25519 signature, raw or as base64`);
  const signedBy = keys.find(({ key }) => verify(null, message, key, signature));
  if (signedBy === undefined) throw failed(program, 'answered a signature by none of `signing.keys`');
  return { keyId: signedBy.id, signature };
}

interface Question {
  readonly program: string;
  readonly message: Uint8Array;
  readonly timeoutMs: number;
}

function collectAnswer(child: ChildProcess, { program, message, timeoutMs }: Question): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let sizeBytes = 0;
    const giveUp = (why: string, cause?: unknown): void => {
      clearTimeout(timer);
      child.kill('SIGKILL');
      reject(failed(program, why, cause));
    };
    const timer = setTimeout(() => giveUp(`did not answer within ${timeoutMs / 1000} seconds`), timeoutMs);
    child.once('error', (cause: NodeJS.ErrnoException) =>
      giveUp(`could not be started (${cause.code ?? 'unknown'})`, cause),
    );
    child.stdout?.on('data', (chunk: Buffer) => {
      sizeBytes += chunk.length;
      if (sizeBytes > MAX_ANSWER_BYTES) giveUp('answered far more than a signature');
      else chunks.push(chunk);
    });
    child.stdin?.on('error', () => undefined); // a command that reads nothing is told by its answer
    child.stdin?.end(message);
    child.once('close', (code, signal) => {
      clearTimeout(timer);
      if (code === 0) resolve(Buffer.concat(chunks));
      else giveUp(code === null ? `was ended by ${signal ?? 'a signal'}` : `exited ${code}`);
    });
  });
}

const failed = (program: string, why: string, cause?: unknown): ReleaseError =>
  new ReleaseError('SIGNING_FAILED', `The signing command "${program}" ${why}.`, {
    fix: 'Run it by hand with a few bytes on stdin; it must print 64 bytes, raw or as base64.',
    cause,
  });

const SIGNATURE_BYTES = 64;
const MAX_ANSWER_BYTES = 4096;

import { createHash } from 'node:crypto';
import type { FakeS3 } from './server.ts';
import { ask, type RawAnswer, type RawRequest } from './sign.ts';

/** The requests that the tests of a fake server are made of. */
export interface Asking {
  readonly send: (raw: RawRequest) => Promise<RawAnswer>;
  readonly put: (path: string, body: string, headers?: Headers) => Promise<RawAnswer>;
  readonly get: (path: string, headers?: Headers) => Promise<RawAnswer>;
  /** Begins an upload in parts; resolves to its id. */
  readonly begin: (path: string, headers?: Headers) => Promise<string>;
  readonly putPart: (
    path: string,
    uploadId: string,
    part: readonly [number | string, string],
  ) => Promise<RawAnswer>;
  readonly complete: (path: string, uploadId: string, completion: Completion) => Promise<RawAnswer>;
}

type Headers = Readonly<Record<string, string>>;

/** The parts that an upload is completed with, by number and etag. */
export interface Completion {
  readonly parts: readonly (readonly [number, string])[];
  readonly headers?: Headers;
}

/** Asks whichever server there is by then. */
export function askingOf(server: () => FakeS3): Asking {
  const send = (raw: RawRequest): Promise<RawAnswer> => ask(server(), raw);
  return {
    send,
    put: (path, body, headers = {}) => send({ method: 'PUT', path, body, headers }),
    get: (path, headers = {}) => send({ path, headers }),
    begin: async (path, headers = {}) => {
      const { text } = await send({ method: 'POST', path, query: { uploads: '' }, headers });
      return /<UploadId>(.*?)<\/UploadId>/.exec(text)?.[1] ?? '';
    },
    putPart: (path, uploadId, [partNumber, body]) =>
      send({ method: 'PUT', path, query: { uploadId, partNumber: String(partNumber) }, body }),
    complete: (path, uploadId, { parts, headers = {} }) => {
      const listed = parts.map(
        ([number, etag]) => `<Part><PartNumber>${number}</PartNumber><ETag>${etag}</ETag></Part>`,
      );
      const body = `<CompleteMultipartUpload>${listed.join('')}</CompleteMultipartUpload>`;
      return send({ method: 'POST', path, query: { uploadId }, body, headers });
    },
  };
}

/** The etag of an object that was put in one request. */
export const etagOf = (body: string): string => `"${createHash('md5').update(body).digest('hex')}"`;

/** A hash as S3's headers carry it. */
export const base64 = (algorithm: string, body: string): string =>
  createHash(algorithm).update(body).digest('base64');

/** What an answer must match. */
export const is = (status: number, code?: string): { readonly status: number; readonly code?: string } =>
  code === undefined ? { status } : { status, code };

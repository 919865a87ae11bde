import type { IncomingMessage } from 'node:http';
import { readBody } from './body.ts';
import type { Bucket, BucketObject, Conditions, Lax } from './bucket.ts';
import { listObjects, listParts, listUploads } from './listings.ts';
import { escapeXml, S3Error, unescapeXml } from './s3-error.ts';
import type { Operation, Reply } from './server.ts';

/** A request whose signature has held. */
export interface Handling {
  readonly request: IncomingMessage;
  readonly url: URL;
  readonly operation: Operation;
  readonly bucket: Bucket;
  readonly lax: Lax;
  readonly discard: boolean;
  readonly onBytes: (bytes: number) => void;
}

/** Does what a request asks; throws S3Error for what S3 refuses. */
export async function handle(handling: Handling): Promise<Reply> {
  const { request, url, operation, bucket, lax } = handling;
  const { key, uploadId, arrivedAt } = operation;
  switch (operation.name) {
    case 'GetObject':
    case 'HeadObject':
      return getObject(handling);
    case 'PutObject': {
      const made = bucket.put(key, await readBody(request, handling), {
        headers: keptHeaders(request),
        conditions: { ...conditionsOf(request), arrivedAt },
      });
      return { status: 200, headers: { etag: made.etag } };
    }
    case 'DeleteObject':
      bucket.remove(key);
      return { status: 204, headers: markerOf(bucket, key) };
    case 'CreateMultipartUpload':
      await readBody(request, handling);
      return xml(
        `<InitiateMultipartUploadResult><Bucket>models</Bucket><Key>${escapeXml(key)}</Key><UploadId>${bucket.begin(key, keptHeaders(request))}</UploadId></InitiateMultipartUploadResult>`,
      );
    case 'UploadPart': {
      bucket.upload(key, uploadId ?? '');
      const body = await readBody(request, handling);
      const promised = request.headers['x-amz-checksum-sha256'];
      const sha256 = typeof promised === 'string' && lax.noChecksums !== true ? promised : undefined;
      const etag = bucket.putPart(key, uploadId ?? '', { number: operation.partNumber ?? 0, body, sha256 });
      return {
        status: 200,
        headers: { etag, ...(sha256 === undefined ? {} : { 'x-amz-checksum-sha256': sha256 }) },
      };
    }
    case 'CompleteMultipartUpload': {
      const body = await readBody(request, { ...handling, discard: false });
      const parts = readParts(body.bytes.toString());
      const etag = bucket.complete(key, uploadId ?? '', { parts, conditions: conditionsOf(request) });
      return xml(
        `<CompleteMultipartUploadResult><Key>${escapeXml(key)}</Key><ETag>${escapeXml(etag)}</ETag></CompleteMultipartUploadResult>`,
      );
    }
    case 'AbortMultipartUpload':
      bucket.upload(key, uploadId ?? '');
      bucket.uploads.delete(uploadId ?? '');
      return { status: 204 };
    case 'ListParts':
      if (lax.noListParts === true) throw new S3Error(405, 'MethodNotAllowed');
      return xml(listParts(bucket.upload(key, uploadId ?? ''), url.searchParams));
    case 'ListMultipartUploads':
      if (lax.noListParts === true) throw new S3Error(405, 'MethodNotAllowed');
      return xml(listUploads(bucket, url.searchParams, lax));
    case 'ListObjectsV2':
      return xml(listObjects(bucket, url.searchParams));
    case 'HeadBucket':
      return { status: 200 };
    default:
      throw new S3Error(501, 'NotImplemented');
  }
}

function getObject({ request, operation, bucket }: Handling): Reply {
  const found = bucket.objects.get(operation.key);
  if (found === undefined) throw new S3Error(404, 'NoSuchKey', markerOf(bucket, operation.key));
  const { 'if-match': ifMatch, 'if-none-match': ifNoneMatch, range } = request.headers;
  if (ifMatch !== undefined && ifMatch !== found.etag) throw new S3Error(412, 'PreconditionFailed');
  const headers = {
    'content-type': 'binary/octet-stream',
    ...found.headers,
    etag: found.etag,
    'last-modified': found.modifiedAt.toUTCString(),
    'accept-ranges': 'bytes',
  };
  if (ifNoneMatch?.split(/, */).some((one) => one === found.etag || one === '*') === true)
    return { status: 304, headers };
  const total = found.sizeBytes;
  const [, first = '', last = ''] = /^bytes=(\d*)-(\d*)$/.exec(range ?? '') ?? [];
  if (first === '' && last === '') return whole(found, headers); // a range that is none is not looked at
  const from =
    first === '' ? (Number(last) === 0 ? total : Math.max(0, total - Number(last))) : Number(first);
  const to = first === '' || last === '' ? total - 1 : Math.min(Number(last), total - 1);
  if (!(from >= 0 && from < total && from <= to))
    throw new S3Error(416, 'InvalidRange', { 'content-range': `bytes */${total}` });
  return {
    status: 206,
    headers: { ...headers, 'content-range': `bytes ${from}-${to}/${total}`, 'content-length': to - from + 1 },
    body: found.bytes.subarray(from, to + 1),
  };
}

const markerOf = ({ deleteMarkers }: Bucket, key: string): Readonly<Record<string, string>> =>
  deleteMarkers.has(key) ? { 'x-amz-delete-marker': 'true' } : {};

const whole = (found: BucketObject, headers: Readonly<Record<string, string>>): Reply => ({
  status: 200,
  headers: { ...headers, 'content-length': found.sizeBytes },
  body: found.bytes,
});

const xml = (body: string): Reply => ({
  status: 200,
  headers: { 'content-type': 'application/xml' },
  body: `<?xml version="1.0" encoding="UTF-8"?>\n${body}`,
});

const conditionsOf = ({ headers }: IncomingMessage): Conditions => ({
  ifNoneMatch: headers['if-none-match'],
  ifMatch: headers['if-match'],
});

function keptHeaders({ headers }: IncomingMessage): Readonly<Record<string, string>> {
  const kept = Object.entries(headers).filter(
    ([name]) => KEPT.has(name) || name.startsWith('x-amz-meta-') || name === 'x-amz-checksum-algorithm',
  );
  return Object.fromEntries(kept.map(([name, value]) => [name, String(value)]));
}

function readParts(text: string) {
  if (!/<CompleteMultipartUpload[\s>]/.test(text)) throw new S3Error(400, 'MalformedXML');
  return [...text.matchAll(/<Part>(.*?)<\/Part>/gs)].map(([, part = '']) => {
    const field = (name: string): string | undefined =>
      new RegExp(`<${name}>(.*?)</${name}>`, 's').exec(part)?.[1];
    return {
      number: Number(field('PartNumber')),
      etag: unescapeXml(field('ETag') ?? ''),
      sha256: field('ChecksumSHA256'),
    };
  });
}

const KEPT: ReadonlySet<string> = new Set([
  'content-type',
  'cache-control',
  'content-disposition',
  'content-language',
]);

import type { Bucket, BucketObject, Lax, Upload } from './bucket.ts';
import { escapeXml } from './s3-error.ts';

/** ListObjectsV2: one page of keys and of what a delimiter folds together. */
export function listObjects({ objects }: Bucket, query: URLSearchParams): string {
  const prefix = query.get('prefix') ?? '';
  const delimiter = query.get('delimiter') ?? '';
  const after = query.get('continuation-token') ?? query.get('start-after') ?? '';
  const limit = Math.min(Number(query.get('max-keys') ?? 1000), 1000);
  const show = (text: string): string =>
    query.get('encoding-type') === 'url' ? encodeURIComponent(text).replaceAll('%2F', '/') : escapeXml(text);
  const keys = [...objects.keys()].filter((key) => key.startsWith(prefix)).sort(byBytes);
  const items: { readonly name: string; readonly isFolder: boolean }[] = [];
  for (const key of keys) {
    const end = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length);
    const name = end === -1 ? key : key.slice(0, end + delimiter.length);
    if (items.at(-1)?.name !== name) items.push({ name, isFolder: end !== -1 });
  }
  const rest = items.filter(({ name }) => byBytes(name, after) > 0);
  const page = rest.slice(0, limit);
  const next =
    rest.length > page.length && limit > 0
      ? `<NextContinuationToken>${escapeXml(page.at(-1)?.name ?? '')}</NextContinuationToken>`
      : '';
  const contents = page.map(({ name, isFolder }) =>
    isFolder
      ? `<CommonPrefixes><Prefix>${show(name)}</Prefix></CommonPrefixes>`
      : contentsOf(show(name), objects.get(name)),
  );
  const encoding = query.get('encoding-type') === 'url' ? '<EncodingType>url</EncodingType>' : '';
  const asked = `<Name>models</Name><Prefix>${show(prefix)}</Prefix><MaxKeys>${limit}</MaxKeys><KeyCount>${page.length}</KeyCount>${encoding}`;
  return `<ListBucketResult>${asked}<IsTruncated>${next !== ''}</IsTruncated>${next}${contents.join('')}</ListBucketResult>`;
}

function contentsOf(shown: string, object: BucketObject | undefined): string {
  const facts =
    object === undefined
      ? ''
      : `<LastModified>${object.modifiedAt.toISOString()}</LastModified><ETag>${escapeXml(object.etag)}</ETag><Size>${object.sizeBytes}</Size>`;
  return `<Contents><Key>${shown}</Key>${facts}<StorageClass>STANDARD</StorageClass></Contents>`;
}

/** S3 sorts keys by the bytes of their UTF-8. */
const byBytes = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));

/** ListParts: one page of an upload's parts. */
export function listParts({ parts }: Upload, query: URLSearchParams): string {
  const after = Number(query.get('part-number-marker') ?? 0);
  const limit = Math.min(Number(query.get('max-parts') ?? PARTS_A_PAGE), PARTS_A_PAGE);
  const rest = [...parts].filter(([number]) => number > after).sort(([a], [b]) => a - b);
  const page = rest.slice(0, limit);
  const listed = page.map(
    ([number, { sizeBytes, md5, sha256 }]) =>
      `<Part><PartNumber>${number}</PartNumber><Size>${sizeBytes}</Size><ETag>${escapeXml(`"${md5.toString('hex')}"`)}</ETag>${
        sha256 === undefined ? '' : `<ChecksumSHA256>${sha256}</ChecksumSHA256>`
      }</Part>`,
  );
  const next =
    rest.length > page.length ? `<NextPartNumberMarker>${page.at(-1)?.[0] ?? 0}</NextPartNumberMarker>` : '';
  return `<ListPartsResult><IsTruncated>${next !== ''}</IsTruncated>${next}${listed.join('')}</ListPartsResult>`;
}

/** ListMultipartUploads: one page of what was begun and not finished. */
export function listUploads(
  { uploads }: Bucket,
  query: URLSearchParams,
  { listsUploadsByKeyOnly = false }: Lax = {},
): string {
  const prefix = query.get('prefix') ?? '';
  const limit = Math.min(Number(query.get('max-uploads') ?? 1000), 1000);
  const after = `${query.get('key-marker') ?? ''}\u0000${query.get('upload-id-marker') ?? ''}`;
  const rest = [...uploads.values()]
    .filter(({ key }) => (listsUploadsByKeyOnly && prefix !== '' ? key === prefix : key.startsWith(prefix)))
    .map((upload) => ({ ...upload, place: `${upload.key}\u0000${upload.id}` }))
    .sort((a, b) => (a.place < b.place ? -1 : 1))
    .filter(({ place }) => !query.has('key-marker') || place > after);
  const page = rest.slice(0, limit);
  const last = page.at(-1);
  const next =
    rest.length > page.length && last !== undefined
      ? `<NextKeyMarker>${escapeXml(last.key)}</NextKeyMarker><NextUploadIdMarker>${last.id}</NextUploadIdMarker>`
      : '';
  const listed = page.map(
    ({ key, id, startedAt }) =>
      `<Upload><Key>${escapeXml(key)}</Key><UploadId>${id}</UploadId><Initiated>${startedAt.toISOString()}</Initiated></Upload>`,
  );
  return `<ListMultipartUploadsResult><IsTruncated>${next !== ''}</IsTruncated>${next}${listed.join('')}</ListMultipartUploadsResult>`;
}

/** Small, so that paging is met with few parts. */
const PARTS_A_PAGE = 7;

import { createHash } from 'node:crypto';
import type { PutObjectCommandInput } from '@aws-sdk/client-s3';
import { digestOf, signedBody } from './digest-header.ts';
import { startUpload } from './multipart.ts';
import {
  abandonUpload,
  addressOf,
  headObject,
  headWithEtag,
  listObjects,
  listUnfinishedBelow,
  removeObject,
} from './objects.ts';
import type { Finding, ProbeStep, Probing } from './probe.ts';
import { enter, type Outcome, plant, put, putBytes, sendPart, textOf } from './probe-writes.ts';
import { IMMUTABLE } from './write.ts';

/** The steps, in the order in which they need each other. */
export const PROBE_STEPS: readonly ProbeStep[] = [
  { name: 'create-only', find: tryCreateOnly },
  { name: 'racing creators', find: ({ connection, key }) => race(connection, key('race-create'), null) },
  { name: 'stale If-Match', find: tryStaleMatch },
  { name: 'racing writers', find: tryRacingWriters },
  { name: 'conditional completion', find: tryConditionalCompletion },
  { name: 'list of parts', find: tryListParts },
  { name: 'wrong bodies', find: tryWrongBodies },
  { name: 'ranges', find: tryRange },
  { name: 'metadata and headers', find: tryMetadata },
  { name: 'deleting', find: tryDelete },
];

/** Removes what the steps have left, by exact key. */
export const cleanUp = (folders: readonly string[]): ProbeStep => ({
  name: 'cleaning up',
  find: async ({ connection }) => {
    const left: string[] = [];
    for (const folder of folders) {
      for await (const upload of listUnfinishedBelow(connection, folder))
        await abandonUpload(connection, upload);
      for await (const { key } of listObjects(connection, folder))
        await removeObject(connection, key).catch(() => left.push(key));
    }
    return left.length === 0
      ? { ok: true, detail: 'nothing is left' }
      : {
          ok: true,
          detail: `${left.length} objects of a few bytes stay below ${folders.join(' and ')}, since deleting is denied: remove them with other credentials`,
        };
  },
});

async function tryCreateOnly({ connection, key }: Probing): Promise<Finding> {
  const name = key('create');
  const first = await put({ connection, key: name, body: 'first', headers: { IfNoneMatch: '*' } });
  if (first !== 'done') return refused('a first write with If-None-Match: *', first);
  const second = await put({ connection, key: name, body: 'second', headers: { IfNoneMatch: '*' } });
  const kept = await textOf(connection, name);
  if (second === 'precondition' && kept === 'first')
    return { ok: true, detail: 'a second write with If-None-Match: * is refused, the first bytes stay' };
  return {
    ok: false,
    detail: `a second write with If-None-Match: * was ${second === 'done' ? 'taken' : `answered by "${second}"`}, the bytes are now "${kept}"`,
    fix: NOT_SHARED,
  };
}

async function tryStaleMatch(probing: Probing): Promise<Finding> {
  const { connection, mark } = probing;
  const name = mark('match');
  await plant({ connection, key: name }, 'one');
  const etag = (await headWithEtag(connection, name))?.etag ?? '';
  const right = await put({ connection, key: name, body: 'two', headers: { IfMatch: etag } });
  const unquoted =
    right !== 'done' &&
    (await put({ connection, key: name, body: 'two', headers: { IfMatch: etag.replaceAll('"', '') } })) ===
      'done';
  const stale = await put({ connection, key: name, body: 'three', headers: { IfMatch: etag } });
  const kept = await textOf(connection, name);
  const absent = await put({ connection, key: mark('none'), body: 'x', headers: { IfMatch: etag } });
  const wrote = (await headObject(connection, mark('none'))) !== undefined;
  const facts = `right etag: ${right === 'done' ? 'taken' : unquoted ? 'taken without quotes only' : right}; stale: ${stale}; absent key: ${absent}${wrote ? ', and written' : ''}`;
  const ok = (right === 'done' || unquoted) && stale === 'precondition' && kept === 'two' && !wrote;
  return ok ? { ok, detail: facts } : { ok, detail: facts, fix: NOT_SHARED };
}

async function tryRacingWriters(probing: Probing): Promise<Finding> {
  const { connection, mark } = probing;
  await plant({ connection, key: mark('race-write') }, 'before');
  return race(
    connection,
    mark('race-write'),
    (await headWithEtag(connection, mark('race-write')))?.etag ?? '',
  );
}

/** Many writers with one condition: exactly one may win. */
async function race(connection: Probing['connection'], key: string, etag: string | null): Promise<Finding> {
  const attempt = (IfMatch: string | null) =>
    Promise.all(
      Array.from({ length: RACERS }, (_, racer) =>
        enter({
          connection,
          key,
          body: nameOf(racer),
          headers: IfMatch === null ? { IfNoneMatch: '*' } : { IfMatch },
        }),
      ),
    );
  let outcomes = await attempt(etag);
  const quotesMatter = etag !== null && !outcomes.includes('done');
  if (quotesMatter) outcomes = await attempt(etag.replaceAll('"', ''));
  const winners = outcomes.filter((outcome) => outcome === 'done').length;
  const unclear = outcomes.filter((outcome) => outcome === 'unclear').length;
  const detail = `${RACERS} writers at once, ${winners} won`;
  if (unclear === 0) return winners === 1 ? { ok: true, detail } : { ok: false, detail, fix: NOT_SHARED };
  // Ceph 16 answers 500 to losers. That they have lost shows in what is there.
  const kept = await textOf(connection, key);
  if (winners === 1 && kept === nameOf(outcomes.indexOf('done')))
    return {
      ok: true,
      detail: `${detail}; ${unclear} of the others were answered by an error of the server, and wrote nothing`,
    };
  const facts = `${detail}, ${unclear} were answered by an error of the server, and "${kept}" is there`;
  return { ok: false, detail: facts, fix: winners > 1 ? NOT_SHARED : 'Run the same command again.' };
}

const nameOf = (racer: number): string => `racer ${racer}`;

async function tryConditionalCompletion(probing: Probing): Promise<Finding> {
  const { connection, key } = probing;
  const name = key('complete');
  await plant({ connection, key: name }, 'there already');
  const id = await startUpload(connection, name, '0'.repeat(64));
  const part = await sendPart(probing, { name, id, number: 1, body: Buffer.from('part') });
  const tried = await connection.ask(
    (sdk, client) =>
      client.send(
        new sdk.CompleteMultipartUploadCommand({
          ...addressOf(connection, name),
          UploadId: id,
          IfNoneMatch: '*',
          MultipartUpload: { Parts: [{ PartNumber: 1, ETag: part.etag, ...part.checksum }] },
        }),
      ),
    { repeatable: false },
  );
  await abandonUpload(connection, { key: name, id });
  const kept = await textOf(connection, name);
  if (!tried.ok && kept === 'there already')
    return { ok: true, detail: 'completing over an object with If-None-Match: * is refused' };
  // Packs are named by their digest: completing twice puts the same bytes there.
  return {
    ok: true,
    detail: 'If-None-Match: * is ignored on completion; harmless, since the key of a pack names its bytes',
  };
}

async function tryListParts(probing: Probing): Promise<Finding> {
  const { connection, key } = probing;
  const name = key('parts');
  const id = await startUpload(connection, name, '0'.repeat(64));
  await sendPart(probing, { name, id, number: 1, body: Buffer.alloc(100, 1) });
  await sendPart(probing, { name, id, number: 2, body: Buffer.alloc(50, 2) });
  const tried = await connection.ask(
    (sdk, client) => client.send(new sdk.ListPartsCommand({ ...addressOf(connection, name), UploadId: id })),
    { repeatable: true },
  );
  await abandonUpload(connection, { key: name, id });
  const parts = tried.ok ? (tried.value.Parts ?? []) : [];
  const md5 = createHash('md5').update(Buffer.alloc(100, 1)).digest('hex');
  const told = parts[0]?.ChecksumSHA256 !== undefined || parts[0]?.ETag?.replaceAll('"', '') === md5;
  if (parts.length === 2 && parts[0]?.Size === 100 && told)
    return {
      ok: true,
      detail: 'parts are listed with size and digest: an interrupted upload goes on where it was',
    };
  return {
    ok: true,
    detail: `${parts.length} of 2 parts are listed${parts.length === 2 ? ' without a digest' : ''}: an interrupted upload starts again`,
  };
}

async function tryWrongBodies(probing: Probing): Promise<Finding> {
  const { connection, key } = probing;
  const body = Buffer.from('these bytes arrive');
  const other = Buffer.from('other bytes were promised');
  const digest = digestOf(other);
  const md5 = createHash('md5').update(other).digest('base64');
  // Create-only, since a bucket policy may take nothing else; plainly where the store does not know the condition.
  const send = async (
    name: string,
    headers: Partial<PutObjectCommandInput>,
    sent = body,
  ): Promise<Outcome> => {
    const write = { connection, key: key(name), body: sent };
    const outcome = await putBytes({ ...write, headers: { ...headers, IfNoneMatch: '*' } });
    return outcome === 'unsupported' ? putBytes({ ...write, headers }) : outcome;
  };
  const signed = await send('wrong-1', {}, signedBody(Buffer.from(body), digest));
  const checksum = await send('wrong-2', { ChecksumSHA256: digest.base64 });
  const contentMd5 = await send('wrong-3', { ContentMD5: md5 });
  const facts = `signed hash: ${said(signed)}; x-amz-checksum-sha256: ${said(checksum)}; Content-MD5: ${said(contentMd5)}`;
  if (signed !== 'done') return { ok: true, detail: facts };
  return {
    ok: true,
    detail: `${facts}: every pack is read back whole after its upload`,
    ...(checksum !== 'done' ? { fix: "Set `checksums: 'sha256'` in the target." } : {}),
  };
}

const said = (outcome: Outcome): string =>
  outcome === 'done'
    ? 'a wrong one is taken'
    : outcome === 'denied'
      ? 'not known, since writing is denied'
      : 'a wrong one is refused';

async function tryRange({ connection, key }: Probing): Promise<Finding> {
  await plant({ connection, key: key('range') }, '0123456789');
  const tried = await connection.ask(
    async (sdk, client) => {
      const { Body, ContentRange } = await client.send(
        new sdk.GetObjectCommand({ ...addressOf(connection, key('range')), Range: 'bytes=3-6' }),
      );
      return { text: (await Body?.transformToString()) ?? '', ContentRange };
    },
    { repeatable: true },
  );
  const text = tried.ok ? tried.value.text : '';
  return text === '3456'
    ? { ok: true, detail: 'bytes=3-6 comes alone' }
    : {
        ok: false,
        detail: `bytes=3-6 of ten digits came as "${text}"`,
        fix: 'Use a store that honours Range: downloads and `verify` need it.',
      };
}

async function tryMetadata({ connection, key }: Probing): Promise<Finding> {
  const digest = 'ab'.repeat(32);
  const name = key('headers');
  await plant({ connection, key: name }, 'x', {
    ...IMMUTABLE,
    ContentType: 'application/octet-stream',
    Metadata: { sha256: digest },
  });
  const recorded = (await headObject(connection, name))?.recordedSha256;
  const tried = await connection.ask(
    (sdk, client) => client.send(new sdk.HeadObjectCommand(addressOf(connection, name))),
    { repeatable: true },
  );
  const cache = tried.ok ? tried.value.CacheControl : undefined;
  const facts = `metadata ${recorded === digest ? 'comes back' : 'is lost'}; Cache-Control ${cache === IMMUTABLE.CacheControl ? 'comes back as written' : `came as "${cache ?? ''}"`}`;
  return cache === IMMUTABLE.CacheControl
    ? { ok: true, detail: facts }
    : { ok: false, detail: facts, fix: 'Set Cache-Control at the CDN instead (docs/cdn.md).' };
}

async function tryDelete(probing: Probing): Promise<Finding> {
  const { connection, key } = probing;
  await put({ connection, key: key('delete'), body: 'x', headers: { IfNoneMatch: '*' } });
  const denied = await removeObject(connection, key('delete')).then(
    () => false,
    () => true,
  );
  return {
    ok: true,
    detail: denied
      ? 'denied: right for a publisher; `fmrelease prune` needs other credentials'
      : 'allowed: `fmrelease prune` works; a publisher need not be able to (`fmrelease policy`)',
  };
}

const refused = (what: string, outcome: Outcome): Finding => ({
  ok: false,
  detail: `${what} was answered by "${outcome}"`,
  fix: NOT_SHARED,
});

const NOT_SHARED =
  'Publish with --single-writer, from one place at a time, or use a store that honours conditional writes (docs/stores.md).';

const RACERS = 16;

import { createHash } from 'node:crypto';
import { type NaiveRelease, readNaively } from '../publish/naive-reader.ts';

/** Where a reader looks. */
export interface Reading {
  /** What the manifest's URLs start with. */
  readonly publicUrl: string;
  readonly channel?: string;
  /** The edge to fetch from in place of `publicUrl`. */
  readonly edge?: string;
}

/**
 * Reads a channel over HTTP as a device does, without any code of fmrelease: the manifest, then every byte of every pack
 * that it names. Null when there is no manifest.
 *
 * @throws Error naming the first thing that is not as the manifest says
 */
export async function readOverHttp({
  publicUrl,
  channel = 'stable',
  edge = publicUrl,
}: Reading): Promise<NaiveRelease | null> {
  const key = `v1/channels/${channel}/manifest.json`;
  const objects = new Map<string, Uint8Array>();
  const fetchInto = async (wanted: string): Promise<void> => {
    const bytes = await fetchObject(`${edge}${wanted}`);
    if (bytes !== undefined) objects.set(wanted, bytes);
  };
  await fetchInto(key);
  const { assetPacks }: { readonly assetPacks: readonly { readonly url: string }[] } = JSON.parse(
    Buffer.from(objects.get(key) ?? Buffer.from('{"assetPacks":[]}')).toString('utf8'),
  );
  for (const { url } of assetPacks) await fetchInto(url.slice(publicUrl.length));
  return readNaively((wanted) => objects.get(wanted), { channel, publicUrl });
}

/** What a reader needs of a log entry. */
export interface NaiveEntry {
  readonly revision: number;
  readonly kind: string;
  readonly previousSha256: string | null;
  readonly operation: string;
}

/**
 * Reads a channel's log over HTTP from 1 until an entry is absent.
 *
 * @throws Error when an entry does not follow the one before, or a change is in it twice
 */
export async function readLogOverHttp({
  publicUrl,
  channel = 'stable',
}: Reading): Promise<readonly NaiveEntry[]> {
  const entries: NaiveEntry[] = [];
  for (let previous: string | null = null; ; ) {
    const bytes: Uint8Array | undefined = await fetchObject(
      `${publicUrl}v1/channels/${channel}/log/${entries.length + 1}.json`,
    );
    if (bytes === undefined) break;
    const entry: NaiveEntry = JSON.parse(Buffer.from(bytes).toString('utf8'));
    if (entry.revision !== entries.length + 1)
      throw new Error(`slot ${entries.length + 1} says it is ${entry.revision}`);
    if (entry.previousSha256 !== previous)
      throw new Error(`entry ${entry.revision} does not follow the one before`);
    previous = createHash('sha256').update(bytes).digest('hex');
    entries.push(entry);
  }
  if (new Set(entries.map(({ operation }) => operation)).size !== entries.length)
    throw new Error('a change is in the log twice');
  return entries;
}

/** The bytes at a URL; undefined when there are none. A bucket whose readers may not list answers 403 for that. */
async function fetchObject(url: string): Promise<Uint8Array | undefined> {
  const answer = await fetch(url, { headers: { 'accept-encoding': 'identity' } });
  const bytes = new Uint8Array(await answer.arrayBuffer());
  if (answer.status === 404 || answer.status === 403) return undefined;
  if (answer.status !== 200) throw new Error(`${url} answers ${answer.status}`);
  return bytes;
}

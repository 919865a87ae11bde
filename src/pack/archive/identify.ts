import { encrypted, unknownFormat } from './refusals.ts';

/**
 * How an Apple Archive is coded: `none` is the bare stream of entries, everything else a block stream. `stored` blocks
 * are never compressed; in the others single blocks may be stored too.
 */
export type Codec = 'none' | 'stored' | 'zlib' | 'lzfse' | 'lzma' | 'lz4' | 'lzbitmap' | 'lzvn';

/** The kind of an archive by its first bytes. */
export type ArchiveKind = { readonly format: 'aar'; readonly codec: Codec } | { readonly format: 'zip' };

/**
 * Tells what a file is by its first four bytes (apple-archive §2.2).
 *
 * @throws ReleaseError `ARCHIVE_ENCRYPTED` for `AEA1`, `ARCHIVE_UNKNOWN` for anything that is no archive
 */
export function identifyArchive(head: Uint8Array): ArchiveKind {
  const magic = Buffer.from(head.subarray(0, 4)).toString('latin1');
  if (magic === 'AEA1') throw encrypted();
  if (magic === 'PK\x03\x04' || magic === 'PK\x05\x06') return { format: 'zip' };
  if (isEntryMagic(magic)) return { format: 'aar', codec: 'none' };
  const codec = CODECS.get(magic);
  if (codec !== undefined) return { format: 'aar', codec };
  const known = FOREIGN.find(([start]) => magic.startsWith(start));
  throw unknownFormat(
    head.length === 0 ? 'nothing: it is empty' : (known?.[1] ?? describe(head.subarray(0, 4))),
  );
}

/** `AA01`, or the `YAA1` of earlier systems, which has the same layout. */
export const isEntryMagic = (magic: string): boolean => magic === 'AA01' || magic === 'YAA1';

/** The four bytes that a block stream of this codec begins with. */
export const magicOf = (codec: Codec): string =>
  [...CODECS].find(([, known]) => known === codec)?.[0] ?? 'AA01';

const describe = (head: Uint8Array): string => `the bytes ${Buffer.from(head).toString('hex')}`;

const CODECS: ReadonlyMap<string, Codec> = new Map([
  ['pbz-', 'stored'],
  ['pbzz', 'zlib'],
  ['pbze', 'lzfse'],
  ['pbzx', 'lzma'],
  ['pbz4', 'lz4'],
  ['pbzb', 'lzbitmap'],
  ['pbzf', 'lzvn'],
]);

/** What people take for an asset pack. */
const FOREIGN = [
  ['pbz', 'a pbz block stream of an unknown codec'],
  ['\x1f\x8b', 'gzip data'],
  ['\xfd7zX', 'xz data'],
  ['BZh', 'bzip2 data'],
  ['7z\xbc\xaf', 'a 7-Zip archive'],
  ['bvx', 'bare LZFSE data'],
  ['xar!', 'a xar archive'],
] as const;

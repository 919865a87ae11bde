import type { BlockIndex } from './block-index.ts';
import { type ByteSource, readExactly } from './byte-source.ts';
import { type Codec, magicOf } from './identify.ts';
import { decodeLz4 } from './lz4.ts';
import { decodeLzfse, LZFSE_PADDING } from './lzfse.ts';
import { unreadable, unsound } from './refusals.ts';
import { decodeZlibBlock } from './zlib-block.ts';

/**
 * What a block stream decodes to. Only the blocks that are asked for are read; the newest stays decoded. Memory is one
 * block, coded and decoded.
 *
 * @throws ReleaseError on reading: `ARCHIVE_UNREADABLE` for a codec that is not decoded here, `ARCHIVE_UNSOUND`
 */
export function blockBytes(source: ByteSource, index: BlockIndex): ByteSource {
  let held: Uint8Array = new Uint8Array(0);
  let heldBlock = -1;
  const room = { coded: new Uint8Array(0), plain: new Uint8Array(0) };
  return {
    sizeBytes: index.decodedBytes,
    readSome: async (at, length) => {
      const block = Math.floor(at / index.blockBytes);
      if (block !== heldBlock) {
        heldBlock = -1; // a block that fails must not leave the one before in its place
        held = await decodeBlock(source, { index, block }, room);
        heldBlock = block;
      }
      const from = at - block * index.blockBytes;
      return held.subarray(from, from + length);
    },
  };
}

/** Memory that is used again for the next block. */
interface Room {
  coded: Uint8Array;
  plain: Uint8Array;
}

interface BlockAt {
  readonly index: BlockIndex;
  readonly block: number;
}

async function decodeBlock(source: ByteSource, { index, block }: BlockAt, room: Room): Promise<Uint8Array> {
  const place = index.places[block];
  if (place === undefined) throw new Error(`no block ${block}`);
  const plainBytes = Math.min(index.blockBytes, index.decodedBytes - block * index.blockBytes);
  const { at, codedBytes: length } = place;
  if (room.coded.length < length + LZFSE_PADDING) room.coded = new Uint8Array(length + LZFSE_PADDING);
  const coded = await readExactly(source, { at, length }, room.coded);
  if (length === plainBytes) return coded;
  return decodeCoded(index.codec, coded, { plainBytes, room });
}

function decodeCoded(
  codec: Codec,
  coded: Uint8Array,
  { plainBytes, room }: { readonly plainBytes: number; readonly room: Room },
): Uint8Array | Promise<Uint8Array> {
  const plain = (): Uint8Array => {
    if (room.plain.length < plainBytes) room.plain = new Uint8Array(plainBytes);
    return room.plain.subarray(0, plainBytes);
  };
  switch (codec) {
    case 'zlib':
      return decodeZlibBlock(coded, plainBytes);
    case 'lzfse': {
      const out = plain();
      decodeLzfse(room.coded, coded.length, out);
      return out;
    }
    case 'lz4': {
      const out = plain();
      decodeLz4(coded, out);
      return out;
    }
    case 'lzma':
      throw unreadable('LZMA', magicOf(codec));
    case 'lzbitmap':
      throw unreadable('LZBITMAP', magicOf(codec));
    case 'lzvn':
      throw unreadable('bare LZVN', magicOf(codec));
    case 'none':
    case 'stored':
      throw unsound('holds a compressed block in a stream of stored ones');
  }
}

import type { FileHandle } from 'node:fs/promises';
import type { FuzzReaders } from '../../scripts/archives/fuzz.mjs';
import { walkWeights } from '../../src/adapter/weights.ts';
import { ReleaseError } from '../../src/errors.ts';
import { memoryBytes } from '../../src/pack/archive/byte-source.ts';
import { identifyArchive } from '../../src/pack/archive/identify.ts';
import { judgeManifest } from '../../src/pack/inspect/judge-manifest.ts';
import { readPackContents } from '../../src/pack/inspect/read-contents.ts';
import { parseManifestBytes } from '../../src/pack/read-archive-file.ts';
import { silent } from '../../src/progress.ts';

/** The product's readers as the fuzz script calls them: archives are read whole, containers record by record. */
export const fuzzReaders: FuzzReaders = {
  readArchive: async (bytes) => {
    const source = memoryBytes(bytes);
    const kind = identifyArchive(bytes.subarray(0, 4));
    const contents = await readPackContents(
      { source, kind },
      { subject: 'fuzzed', list: false, progress: silent },
    );
    const manifest = contents.small.get('manifest.json');
    if (manifest !== undefined)
      judgeManifest({ manifest: parseManifestBytes(manifest), subject: 'fuzzed', adapters: ['sample'] });
    return contents.findings[0]?.code ?? 'sound';
  },
  walkContainer: async (bytes) => {
    const { faults } = await walkWeights(memoryHandle(bytes), bytes.length);
    return faults.length === 0 ? 'sound' : 'bad-weights';
  },
  isRefusal: (error) => error instanceof ReleaseError,
};

/** A file handle over memory, with the one method that the walk calls. */
function memoryHandle(bytes: Buffer): FileHandle {
  const read = async (buffer: Buffer, ...[offset, length, position]: readonly number[]) => {
    const [to = 0, count = 0, at = 0] = [offset, length, position];
    return { bytesRead: bytes.copy(buffer, to, at, at + count), buffer };
  };
  return { read } as unknown as FileHandle;
}

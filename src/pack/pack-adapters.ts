import { relative } from 'node:path';
import { loadIntent, requireSoundMatrix, selectAdapters } from '../matrix/load.ts';
import { desiredState } from '../plan/desired.ts';
import type { Session } from '../session.ts';
import { buildPack } from './build-pack.ts';

/** A pack that stands in the local cache. `file` is relative to the project. */
export interface BuiltPack {
  readonly id: string;
  readonly adapter: string;
  readonly build: string;
  readonly sizeBytes: number;
  readonly sha256: string;
  readonly file: string;
  /** The tool that built it: `fmrelease`, or `ba-package` with its version. */
  readonly packedBy: string;
}

/** Builds every served pack of the named adapters (none named: all) into the local cache, as the target needs them. */
export async function packAdapters(
  { config, channel, io }: Session,
  names: readonly string[],
): Promise<readonly BuiltPack[]> {
  const intent = await loadIntent(config);
  const adapters = selectAdapters(intent, names);
  requireSoundMatrix(intent, names);
  const reader = { projectRoot: config.root, wantsParts: channel.target.kind === 's3', ...io };
  const packs: BuiltPack[] = [];
  for (const pack of adapters.flatMap((adapter) => desiredState(adapter, intent, channel.target).packs)) {
    const { file, sha256, sizeBytes, packedBy = OURS } = await buildPack(pack, io.cache, reader);
    packs.push({
      id: pack.id,
      adapter: pack.adapter,
      build: pack.build,
      sizeBytes,
      sha256,
      file: relative(config.root, file),
      packedBy,
    });
  }
  await io.digests.save();
  return packs;
}

const OURS = 'fmrelease';

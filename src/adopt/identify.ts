import { readMetadata } from '../adapter/metadata.ts';
import { type FileDigest, type Sha256, treeDigest } from '../model/digest.ts';
import type { AdapterKind } from '../model/matrix.ts';
import { ADAPTER_NAME } from '../model/names.ts';
import { isBaseModelSignature } from '../model/signature.ts';
import { readAssetPack } from '../pack/ba-package/read-asset-pack.ts';
import { METADATA } from '../pack/read-pack.ts';

/** What a pack that somebody else built is: of which adapter, and where it could be looked into, which build. */
export interface PackIdentity {
  readonly adapter: string;
  readonly kind: AdapterKind;
  readonly baseModelSignature: string | null;
  /** Of the files inside; where these cannot be read it names the archive, and no build in a matrix has it. */
  readonly buildDigest: string;
  /** Null where the pack could not be looked into. */
  readonly contents: { readonly sizeBytes: number; readonly draft: boolean } | null;
  readonly remarks: readonly string[];
}

/** Looks into a pack; what cannot be read is told by its id as far as it goes. */
export async function identifyPack(id: string, file: string, sha256: Sha256): Promise<PackIdentity> {
  const named = IDENTIFIER.exec(id)?.[1];
  const inside = await readAssetPack(file, (path) => named !== undefined && METADATA.test(path));
  const byId = {
    adapter: named ?? id,
    kind: named === undefined ? 'files' : 'fmadapter',
    baseModelSignature: null,
    buildDigest: `sha256:${sha256}`,
    contents: null,
  } as const;
  if (inside.state !== 'read')
    return {
      ...byId,
      remarks: [
        `"${id}" could not be looked into (${inside.why}): the first publish from a matrix packs it anew, as the next version.`,
      ],
    };
  const files = inside.files.filter(({ path }) => path.startsWith(CONTENTS));
  return named === undefined
    ? filesBuild(id, files, byId)
    : adapterBuild(id, { files, texts: inside.texts }, byId);
}

/** The files of a bundle: those of the one folder that holds them all, or all of them. */
function filesBuild(
  id: string,
  files: readonly FileDigest[],
  byId: Omit<PackIdentity, 'remarks'>,
): PackIdentity {
  const own = `${CONTENTS}${id}/`;
  const root = files.every(({ path }) => path.startsWith(own)) ? own : CONTENTS;
  return { ...byId, ...buildOf(files, root), remarks: [] };
}

async function adapterBuild(
  id: string,
  {
    files,
    texts,
  }: { readonly files: readonly FileDigest[]; readonly texts: ReadonlyMap<string, Uint8Array> },
  byId: Omit<PackIdentity, 'remarks'>,
): Promise<PackIdentity> {
  for (const [path, bytes] of texts) {
    const { adapterIdentifier, baseModelSignature } = await readMetadata(bytes);
    if (adapterIdentifier !== id || baseModelSignature === null || !isBaseModelSignature(baseModelSignature))
      continue;
    const root = path.slice(0, -'metadata.json'.length);
    const inside = files.filter((file) => file.path.startsWith(root));
    return { ...byId, baseModelSignature, ...buildOf(inside, root), remarks: [] };
  }
  return {
    ...byId,
    remarks: [`"${id}" has no adapter of that identifier inside: the system may well ignore it.`],
  };
}

function buildOf(files: readonly FileDigest[], root: string): Pick<PackIdentity, 'buildDigest' | 'contents'> {
  const relative = files.map((file) => ({ ...file, path: file.path.slice(root.length) }));
  return {
    buildDigest: treeDigest(relative),
    contents: {
      sizeBytes: relative.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
      draft: relative.some(({ path }) => path === 'draft.mil'),
    },
  };
}

const IDENTIFIER = new RegExp(`^fmadapter-(${ADAPTER_NAME.source.slice(1, -1)})-[0-9a-f]{7}$`);
const CONTENTS = 'Contents/';

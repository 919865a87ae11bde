import pLimit from 'p-limit';
import { ReleaseError } from '../errors.ts';
import { sha256Of } from '../model/digest.ts';
import type { LogEntry } from '../model/release.ts';
import type { ComposedRevision } from '../release/compose.ts';
import { encode } from '../release/documents.ts';
import { MANIFEST } from '../release/layout.ts';
import {
  encodeManifest,
  type ProjectionTarget,
  projectionDigests,
  projectRelease,
  recordedPlatforms,
} from '../release/projection.ts';
import { signStatement } from './sign.ts';
import type { Signer } from './signer.ts';
import type { Signing } from './signing.ts';
import { MAX_DOCUMENT_BYTES } from './verify.ts';

/** Who signs, for which app, and what the projections of the release derive from. */
export interface SealRequest {
  readonly signing: Pick<Signing, 'app'>;
  readonly signer: Pick<Signer, 'sign'>;
  readonly target: ProjectionTarget;
}

/**
 * Signs a composed revision: each pack, then the manifest with these statements in it, then the entry with all of it.
 * Everything ends up in the entry, whose one create-only write stays the commit: there is no moment at which a release
 * is there and its signature is not, and whoever repairs a projection needs no key.
 *
 * @throws ReleaseError `SIGNING_FAILED`, also for a document that verifiers would refuse for its size
 */
export async function sealRevision(
  draft: ComposedRevision,
  { signing: { app }, signer, target }: SealRequest,
): Promise<ComposedRevision> {
  const { entry, cells } = draft;
  const { channel, revision, createdAt: issuedAt } = entry;
  const basics = { app, channel, revision, issuedAt };
  const limit = pLimit(PARALLEL_SIGNATURES);
  const packs = await Promise.all(
    entry.packs.map(({ id, version, sha256, downloadSize, baseModelSignature }) =>
      limit(async () => {
        const facts = { id, version, packSha256: sha256, sizeBytes: downloadSize, baseModelSignature };
        return [id, await signStatement({ kind: 'pack', ...basics, ...facts }, signer)] as const;
      }),
    ),
  );
  const signDocument = (kind: 'manifest' | 'log-entry', content: Uint8Array): Promise<string> =>
    signStatement({ kind, ...basics, sha256: sha256Of(content), sizeBytes: content.length }, signer);
  const unsigned = { ...entry, statements: Object.fromEntries(packs) };
  const manifest = await signDocument('manifest', encodeManifest(unsigned, cells, target.publicUrl));
  const statements = { ...unsigned.statements, [MANIFEST]: manifest };
  const signed = projectRelease({ ...entry, statements, cells }, recordedPlatforms(entry), target);
  const projections = projectionDigests(signed);
  const content = { ...entry, projections, statements };
  const sealed = { ...content, signature: await signDocument('log-entry', encode(content)) };
  const entryBytes = encode(sealed);
  for (const { name, bytes } of signed) refuseOversize(name, bytes, entry);
  refuseOversize('The log entry', entryBytes, entry);
  return { ...draft, entry: sealed, entryBytes, entrySha256: sha256Of(entryBytes) };
}

function refuseOversize(name: string, { length }: Uint8Array, { channel, revision }: LogEntry): void {
  if (length <= MAX_DOCUMENT_BYTES) return;
  throw new ReleaseError(
    'SIGNING_FAILED',
    `${name} of revision ${revision} of "${channel}" would have ${length} bytes, and verifiers take ${MAX_DOCUMENT_BYTES}.`,
    { fix: 'Serve fewer adapters in this channel, or publish some of them to another channel.' },
  );
}

const PARALLEL_SIGNATURES = 4;

import type { ChannelManifest } from '../model/release.ts';
import { REFUSAL_WORDS } from '../trust/refusal-words.ts';
import type { Signing } from '../trust/signing.ts';
import { type TrustPolicy, verifyDocument, verifyEnvelope } from '../trust/verify.ts';
import { type Check, failed, passed } from './check.ts';

/** A manifest as it is served, the packs to look at, and who may sign. */
export interface ServedManifest {
  readonly bytes: Uint8Array;
  readonly manifest: ChannelManifest;
  readonly packs: readonly AssetPack[];
  readonly channel: string;
  readonly signing: Signing | null;
}

type AssetPack = ChannelManifest['assetPacks'][number];

/**
 * Checks the signature of a served manifest and the statement of each pack, as an app with the configured keys would.
 * Without `signing` there is nothing to check: a signature that is there is only named.
 */
export function checkSignatures(served: ServedManifest): readonly Check[] {
  const { bytes, manifest, packs, channel, signing } = served;
  if (signing === null)
    return manifest.signature === undefined
      ? []
      : [passed(SIGNATURE_CHECK, 'there is one, and the config names no key to check it with')];
  const policy: TrustPolicy = { keys: signing.keys, app: signing.app, channel };
  const verdict = verifyDocument(bytes, 'manifest', { policy });
  if (typeof verdict === 'string') return [failed(SIGNATURE_CHECK, `the manifest ${REFUSAL_WORDS[verdict]}`)];
  return [
    verdict.statement.revision === manifest.revision
      ? passed(SIGNATURE_CHECK, `by key ${verdict.keyIds.join(', ')}`)
      : failed(SIGNATURE_CHECK, `is for revision ${verdict.statement.revision}, found ${manifest.revision}`),
    ...packs.map((pack) => checkStatement(pack, manifest, policy)),
  ];
}

function checkStatement(pack: AssetPack, manifest: ChannelManifest, policy: TrustPolicy): Check {
  const name = `pack ${pack.id} statement`;
  const verdict = verifyEnvelope(manifest.statements?.[pack.id] ?? null, 'pack', { policy });
  if (typeof verdict === 'string') return failed(name, `it ${REFUSAL_WORDS[verdict]}`);
  const { statement } = verdict;
  const differing = FIELDS.filter(
    (field) => factsOf(pack, manifest)[field] !== Reflect.get(statement, field),
  );
  return differing.length === 0
    ? passed(name, `by key ${verdict.keyIds.join(', ')}`)
    : failed(name, `says otherwise than the manifest about ${differing.join(', ')}`);
}

const factsOf = (pack: AssetPack, { revision }: ChannelManifest) => ({
  revision,
  id: pack.id,
  version: pack.version,
  packSha256: pack.sha256,
  sizeBytes: pack.downloadSize,
  baseModelSignature: pack.baseModelSignature,
});

const FIELDS = ['revision', 'id', 'version', 'packSha256', 'sizeBytes', 'baseModelSignature'] as const;
const SIGNATURE_CHECK = 'manifest signature';

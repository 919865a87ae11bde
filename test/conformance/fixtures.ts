import { createHash, createPrivateKey, sign } from 'node:crypto';
import { type PrivateKey, parsePrivateKey } from '../../src/trust/keys.ts';
import type { VectorPolicy } from './case.ts';

/** Keys for vectors alone; each follows from its name, so that vectors can be made again. */
export const keyNamed = (name: string): PrivateKey =>
  parsePrivateKey(
    createHash('sha256').update(`fmrelease conformance ${name}`).digest('base64'),
    'the conformance key',
  );

/** The key of today, that of tomorrow, and one that no app knows. */
export const [TODAY, TOMORROW, STRANGER] = [keyNamed('today'), keyNamed('tomorrow'), keyNamed('stranger')];

/** What an app is built with. */
export const POLICY: VectorPolicy = {
  keys: [TODAY.publicKey.text, TOMORROW.publicKey.text],
  app: 'com.example.editor',
  channel: 'stable',
};

/** The bytes of a pack, and their digest. */
export const PACK = Buffer.from('The bytes of an asset pack, short enough to read.');
export const PACK_SHA256 = createHash('sha256').update(PACK).digest('hex');

export const PACK_TYPE = 'application/vnd.fmrelease.pack.v1+json';
export const MANIFEST_TYPE = 'application/vnd.fmrelease.manifest.v1+json';

/** The fields of a statement about that pack, in the order in which they are written. */
export const PACK_FIELDS = {
  app: 'com.example.editor',
  channel: 'stable',
  revision: 12,
  issuedAt: '2026-11-22T10:00:00Z',
  id: 'fmadapter-summarizer-9799725',
  version: 3,
  packSha256: PACK_SHA256,
  sizeBytes: PACK.length,
  baseModelSignature: '9799725ff8e851184037110b422d891ad3b92ec1',
} as const;

/** How an envelope is made here: with this file's own encoding, not with the code that is tried. */
export interface EnvelopeKnobs {
  readonly type?: string;
  readonly keys?: readonly PrivateKey[];
  /** The signatures as they are written; by default those that the keys make. */
  readonly signatures?: readonly object[];
  /** Other members of the envelope. */
  readonly more?: object;
}

/** Signs any payload text, sound or not, and writes the envelope. */
export function envelopeOver(
  payload: string,
  { type = PACK_TYPE, keys = [TODAY], signatures, more = {} }: EnvelopeKnobs = {},
): string {
  const bytes = Buffer.from(payload, 'latin1');
  const made = keys.map((key) => ({
    keyid: createHash('sha256').update(Buffer.from(key.publicKey.text, 'base64')).digest('hex').slice(0, 16),
    sig: sign(
      null,
      messageOf(type, bytes),
      createPrivateKey(key.key.export({ format: 'pem', type: 'pkcs8' })),
    ).toString('base64'),
  }));
  return JSON.stringify({
    payloadType: type,
    payload: bytes.toString('base64'),
    signatures: signatures ?? made,
    ...more,
  });
}

/** DSSE's pre-authentication encoding, written down once more. */
const messageOf = (type: string, payload: Buffer): Buffer => {
  const head = ['DSSEv1', type.length, type, payload.length, ''].join(' ');
  return Buffer.from(head + payload.toString('latin1'), 'latin1');
};

/** An envelope over the usual statement with some fields changed; undefined leaves a field out. */
export const packEnvelope = (
  change: Readonly<Record<string, string | number | undefined>> = {},
  knobs: EnvelopeKnobs = {},
): string => envelopeOver(JSON.stringify({ ...PACK_FIELDS, ...change }), knobs);

/** A manifest of one pack, as its text stands before it is signed. */
export const manifestText = (revision = 12, channel = 'stable', createdAt = '2026-11-22T10:00:00Z'): string =>
  `${JSON.stringify(
    {
      formatVersion: 1,
      channel,
      revision,
      createdAt,
      assetPacks: [
        {
          id: PACK_FIELDS.id,
          version: 3,
          url: `https://cdn.example.com/v1/packs/${PACK_SHA256}/${PACK_FIELDS.id}`,
          downloadSize: PACK.length,
          sha256: PACK_SHA256,
          archive: { format: 'aar', compression: 'none' },
          adapter: 'summarizer',
          build: '1.5.0',
          baseModelSignature: PACK_FIELDS.baseModelSignature,
          platforms: ['iOS'],
          downloadPolicy: { onDemand: {} },
        },
      ],
      cells: [
        {
          adapter: 'summarizer',
          platform: 'iOS',
          os: { from: '26.0', below: '27.0' },
          systemModel: 'os26.0',
          variant: null,
          baseModelSignature: PACK_FIELDS.baseModelSignature,
          state: 'covered',
          pack: PACK_FIELDS.id,
          fallback: null,
        },
      ],
    },
    null,
    2,
  )}\n`;

/** The envelope over a manifest's text. */
export const manifestEnvelope = (
  text: string,
  change: Readonly<Record<string, string | number>> = {},
  knobs: EnvelopeKnobs = {},
): string => {
  const { channel, revision, createdAt } = JSON.parse(text) as Record<string, string | number>;
  const fields = {
    app: POLICY.app,
    channel,
    revision,
    issuedAt: createdAt,
    sha256: createHash('sha256').update(text).digest('hex'),
    sizeBytes: Buffer.byteLength(text),
    ...change,
  };
  return envelopeOver(JSON.stringify(fields), { type: MANIFEST_TYPE, ...knobs });
};

/** A manifest with its envelope as the last member. */
export const signedManifest = (text = manifestText(), envelope = manifestEnvelope(text)): string =>
  text.replace(/\n\}\n$/, `,\n  "signature": ${JSON.stringify(envelope)}\n}\n`);

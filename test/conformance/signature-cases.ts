import type { Shown, SignatureVector, VectorPolicy } from './case.ts';
import {
  envelopeOver,
  MANIFEST_TYPE,
  manifestEnvelope,
  manifestText,
  PACK,
  PACK_FIELDS,
  PACK_TYPE,
  POLICY,
  packEnvelope,
  STRANGER,
  signedManifest,
  TODAY,
  TOMORROW,
} from './fixtures.ts';

type Row = readonly [
  name: string,
  expect: SignatureVector['expect'],
  shown: Shown,
  why: string,
  policy?: Partial<VectorPolicy>,
];

const pack = (envelope: string | null, bytes?: Buffer): Shown => ({
  pack: bytes === undefined ? { envelope } : { envelope, base64: bytes.toString('base64') },
});
const manifest = (text: string): Shown => ({ manifest: { text } });

const sound = packEnvelope();
const parts = JSON.parse(sound) as { payload: string; signatures: [{ keyid: string; sig: string }] };
const [{ keyid, sig }] = parts.signatures;
const payload = JSON.stringify(PACK_FIELDS);
/** The same envelope with its text changed behind the signer's back. */
const edited = (from: string | RegExp, to: string): string => {
  const text = sound.replace(from, to);
  if (text === sound) throw new Error(`nothing to change at ${from}`);
  return text;
};
const flipped = Buffer.from(PACK);
flipped.writeUInt8(flipped.readUInt8(7) ^ 1, 7);

const ENVELOPES: readonly Row[] = [
  ['sound', 'accepted', pack(sound), 'Signed by an accepted key, for this app and channel.'],
  [
    'signed-by-the-next-key',
    'accepted',
    pack(packEnvelope({}, { keys: [TOMORROW] })),
    'An app accepts several keys, so that the signing key can be replaced before old apps are gone.',
  ],
  [
    'signed-by-both-keys',
    'accepted',
    pack(packEnvelope({}, { keys: [TODAY, TOMORROW] })),
    'One valid signature is enough; a second one does no harm.',
  ],
  [
    'beside-a-strangers-signature',
    'accepted',
    pack(packEnvelope({}, { keys: [STRANGER, TODAY] })),
    'Signatures by unknown keys are passed over: a later scheme may add its own.',
  ],
  [
    'unknown-statement-field',
    'accepted',
    pack(packEnvelope({ colour: 'blue' })),
    'Later versions may add fields; what is not known is passed over and stays signed.',
  ],
  [
    'unknown-envelope-member',
    'accepted',
    pack(packEnvelope({}, { more: { note: 'x' } })),
    'DSSE lets envelopes carry more members; they are not signed and mean nothing.',
  ],
  [
    'for-any-app',
    'accepted',
    pack(packEnvelope({ app: undefined })),
    'A reader that expects no app takes a statement for none.',
    { app: null },
  ],
  [
    'files-without-base-model',
    'accepted',
    pack(packEnvelope({ id: 'dictionary', baseModelSignature: undefined })),
    'A pack of plain files is bound to no base model, and the field is left out.',
  ],
  ['unsigned', 'unsigned', pack(null), 'A reader that expects signatures refuses what has none.'],
  [
    'unknown-key',
    'unknown-key',
    pack(packEnvelope({}, { keys: [STRANGER] })),
    'Valid, but by a key that this app does not accept.',
  ],
  [
    'retired-key',
    'unknown-key',
    pack(sound),
    'A key that an app update has dropped signs nothing any more.',
    { keys: [TOMORROW.publicKey.text] },
  ],
  [
    'strangers-key-under-a-known-id',
    'bad-signature',
    pack(packEnvelope({}, { keys: [STRANGER] }).replace(/"keyid":"[0-9a-f]{16}"/, `"keyid":"${keyid}"`)),
    'The id is a hint only: the key that it names must have signed.',
  ],
  [
    'one-of-two-signatures-wrong',
    'bad-signature',
    pack(
      packEnvelope(
        {},
        {
          signatures: [
            { keyid, sig },
            { keyid: TOMORROW.publicKey.id, sig },
          ],
        },
      ),
    ),
    'A signature in the name of an accepted key must hold, whatever stands beside it.',
  ],
  [
    'wrong-payload-type',
    'wrong-payload-type',
    pack(envelopeOver(payload, { type: MANIFEST_TYPE })),
    'Signed as a statement about a manifest: it must not count for a pack.',
  ],
  [
    'payload-type-swapped-after-signing',
    'bad-signature',
    pack(envelopeOver(payload, { type: 'text/plain' }).replace('text/plain', PACK_TYPE)),
    'The type is part of what is signed.',
  ],
  [
    'duplicate-key',
    'duplicate-key',
    pack(packEnvelope({}, { keys: [TODAY, TODAY] })),
    'One key signs once: counting it twice would weaken any later threshold.',
  ],
  [
    'payload-changed',
    'bad-signature',
    pack(
      edited(parts.payload, Buffer.from(payload.replace('"version":3', '"version":4')).toString('base64')),
    ),
    'Another version than was signed.',
  ],
  [
    'signature-cut-short',
    'bad-signature',
    pack(
      packEnvelope(
        {},
        { signatures: [{ keyid, sig: Buffer.from(sig, 'base64').subarray(0, 63).toString('base64') }] },
      ),
    ),
    'An Ed25519 signature has 64 bytes.',
  ],
  [
    'signature-all-zero',
    'bad-signature',
    pack(packEnvelope({}, { signatures: [{ keyid, sig: Buffer.alloc(64).toString('base64') }] })),
    'Zeros verify under no sound key.',
  ],
];

const FORMS: readonly Row[] = [
  [
    'no-signatures',
    'malformed',
    pack(packEnvelope({}, { signatures: [] })),
    'An envelope without a signature is none.',
  ],
  [
    'nine-signatures',
    'malformed',
    pack(
      packEnvelope({}, { signatures: Array.from({ length: 9 }, (_, index) => ({ keyid: `${index}`, sig })) }),
    ),
    'More signatures than anybody needs only cost time.',
  ],
  ['truncated', 'malformed', pack(sound.slice(0, -7)), 'A download that broke off.'],
  ['empty', 'malformed', pack(''), 'No text is no envelope.'],
  [
    'bad-base64',
    'malformed',
    pack(edited(sig, `${sig.slice(0, 40)}*${sig.slice(41)}`)),
    'A character outside the alphabet.',
  ],
  [
    'base64-without-padding',
    'malformed',
    pack(edited(sig, sig.replace(/=+$/, ''))),
    'The same bytes in another spelling: one spelling only.',
  ],
  [
    'base64-url-alphabet',
    'malformed',
    pack(packEnvelope({}, { signatures: [{ keyid, sig: sig.replaceAll('+', '-').replaceAll('/', '_') }] })),
    'The URL alphabet is another spelling of the same bytes.',
  ],
  [
    'base64-with-unused-bits',
    'malformed',
    pack(edited(sig, withUnusedBits(sig))),
    'Bits behind the last byte must be zero, or one signature would have several texts.',
  ],
  [
    'base64-with-line-break',
    'malformed',
    pack(packEnvelope({}, { signatures: [{ keyid, sig: `${sig.slice(0, 44)}\n${sig.slice(44)}` }] })),
    'A line break is another spelling of the same bytes.',
  ],
  [
    'repeated-member',
    'malformed',
    pack(edited('{"payloadType"', `{"payload":"","payloadType"`)),
    'Parsers disagree on which of two equal keys counts.',
  ],
  [
    'member-of-another-type',
    'malformed',
    pack(edited(/"payload":"[^"]*"/, '"payload":7')),
    'The payload is text.',
  ],
  ['bytes-behind-the-end', 'malformed', pack(`${sound} {}`), 'An envelope and something else.'],
  ['an-array', 'malformed', pack(`[${sound}]`), 'A list of envelopes is no envelope.'],
  [
    'oversize-envelope',
    'oversize',
    pack(packEnvelope({}, { more: { note: 'x'.repeat(8192) } })),
    'Nothing above 8192 bytes is read at all.',
  ],
  [
    'oversize-payload',
    'oversize',
    pack(packEnvelope({ note: 'x'.repeat(4096) })),
    'Key services sign 4096 bytes at most, so no sound statement is longer.',
  ],
];

const STATEMENTS: readonly Row[] = [
  [
    'another-app',
    'wrong-app',
    pack(packEnvelope({ app: 'com.example.other' })),
    'Two apps may share a signing key without sharing packs.',
  ],
  [
    'no-app',
    'wrong-app',
    pack(packEnvelope({ app: undefined })),
    'A reader that expects an app takes no statement for any.',
  ],
  [
    'another-channel',
    'wrong-channel',
    pack(packEnvelope({ channel: 'beta' })),
    'What testers get must not reach everybody by being copied over.',
  ],
  [
    'below-the-floor',
    'rollback',
    pack(sound),
    'An app may be built with the lowest revision that it accepts at all.',
    { minRevision: 13 },
  ],
  ['at-the-floor', 'accepted', pack(sound), 'The floor itself is accepted.', { minRevision: 12 }],
  [
    'frozen',
    'stale',
    pack(sound),
    'Somebody keeps serving what was right a month ago.',
    { maxAge: { seconds: 2_592_000, now: '2026-12-22T10:00:01Z' } },
  ],
  [
    'not-yet-frozen',
    'accepted',
    pack(sound),
    'The last second of the time that a reader puts up with.',
    { maxAge: { seconds: 2_592_000, now: '2026-12-22T10:00:00Z' } },
  ],
  [
    'issued-in-the-future',
    'accepted',
    pack(sound),
    'Clocks of devices are set by their users: a release from the future is no reason to refuse it.',
    { maxAge: { seconds: 60, now: '2026-11-22T09:00:00Z' } },
  ],
  [
    'statement-with-a-space',
    'bad-statement',
    pack(envelopeOver(payload.replace(',', ', '))),
    'A statement has one spelling, without spaces.',
  ],
  [
    'statement-with-a-repeated-field',
    'bad-statement',
    pack(envelopeOver(payload.replace('"version":3', '"version":9,"version":3'))),
    'Parsers disagree on which of two equal keys counts.',
  ],
  [
    'statement-with-a-fraction',
    'bad-statement',
    pack(envelopeOver(payload.replace('"version":3', '"version":3.0'))),
    'Integers only, in digits only.',
  ],
  [
    'statement-with-an-exponent',
    'bad-statement',
    pack(envelopeOver(payload.replace('"version":3', '"version":3e0'))),
    'Integers only, in digits only.',
  ],
  [
    'statement-with-a-huge-integer',
    'bad-statement',
    pack(envelopeOver(payload.replace('"version":3', '"version":9007199254740993'))),
    'Beyond 2^53 - 1 languages disagree.',
  ],
  [
    'statement-with-an-escape',
    'bad-statement',
    pack(envelopeOver(payload.replace('stable', '\\u0073table'))),
    'A statement has one spelling, without escapes.',
  ],
  [
    'statement-with-null',
    'bad-statement',
    pack(envelopeOver(payload.replace(/"baseModelSignature":"[0-9a-f]+"/, '"baseModelSignature":null'))),
    'What is not there is left out.',
  ],
  [
    'statement-beyond-ascii',
    'bad-statement',
    pack(envelopeOver(payload.replace('stable', 'st\u00e4ble'))),
    'Printable ASCII only.',
  ],
  [
    'statement-without-a-field',
    'bad-statement',
    pack(packEnvelope({ packSha256: undefined })),
    'Every field of its kind but `app` and `baseModelSignature` must be there.',
  ],
  [
    'statement-with-an-upper-case-digest',
    'bad-statement',
    pack(packEnvelope({ packSha256: PACK_FIELDS.packSha256.toUpperCase() })),
    'Digests are lower case, so that comparing texts compares bytes.',
  ],
  [
    'statement-with-a-foreign-time',
    'bad-statement',
    pack(packEnvelope({ issuedAt: '2026-11-22 10:00' })),
    'Times are RFC 3339 in UTC, whole seconds.',
  ],
];

const text = manifestText();
const BYTES: readonly Row[] = [
  ['pack-as-signed', 'accepted', pack(sound, PACK), 'Size and digest are those of the statement.'],
  ['pack-with-one-bit-flipped', 'content-mismatch', pack(sound, flipped), 'Same size, other bytes.'],
  ['pack-cut-short', 'content-mismatch', pack(sound, PACK.subarray(0, -1)), 'A download that broke off.'],
  [
    'pack-with-more-behind',
    'content-mismatch',
    pack(sound, Buffer.concat([PACK, Buffer.from('!')])),
    'A pack and something else.',
  ],
  ['pack-empty', 'content-mismatch', pack(sound, Buffer.alloc(0)), 'An empty answer is no pack.'],
  [
    'manifest-as-signed',
    'accepted',
    manifest(signedManifest()),
    'The signature is the last member; what stands before it is what was signed.',
  ],
  [
    'manifest-unsigned',
    'unsigned',
    manifest(text),
    'A reader that expects signatures refuses a manifest without one.',
  ],
  [
    'manifest-with-a-cell-changed',
    'content-mismatch',
    manifest(signedManifest().replace('"covered"', '"sunset"')),
    'Which pack a device gets is signed, not only the packs.',
  ],
  [
    'manifest-with-another-url',
    'content-mismatch',
    manifest(signedManifest().replace('cdn.example.com', 'cdn.example.net')),
    'Where packs come from is signed.',
  ],
  [
    'manifest-signature-of-another',
    'content-mismatch',
    manifest(signedManifest(text, manifestEnvelope(manifestText(13)))),
    'A signature that was made for another revision.',
  ],
  [
    'manifest-with-a-pack-statement',
    'wrong-payload-type',
    manifest(signedManifest(text, sound)),
    'A signature for a pack must not count for a manifest.',
  ],
  [
    'manifest-signature-in-another-spelling',
    'unsigned',
    manifest(signedManifest().replace('"signature": "{', '"signature": "\\u007b')),
    'The signature has one spelling too, so that every bit of the file counts.',
  ],
  [
    'manifest-of-another-size',
    'content-mismatch',
    manifest(signedManifest(text, manifestEnvelope(text, { sizeBytes: text.length + 1 }))),
    'Size and digest must both be those that were signed.',
  ],
  [
    'manifest-laid-out-again',
    'unsigned',
    manifest(`${JSON.stringify(JSON.parse(signedManifest()))}\n`),
    'A proxy that rewrites JSON breaks the signature: there is no last member on a line of its own.',
  ],
  [
    'manifest-with-members-behind',
    'unsigned',
    manifest(signedManifest().replace(/\n\}\n$/, ',\n  "more": 1\n}\n')),
    'Nothing may stand behind the signature: it would not be signed.',
  ],
  [
    'manifest-truncated',
    'unsigned',
    manifest(signedManifest().slice(0, -2)),
    'A download that broke off has no end, so it has no signature.',
  ],
  [
    'manifest-of-another-channel',
    'wrong-channel',
    manifest(signedManifest(manifestText(12, 'beta'))),
    'The beta manifest, served in the place of the stable one.',
  ],
];

/** A padded text whose bits behind the last byte are not zero. */
function withUnusedBits(base64: string): string {
  const last = base64.search(/=/) - 1;
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
  return `${base64.slice(0, last)}${alphabet.charAt(alphabet.indexOf(base64.charAt(last)) + 1)}${base64.slice(last + 1)}`;
}

/** Every case of a single look. */
export const SIGNATURE_VECTORS: readonly SignatureVector[] = [
  ...ENVELOPES,
  ...FORMS,
  ...STATEMENTS,
  ...BYTES,
].map(([name, expect, shown, why, policy = {}]) => ({
  name,
  why,
  policy: { ...POLICY, ...policy },
  shown,
  expect,
}));

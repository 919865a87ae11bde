import type { AuditFindingCode, FindingCode, Severity } from '../model/finding.ts';
import { APP_FINDING_WORDS } from './app-finding-words.ts';
import { ARCHIVE_FINDING_WORDS } from './archive-finding-words.ts';

/** What is always true of a code, whatever it is found in: its title, how bad it is, why it matters, its page. */
export interface FindingWords {
  readonly title: string;
  /** What the code means unless the rule or the config says otherwise. */
  readonly severity: Severity;
  readonly why: string;
  /** The page that explains it, relative to the repository. */
  readonly docs: string;
}

const page = (code: FindingCode): string => `docs/findings/${code}.md`;

/** The words of every code that `audit` raises. */
export const AUDIT_FINDING_WORDS: Readonly<Record<AuditFindingCode, FindingWords>> = {
  gap: {
    title: 'A supported device kind has no decision',
    severity: 'error',
    why: 'Nobody decided what these users get, so an app cannot tell a mistake from an intention.',
    docs: page('gap'),
  },
  'os-overlap': {
    title: 'Two system models claim the same OS versions',
    severity: 'error',
    why: 'Two rows answer for one device, so every resolution there would be a guess.',
    docs: page('os-overlap'),
  },
  'duplicate-version': {
    title: 'Two builds of one signature have equal precedence',
    severity: 'error',
    why: 'Neither build is the newer one, so "the newest" and "this version" stop being one build.',
    docs: page('duplicate-version'),
  },
  'pack-id-conflict': {
    title: 'One asset pack id would carry two builds',
    severity: 'error',
    why: 'A device knows a pack by its id alone and would get whichever build came last.',
    docs: page('pack-id-conflict'),
  },
  'fallback-broken': {
    title: 'A fallback is not covered where it is needed',
    severity: 'error',
    why: 'The device would be sent to an adapter that it cannot get either.',
    docs: page('fallback-broken'),
  },
  'bad-name': {
    title: 'A name breaks its rule',
    severity: 'error',
    why: 'The runtime matches names by pattern; one that breaks it never loads, without an error.',
    docs: page('bad-name'),
  },
  'identifier-mismatch': {
    title: 'The adapter identifier is not what name and signature make',
    severity: 'error',
    why: 'The device asks for an id that it computes itself; any other id is never asked for.',
    docs: page('identifier-mismatch'),
  },
  'signature-mismatch': {
    title: 'Two places name different signatures for one build',
    severity: 'error',
    why: 'An adapter loads on one base model only; the wrong one refuses it.',
    docs: page('signature-mismatch'),
  },
  'bad-metadata': {
    title: 'metadata.json breaks its schema',
    severity: 'error',
    why: 'The runtime reads it before anything else and refuses the adapter.',
    docs: page('bad-metadata'),
  },
  'bad-weights': {
    title: 'The tensor container is damaged',
    severity: 'error',
    why: 'A cut or mangled container is refused on the device, after the whole download.',
    docs: page('bad-weights'),
  },
  'half-draft': {
    title: 'Only one of the two draft files is there',
    severity: 'error',
    why: 'Both files make a draft model, neither file makes none; one of them is no valid adapter.',
    docs: page('half-draft'),
  },
  'unsafe-file': {
    title: 'A build holds what no pack may hold',
    severity: 'error',
    why: 'Links, devices and unreadable names cannot be packed with the same bytes everywhere.',
    docs: page('unsafe-file'),
  },
  'unknown-file': {
    title: 'A file does not belong into an .fmadapter',
    severity: 'error',
    why: 'It changes the digest of the build and travels to every device.',
    docs: page('unknown-file'),
  },
  'build-missing': {
    title: 'The files of a served build are gone',
    severity: 'error',
    why: 'The build must be packed before it can be published.',
    docs: page('build-missing'),
  },
  'build-changed': {
    title: 'The files of a served build are other files now',
    severity: 'error',
    why: 'A build is what its digest names; other bytes are another build.',
    docs: page('build-changed'),
  },
  'pack-missing': {
    title: 'A pack that is served is absent',
    severity: 'error',
    why: 'Devices read its URL in the manifest and get nothing there.',
    docs: page('pack-missing'),
  },
  'size-mismatch': {
    title: 'A pack that is served has another size',
    severity: 'error',
    why: 'The manifest promises a size, and downloads that differ from it fail.',
    docs: page('size-mismatch'),
  },
  'digest-mismatch': {
    title: 'A pack that is served has other bytes',
    severity: 'error',
    why: 'Delivery checks no digest, so devices may load bytes that nobody published.',
    docs: page('digest-mismatch'),
  },
  'version-fell': {
    title: 'A pack version went down',
    severity: 'error',
    why: 'Devices download again only when the version rises, so many keep what they have.',
    docs: page('version-fell'),
  },
  'log-broken': {
    title: 'The log is not one unbroken chain',
    severity: 'error',
    why: 'The log is the truth about the channel; nothing is published on top of a broken one.',
    docs: page('log-broken'),
  },
  'signature-invalid': {
    title: 'A signature does not hold',
    severity: 'error',
    why: 'Somebody without the key wrote this, or changed it; apps that check signatures refuse it.',
    docs: page('signature-invalid'),
  },
  'signature-missing': {
    title: 'The newest release is not signed',
    severity: 'error',
    why: 'Apps that were built to expect a signature refuse the whole release and keep the one before.',
    docs: page('signature-missing'),
  },
  'projection-foreign': {
    title: 'No log entry explains the manifest',
    severity: 'error',
    why: 'Apps read a manifest that no release of this log ever was.',
    docs: page('projection-foreign'),
  },
  'projection-behind': {
    title: 'The manifest lags the log',
    severity: 'warning',
    why: 'Devices still get the release before, whole and consistent, though a newer one is committed.',
    docs: page('projection-behind'),
  },
  'on-demand-null': {
    title: 'The on-demand policy is null',
    severity: 'error',
    why: 'Apple refuses it on upload (ITMS-91140): the policy is an empty object.',
    docs: page('on-demand-null'),
  },
  'pack-id-dotted': {
    title: 'A pack id has a dot',
    severity: 'error',
    why: 'App Store Connect refuses dots in pack ids, so the pack could never move there.',
    docs: page('pack-id-dotted'),
  },
  'platform-invalid': {
    title: 'A platform is not in the spelling that packs use',
    severity: 'error',
    why: 'Apple takes iOS, macOS, tvOS and visionOS only; iPadOS is covered by iOS.',
    docs: page('platform-invalid'),
  },
  unpublished: {
    title: 'The matrix differs from what the channel serves',
    severity: 'warning',
    why: 'A decision was reviewed, but no device knows of it yet.',
    docs: page('unpublished'),
  },
  'published-only': {
    title: 'Something is served that the matrix has dropped',
    severity: 'warning',
    why: 'Nobody reviews it any more, and the next publish would take it away from devices.',
    docs: page('published-only'),
  },
  'stale-signature': {
    title: 'No supported OS version carries the signature of a served build',
    severity: 'warning',
    why: 'The pack is built, stored and listed, and no supported device can ever load it.',
    docs: page('stale-signature'),
  },
  'not-newest': {
    title: 'A newer build is registered than the one that is served',
    severity: 'warning',
    why: 'An export was registered and never given to anybody.',
    docs: page('not-newest'),
  },
  'untested-os': {
    title: 'An OS release came after the build and its last evaluation',
    severity: 'warning',
    why: 'Prompts and guardrails change between OS releases even where the signature stays.',
    docs: page('untested-os'),
  },
  'toolkit-removed': {
    title: 'The toolkit that exported the build was withdrawn',
    severity: 'warning',
    why: 'Apple withdrew it for a reason, and nothing promises that its exports still load.',
    docs: page('toolkit-removed'),
  },
  'evidence-stale': {
    title: 'Nobody has confirmed a catalogue row since its newest OS release',
    severity: 'warning',
    why: 'The signature of that OS release is assumed; a moved one leaves its users without an adapter.',
    docs: page('evidence-stale'),
  },
  'inferred-row': {
    title: 'Part of the coverage is inferred',
    severity: 'note',
    why: 'Nobody has seen the signature of these OS versions; it follows from what is known around them.',
    docs: page('inferred-row'),
  },
  'draft-compile-limit': {
    title: 'A draft model on platforms that limit its compilation',
    severity: 'warning',
    why: 'Outside macOS an app may compile a draft model three times a day; tests on a Mac never show it.',
    docs: page('draft-compile-limit'),
  },
  'prefetch-unfiltered': {
    title: 'Devices that can never load the adapter download it too',
    severity: 'warning',
    why: 'OS 27 devices fetch and keep a pack of about 160 MB for nothing.',
    docs: page('prefetch-unfiltered'),
  },
  'orphan-pack': {
    title: 'No revision within retention names a stored pack',
    severity: 'warning',
    why: 'It costs storage, and nothing that is served needs it.',
    docs: page('orphan-pack'),
  },
  held: {
    title: 'A build is to be served that a rollback took back',
    severity: 'warning',
    why: 'Publishing is refused until the build is replaced or its hold is lifted.',
    docs: page('held'),
  },
  'decline-expired': {
    title: 'A decision to serve nothing is past its day',
    severity: 'warning',
    why: 'It was meant to be looked at again by then.',
    docs: page('decline-expired'),
  },
  'waiver-expired': {
    title: 'A waiver is past its day',
    severity: 'warning',
    why: 'What it covered shows again from now on.',
    docs: page('waiver-expired'),
  },
  sunset: {
    title: 'Adapters can never load on these OS versions',
    severity: 'note',
    why: 'A deliberate end: the app must work there without the adapter.',
    docs: page('sunset'),
  },
  unsigned: {
    title: 'The channel is not signed',
    severity: 'note',
    why: 'Devices can check sizes and digests, but not who published them.',
    docs: page('unsigned'),
  },
};

/** The words of every code. Exhaustive, so that a code without words does not compile. */
export const FINDING_WORDS: Readonly<Record<FindingCode, FindingWords>> = {
  ...AUDIT_FINDING_WORDS,
  ...ARCHIVE_FINDING_WORDS,
  ...APP_FINDING_WORDS,
};

import type { FindingCode } from '../model/finding.ts';

/**
 * What the subject of a finding names. `adapter`: one, or a build or fallback of one (`name`, `name version`,
 * `name → other`). `pack`: a pack id, its key in the store, or the adapter of it. `system-model`: rows of the
 * catalogue. `channel`: the channel. `config`: something that the config says. `file`: a file
 * of an app's project.
 */
export type SubjectKind = 'adapter' | 'pack' | 'system-model' | 'channel' | 'config' | 'file';

/** What the subjects of a code name, and whether a code can be true of one subject in several ways. */
interface SubjectWords {
  readonly kind: SubjectKind;
  readonly several: boolean;
}

const one = (kind: SubjectKind): SubjectWords => ({ kind, several: false });
const several = (kind: SubjectKind): SubjectWords => ({ kind, several: true });

/** By code, never by the look of the text: an adapter may be named like the channel. */
export const SUBJECTS: Readonly<Record<FindingCode, SubjectWords>> = {
  gap: several('adapter'),
  'os-overlap': several('system-model'),
  'duplicate-version': several('adapter'),
  'pack-id-conflict': several('pack'),
  'fallback-broken': one('adapter'),
  'bad-name': several('adapter'),
  'identifier-mismatch': several('adapter'),
  'signature-mismatch': several('adapter'),
  'bad-metadata': several('adapter'),
  'bad-weights': several('adapter'),
  'half-draft': several('adapter'),
  'unsafe-file': several('adapter'),
  'unknown-file': several('adapter'),
  'build-missing': one('adapter'),
  'build-changed': one('adapter'),
  'pack-missing': one('pack'),
  'size-mismatch': one('pack'),
  'digest-mismatch': one('pack'),
  'version-fell': one('pack'),
  'log-broken': several('channel'),
  'signature-invalid': several('channel'),
  'signature-missing': one('channel'),
  'projection-foreign': several('channel'),
  'projection-behind': several('channel'),
  'on-demand-null': one('adapter'),
  'pack-id-dotted': one('adapter'),
  'platform-invalid': several('adapter'),
  unpublished: one('adapter'),
  'published-only': one('pack'),
  'stale-signature': one('adapter'),
  'not-newest': one('adapter'),
  'untested-os': one('adapter'),
  'toolkit-removed': one('adapter'),
  'evidence-stale': one('system-model'),
  'inferred-row': several('adapter'),
  'draft-compile-limit': one('adapter'),
  'prefetch-unfiltered': one('adapter'),
  'orphan-pack': one('pack'),
  held: one('adapter'),
  'decline-expired': several('adapter'),
  'waiver-expired': several('config'),
  sunset: one('adapter'),
  unsigned: one('channel'),
  'archive-damaged': several('pack'),
  'archive-unreadable': several('pack'),
  'bad-manifest': several('pack'),
  'pack-differs': several('pack'),
  'generic-pack': several('pack'),
  'app-plist-unreadable': several('file'),
  'app-extension-missing': several('file'),
  'app-key-missing': several('file'),
  'app-key-forbidden': several('file'),
  'app-key-invalid': several('file'),
  'app-manifest-url': several('file'),
  'app-host-not-allowed': several('file'),
  'app-size-limit': several('file'),
  'app-group-mismatch': several('file'),
  'app-entitlement-missing': several('file'),
  'app-deployment-target': several('file'),
};

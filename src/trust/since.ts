import type { LogEntry } from '../model/release.ts';
import type { Signing } from './signing.ts';

type Revision = Pick<LogEntry, 'channel' | 'revision'>;

/** True for a revision that the config knows to be signed: one without a signature was not published by us. */
export const mustBeSigned = ({ channel, revision }: Revision, { since }: Pick<Signing, 'since'>): boolean =>
  revision >= (since.get(channel) ?? Number.POSITIVE_INFINITY);

/**
 * Why signing cannot begin on top of an unsigned head; null where it can. A channel that the config does not name may
 * begin anywhere; one that it names only right below the revision that it tells, since a shorter log was cut off.
 */
export function whyNoBeginning(head: Revision, { since }: Pick<Signing, 'since'>): string | null {
  const first = since.get(head.channel);
  if (first === undefined || head.revision + 1 === first) return null;
  return head.revision >= first
    ? `\`signing.since\` says that all from revision ${first} on are signed`
    : `the first signed one would be revision ${head.revision + 1}, where \`signing.since\` has ${first}`;
}

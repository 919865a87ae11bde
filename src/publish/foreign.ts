import { ReleaseError } from '../errors.ts';
import { foreignObjects, type WholeChannel } from '../release/whole-channel.ts';

/**
 * Refuses to publish over a manifest that somebody else wrote.
 *
 * @throws ReleaseError `CHANNEL_NOT_ADOPTED` on a channel without a log, `PROJECTION_FOREIGN` on one with a log
 */
export function refuseForeign(whole: WholeChannel, channel: string, allowForeign: boolean): void {
  const [first, ...more] = foreignObjects(whole);
  if (first === undefined || allowForeign) return;
  if (whole.release !== null) throw foreignProjection(first.key);
  const names = [first, ...more].map(({ key }) => key).join(', ');
  throw new ReleaseError(
    'CHANNEL_NOT_ADOPTED',
    `"${channel}" has no log, but ${names} ${more.length === 0 ? 'is' : 'are'} there, which fmrelease did not write.`,
    {
      fix: 'Take over what is published with `fmrelease adopt <manifest>`, or replace it above its versions with `fmrelease publish --allow-foreign`.',
    },
  );
}

/** An error for a projection that no entry explains. */
export const foreignProjection = (key: string): ReleaseError =>
  new ReleaseError('PROJECTION_FOREIGN', `${key} is not what any revision of its log says.`, {
    fix: 'Find out who wrote it, then run `fmrelease publish --allow-foreign` to replace it above its versions.',
  });

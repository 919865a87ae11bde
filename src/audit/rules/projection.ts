import type { Finding } from '../../model/finding.ts';
import type { ProjectionState } from '../../release/read-channel.ts';
import { type ChannelState, finding, type Rule } from '../state.ts';

/** `projection-foreign`, `projection-behind`: what apps or the system read is not the newest entry of the log. */
export const projectionRule: Rule = ({ channel }) => [
  ...judge(channel, `The manifest of "${channel.name}"`, channel.projection),
  ...channel.platforms.flatMap(({ platform, key, state }) =>
    judge(channel, `The download manifest of "${channel.name}" for ${platform}, ${key},`, state),
  ),
];

function judge(
  { name, head }: ChannelState,
  manifest: string,
  projection: ProjectionState,
): readonly Finding[] {
  switch (projection) {
    case 'foreign':
      return [
        finding('projection-foreign', {
          subject: name,
          message: `${manifest} is not what any revision of its log says.`,
          fix:
            head === null
              ? 'Take it over with `fmrelease adopt`, or publish with --allow-foreign to replace it above its versions.'
              : 'Find out who wrote it, then publish with --allow-foreign to replace it above its versions.',
        }),
      ];
    case 'behind':
    case 'absent':
      return head === null
        ? []
        : [
            finding('projection-behind', {
              subject: name,
              message: `${manifest} ${projection === 'absent' ? 'is absent' : 'lags'}: the log is at revision ${head.entry.revision}.`,
              fix: 'Run `fmrelease publish`: it rolls the manifest forward.',
            }),
          ];
    case 'current':
      return [];
  }
}

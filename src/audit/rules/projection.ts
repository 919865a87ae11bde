import type { Finding } from '../../model/finding.ts';
import { manifestKey, objectPlace } from '../../release/layout.ts';
import type { ProjectionState } from '../../release/read-channel.ts';
import { type ChannelState, finding, type Rule } from '../state.ts';

/** `projection-foreign`, `projection-behind`: what apps or the system read is not the newest entry of the log. */
export const projectionRule: Rule = ({ channel }) => [
  ...judge(channel, {
    manifest: `The manifest of "${channel.name}"`,
    key: manifestKey(channel.name),
    state: channel.projection,
  }),
  ...channel.platforms.flatMap(({ platform, key, state }) =>
    judge(channel, {
      manifest: `The download manifest of "${channel.name}" for ${platform}, ${key},`,
      key,
      state,
    }),
  ),
];

/** One manifest: what to call it, where it lies, how it stands to the log. */
interface Shown {
  readonly manifest: string;
  readonly key: string;
  readonly state: ProjectionState;
}

function judge({ name, head, place }: ChannelState, { manifest, key, state }: Shown): readonly Finding[] {
  switch (state) {
    case 'foreign':
      return [
        finding('projection-foreign', {
          subject: name,
          message: `${manifest} is not what any revision of its log says.`,
          fix:
            head === null
              ? 'Take it over with `fmrelease adopt`, or run `fmrelease publish --allow-foreign` to replace it above its versions.'
              : `Find out who wrote ${objectPlace(place, key)}, then run \`fmrelease publish --allow-foreign\` to replace it above its versions.`,
        }),
      ];
    case 'behind':
    case 'absent':
      return head === null
        ? []
        : [
            finding('projection-behind', {
              subject: name,
              message: `${manifest} ${state === 'absent' ? 'is absent' : 'lags'}: the log is at revision ${head.entry.revision}.`,
              fix: 'Run `fmrelease publish`: it rolls the manifest forward.',
            }),
          ];
    case 'current':
      return [];
  }
}

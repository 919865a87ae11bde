import { finding, type Rule } from '../state.ts';

/** `unsigned`: nothing proves to a device who published. */
export const unsignedRule: Rule = ({ channel }) =>
  channel.head === null
    ? []
    : [
        finding('unsigned', {
          subject: channel.name,
          message: `"${channel.name}" is not signed: HTTPS, sizes and digests are all that devices can check.`,
          fix: 'Let the app compare each pack with the `sha256` of the manifest.',
        }),
      ];

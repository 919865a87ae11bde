import { finding, type Rule } from '../state.ts';

/** `unsigned`: nothing proves to a device who published, or nothing here could tell. */
export const unsignedRule: Rule = ({ channel: { name, head, trust } }) => {
  if (head === null || trust !== null) return [];
  return [
    head.entry.signature === undefined
      ? finding('unsigned', {
          subject: name,
          message: `"${name}" is not signed: HTTPS, sizes and digests are all that devices can check.`,
          fix: 'Make a key with `fmrelease key generate` and add `signing` to the config, or let the app compare each pack with the `sha256` of the manifest.',
        })
      : finding('unsigned', {
          subject: name,
          message: `"${name}" is signed, and the config names no key to check that with.`,
          fix: 'Add `signing` to the config.',
        }),
  ];
};

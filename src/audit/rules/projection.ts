import { finding, type Rule } from '../state.ts';

/** `projection-foreign`, `projection-behind`: what apps read is not the newest entry of the log. */
export const projectionRule: Rule = ({ channel: { name, head, projection } }) => {
  switch (projection) {
    case 'foreign':
      return [
        finding('projection-foreign', {
          subject: name,
          message: `The manifest of "${name}" is not what any revision of its log says.`,
          fix: 'Find out who wrote it, then publish with --allow-foreign to replace it above its versions.',
        }),
      ];
    case 'behind':
    case 'absent':
      return head === null
        ? []
        : [
            finding('projection-behind', {
              subject: name,
              message: `The manifest of "${name}" ${projection === 'absent' ? 'is absent' : 'lags'}: the log is at revision ${head.entry.revision}.`,
              fix: 'Run `fmrelease publish`: it rolls the manifest forward.',
            }),
          ];
    case 'current':
      return [];
  }
};

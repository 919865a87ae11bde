import { shortSignature } from '../../model/signature.ts';
import { dayOf, finding, type Rule } from '../state.ts';

/** `decline-expired`: a `none … until` past its day, which is the last one that it covers. */
export const declineExpiredRule: Rule = (state) =>
  state.adapters.flatMap(({ name, serve }) =>
    serve.flatMap(({ subject, decision }) => {
      if (decision.kind !== 'none' || decision.until === null || decision.until >= dayOf(state)) return [];
      const about =
        subject.kind === 'systemModel' ? `"${subject.id}"` : `signature ${shortSignature(subject.signature)}`;
      return [
        finding('decline-expired', {
          subject: name,
          message: `"${name}" was declined for ${about} until ${decision.until}.`,
          fix: 'Decide again: serve a build there, or decline it until a later day.',
        }),
      ];
    }),
  );

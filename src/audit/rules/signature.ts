import { REFUSAL_WORDS } from '../../trust/refusal-words.ts';
import { finding, type Rule } from '../state.ts';

/** `signature-invalid`, `signature-missing`: what is published does not carry the signatures that the config asks for. */
export const signatureRule: Rule = ({ channel: { name, trust, head } }) => [
  ...(trust?.refused ?? []).map(({ what, refusal }) =>
    finding('signature-invalid', {
      subject: name,
      message: `${what} of "${name}" ${REFUSAL_WORDS[refusal]}.`,
      fix: 'Find out who wrote it; then roll back to a revision that is signed, or put its key into `signing.keys`.',
    }),
  ),
  ...(trust?.isDue === true && head !== null
    ? [
        finding('signature-missing', {
          subject: name,
          message: `Revision ${head.entry.revision} of "${name}" is not signed, and the config asks for signatures.`,
          fix: 'Run `fmrelease publish`: a new revision is signed even where nothing else changes.',
        }),
      ]
    : []),
];

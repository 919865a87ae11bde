import type { ServeEntry } from '../../model/matrix.ts';
import { type AuditState, dayOf, finding, type Rule } from '../state.ts';

/** `decline-expired`: a `none … until` past its day, which is the last one that it covers. */
export const declineExpiredRule: Rule = (state) =>
  state.adapters.flatMap(({ name, kind, serve }) =>
    serve.flatMap(({ subject, decision }) => {
      if (decision.kind !== 'none' || decision.until === null || decision.until >= dayOf(state)) return [];
      const { about, flag } = wordsFor(subject);
      const anew = `decide anew with \`fmrelease adapter decline ${name} ${flag} --until <day>\`.`;
      return [
        finding('decline-expired', {
          subject: name,
          message: `"${name}" was declined for ${about} until ${decision.until}.`,
          fix:
            kind === 'fmadapter' && neverLoads(subject, state)
              ? `D${anew.slice(1)}`
              : `Serve a build there with \`fmrelease adapter serve ${name} <version> ${flag}\`, or ${anew}`,
        }),
      ];
    }),
  );

const wordsFor = (subject: ServeEntry['subject']): { readonly about: string; readonly flag: string } =>
  subject.kind === 'systemModel'
    ? { about: `system model "${subject.id}"`, flag: `--system-model ${subject.id}` }
    : { about: `signature ${subject.signature}`, flag: `--signature ${subject.signature}` };

const neverLoads = (subject: ServeEntry['subject'], { intent }: AuditState): boolean =>
  subject.kind === 'systemModel' &&
  intent.catalogue.systemModels.some(
    ({ id, adapterSupport }) => id === subject.id && adapterSupport === 'unsupported',
  );

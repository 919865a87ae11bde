import { dayOf, finding, type Rule } from '../state.ts';

/** `waiver-expired`: a waived finding past its day, which is the last one that it covers. */
export const waiverExpiredRule: Rule = (state) =>
  state.config.audit.waive.flatMap(({ code, subject, until }) =>
    until === undefined || until >= dayOf(state)
      ? []
      : [
          finding('waiver-expired', {
            subject: subject ?? code,
            message: `The waiver of ${code}${subject === undefined ? '' : ` for "${subject}"`} ended on ${until}.`,
            fix: `Mend what it covered and remove it from \`audit.waive\` in ${state.config.file}, or renew its \`until\`.`,
          }),
        ],
  );

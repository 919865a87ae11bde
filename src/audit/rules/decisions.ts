import type { Finding } from '../../model/finding.ts';
import { finding, type Rule } from '../state.ts';

/** `held`: the matrix serves a build that a rollback holds. */
export const heldRule: Rule = ({ channel, desired }) =>
  desired
    .flatMap(({ packs }) => packs)
    .flatMap((pack): readonly Finding[] => {
      const hold = channel.head?.entry.holds.find(
        (other) => other.adapter === pack.adapter && other.buildDigest === pack.buildDigest,
      );
      if (hold === undefined) return [];
      return [
        finding('held', 'warning', {
          subject: `${pack.adapter} ${pack.build}`,
          message: `The matrix serves build ${pack.build} of "${pack.adapter}", which revision ${hold.sinceRevision} of "${channel.name}" took back.`,
          fix: `Serve another build, or publish with --lift-hold ${pack.adapter}.`,
        }),
      ];
    });

/** `decline-expired`: a `none … until` past its day. */
export const declineRule: Rule = ({ adapters, asOf }) =>
  adapters.flatMap((adapter) =>
    adapter.serve.flatMap(({ subject, decision }) => {
      if (decision.kind !== 'none' || decision.until === null || decision.until >= day(asOf)) return [];
      const about = subject.kind === 'systemModel' ? subject.id : subject.signature;
      return [
        finding('decline-expired', 'warning', {
          subject: adapter.name,
          message: `"${adapter.name}" was declined for ${about} until ${decision.until}.`,
          fix: 'Decide again: serve a build, or decline with a later day.',
        }),
      ];
    }),
  );

/** `waiver-expired`: a waived finding past its day. */
export const waiverRule: Rule = ({ config, asOf }) =>
  config.audit.waive.flatMap(({ code, subject, until }) =>
    until === undefined || until >= day(asOf)
      ? []
      : [
          finding('waiver-expired', 'warning', {
            subject: subject ?? code,
            message: `The waiver of ${code}${subject === undefined ? '' : ` for "${subject}"`} ended on ${until}.`,
            fix: 'Mend the finding, or renew the waiver in `audit.waive`.',
          }),
        ],
  );

const day = (date: Date): string => date.toISOString().slice(0, 10);

import { groupBy } from '../../model/group-by.ts';
import { carriesSignature } from '../../model/signature.ts';
import { buildSubject, finding, type Rule } from '../state.ts';

/** `stale-signature`: nothing in `support`, on the adapter's platforms, carries what a served build is for. */
export const staleSignatureRule: Rule = ({ builds, cells }) => {
  const offered = groupBy(
    cells.filter(({ state }) => state !== 'not-offered'),
    ({ adapter }) => adapter,
  );
  return builds.flatMap((state) => {
    const { adapter, build } = state;
    const signature = build.baseModelSignature;
    if (signature === null) return [];
    const carried = (offered.get(adapter.name) ?? []).some(({ systemModel }) => {
      const digits = systemModel?.signature?.digits;
      return digits !== undefined && carriesSignature(digits, signature);
    });
    if (carried) return [];
    return [
      finding('stale-signature', {
        subject: buildSubject(state),
        message: `Build ${build.version} of "${adapter.name}" is served for signature ${signature}, which no supported OS version carries.`,
        fix: 'Remove its `serve` entry in the matrix, widen `support` in the config, or add the system model that carries it with `fmrelease systems import <file>`.',
      }),
    ];
  });
};

import { finding, type Rule } from '../state.ts';

/** `held`: what the matrix serves stands under a hold of the head. */
export const heldRule: Rule = ({ channel, desired }) => {
  const holds = new Map(
    (channel.head?.entry.holds ?? []).map((hold) => [`${hold.adapter}\u0000${hold.buildDigest}`, hold]),
  );
  return desired
    .flatMap(({ packs }) => packs)
    .flatMap(({ adapter, build, buildDigest }) => {
      const hold = holds.get(`${adapter}\u0000${buildDigest}`);
      if (hold === undefined) return [];
      return [
        finding('held', {
          subject: `${adapter} ${build}`,
          message: `The matrix serves build ${build} of "${adapter}", which revision ${hold.sinceRevision} of "${channel.name}" took back.`,
          fix: `Serve another build with \`fmrelease adapter serve ${adapter} <version>\`, or give this one out again with \`fmrelease publish --lift-hold ${adapter}\`.`,
        }),
      ];
    });
};

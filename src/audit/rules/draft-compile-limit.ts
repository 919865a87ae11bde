import { groupBy } from '../../model/group-by.ts';
import { buildSubject, finding, type Rule } from '../state.ts';

/** `draft-compile-limit`: devices of a platform with three compilations a day get a build with a draft model. */
export const draftCompileLimitRule: Rule = ({ builds, cells }) => {
  const cellsOf = groupBy(cells, ({ adapter }) => adapter);
  return builds.flatMap((state) => {
    const { adapter, build, inspection } = state;
    if (!build.draft && inspection?.draft !== true) return [];
    const reached = (cellsOf.get(adapter.name) ?? []).filter((cell) => cell.build === build);
    const limited = new Set(reached.map(({ platform }) => platform).filter((name) => name !== 'macOS'));
    if (limited.size === 0) return [];
    return [
      finding('draft-compile-limit', {
        subject: buildSubject(state),
        message: `Build ${build.version} of "${adapter.name}" has a draft model, and an app on ${[...limited].join(', ')} may compile it three times a day.`,
        fix: 'Compile it once per build and keep the result, or export the adapter without a draft.',
      }),
    ];
  });
};

import { carriesSignature } from '../../model/signature.ts';
import type { Catalogue } from '../../model/system-model.ts';
import { type BuildState, buildSubject, finding, type Rule } from '../state.ts';

/** `toolkit-removed`: the toolkit that exported a served build was withdrawn. */
export const toolkitRemovedRule: Rule = ({ builds, intent: { catalogue } }) =>
  builds.flatMap((served) => {
    const version = toolkitOf(served, catalogue);
    const toolkit = catalogue.toolkits.find((other) => other.version === version);
    if (toolkit?.withdrawn !== true) return [];
    const current = catalogue.toolkits.filter(({ withdrawn }) => !withdrawn).at(-1);
    return [
      finding('toolkit-removed', {
        subject: buildSubject(served),
        message: `Build ${served.build.version} of "${served.adapter.name}" comes from toolkit ${toolkit.version}, which Apple withdrew.`,
        fix: `Train and export it again with ${current === undefined ? 'a toolkit that is current' : `toolkit ${current.version}`}.`,
      }),
    ];
  });

/** What the build says, else what the catalogue says of its signature. */
const toolkitOf = ({ build }: BuildState, { systemModels }: Catalogue): string | null => {
  const signature = build.baseModelSignature;
  if (build.toolkit !== null || signature === null) return build.toolkit;
  return (
    systemModels.find((row) => row.signature !== null && carriesSignature(row.signature.digits, signature))
      ?.toolkit ?? null
  );
};

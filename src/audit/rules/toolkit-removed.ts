import { carriesSignature } from '../../model/signature.ts';
import type { Catalogue, SystemModel } from '../../model/system-model.ts';
import { type BuildState, buildSubject, finding, type Rule } from '../state.ts';

/** `toolkit-removed`: the toolkit that exported a served build was withdrawn. */
export const toolkitRemovedRule: Rule = ({ builds, intent: { catalogue } }) =>
  builds.flatMap((served) => {
    const row = rowOf(served, catalogue);
    const version = served.build.toolkit ?? row?.toolkit ?? null;
    const toolkit = catalogue.toolkits.find((other) => other.version === version);
    if (toolkit?.withdrawn !== true) return [];
    const instead = replacement(row, catalogue);
    return [
      finding('toolkit-removed', {
        subject: buildSubject(served),
        message: `Build ${served.build.version} of "${served.adapter.name}" comes from toolkit ${toolkit.version}, which Apple has withdrawn (${toolkit.source}, seen ${toolkit.date}).`,
        fix: `Train and export it again with ${instead === null ? 'a toolkit that is current' : `toolkit ${instead}`}, then run \`fmrelease adapter add ${served.build.path} --build <version>\`.`,
      }),
    ];
  });

/** The catalogue row that carries the signature of the build. */
const rowOf = ({ build }: BuildState, { systemModels }: Catalogue): SystemModel | undefined => {
  const signature = build.baseModelSignature;
  if (signature === null) return undefined;
  return systemModels.find(
    (row) => row.signature !== null && carriesSignature(row.signature.digits, signature),
  );
};

/** The toolkit that trains for the same base model where it is still offered, else the newest that is. */
function replacement(row: SystemModel | undefined, { toolkits }: Catalogue): string | null {
  const current = toolkits.filter(({ withdrawn }) => !withdrawn).map(({ version }) => version);
  return current.find((version) => version === row?.toolkit) ?? current.at(-1) ?? null;
}

import { packIdOf } from '../../matrix/decide.ts';
import type { Finding } from '../../model/finding.ts';
import { type BuildState, buildSubject, finding, type Rule } from '../state.ts';

/**
 * `signature-mismatch`, `identifier-mismatch`: the metadata of a served build says something else than the matrix
 * that registers it. What the metadata does not say at all is `bad-metadata`.
 */
export const identityRule: Rule = ({ builds }) =>
  builds.flatMap((state) => [...signatureFindings(state), ...identifierFindings(state)]);

function signatureFindings(state: BuildState): readonly Finding[] {
  const registered = state.build.baseModelSignature;
  const found = state.inspection?.baseModelSignature ?? null;
  if (registered === null || found === null || found === registered) return [];
  return [
    finding('signature-mismatch', {
      subject: buildSubject(state),
      message: `The matrix registers ${buildSubject(state)} for ${registered}, but its metadata.json says ${found}.`,
      fix: `Correct \`baseModelSignature\` in the matrix, or register the export with \`fmrelease adapter add ${state.build.path} --build <version>\`.`,
    }),
  ];
}

/** Here it is the name in the matrix, which makes the pack id; inspection compares with the folder's name. */
function identifierFindings(state: BuildState): readonly Finding[] {
  const { adapter, build, inspection } = state;
  const found = inspection?.adapterIdentifier ?? null;
  if (found === null || found.startsWith(`fmadapter-${adapter.name}-`) || isSaidByInspection(state))
    return [];
  return [
    finding('identifier-mismatch', {
      subject: buildSubject(state),
      message: `The adapterIdentifier of ${buildSubject(state)} is "${found}", but as "${adapter.name}" it is published as "${packIdOf(adapter, build)}".`,
      fix: 'Name the adapter in the matrix as it was exported, or export it again under its name in the matrix.',
    }),
  ];
}

const isSaidByInspection = ({ adapter, inspection }: BuildState): boolean =>
  inspection?.name === adapter.name && inspection.findings.some(({ code }) => code === 'identifier-mismatch');

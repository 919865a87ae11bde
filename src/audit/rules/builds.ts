import type { Finding } from '../../model/finding.ts';
import { shortSignature } from '../../model/signature.ts';
import { type BuildState, finding, type Rule } from '../state.ts';

/** `build-missing`, `build-changed`: errors where a publish would have to pack that build, else notes. */
export const buildFilesRule: Rule = ({ builds }) =>
  builds.flatMap((state) => {
    if (state.files === 'unchanged' || state.files === 'refused') return [];
    const code = state.files === 'missing' ? 'build-missing' : 'build-changed';
    return [
      finding(code, state.mustPack ? 'error' : 'note', {
        subject: subjectOf(state),
        message: `${state.detail}${state.mustPack ? '' : ' It is published, so nothing needs the files now.'}`,
        fix:
          state.files === 'missing'
            ? `Fetch the export to "${state.build.path}", or correct \`path\` in the matrix.`
            : `Restore the export, or register it with \`fmrelease adapter add ${state.build.path} --build <version>\`.`,
      }),
    ];
  });

/** `bad-metadata`, `bad-weights`, `half-draft`, `bad-name`, …: what inspection finds in a served build that is at hand. */
export const inspectionRule: Rule = ({ builds }) =>
  builds.flatMap((state): readonly Finding[] => {
    if (state.files === 'refused') {
      return [
        finding('unsafe-file', state.mustPack ? 'error' : 'note', {
          subject: subjectOf(state),
          message: state.detail,
          fix: 'Replace these by plain files.',
        }),
      ];
    }
    if (state.inspection === null || state.files !== 'unchanged') return [];
    return state.inspection.findings.map((found) => ({ ...found, subject: subjectOf(state) }));
  });

/** `signature-mismatch`: the files of a registered build name another signature than the matrix. */
export const signatureRule: Rule = ({ builds }) =>
  builds.flatMap((state) => {
    const { inspection, build } = state;
    if (
      inspection === null ||
      state.files !== 'unchanged' ||
      inspection.baseModelSignature === build.baseModelSignature
    )
      return [];
    return [
      finding('signature-mismatch', 'error', {
        subject: subjectOf(state),
        message: `The matrix registers ${subjectOf(state)} for ${shortSignature(build.baseModelSignature ?? 'no signature')}, its metadata.json says ${shortSignature(inspection.baseModelSignature ?? 'nothing')}.`,
        fix: 'Correct `baseModelSignature` in the matrix, or register the export again.',
      }),
    ];
  });

const subjectOf = ({ adapter, build }: BuildState): string => `${adapter.name} ${build.version}`;

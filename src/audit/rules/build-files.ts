import type { FindingCode } from '../../model/finding.ts';
import { type BuildState, buildSubject, finding, type Rule } from '../state.ts';

/**
 * `build-missing`, `build-changed`, `unsafe-file`: the files of a served build are not what is registered. An error
 * as long as a publish needs them; a note where a published pack is reused instead.
 */
export const buildFilesRule: Rule = ({ builds }) =>
  builds.flatMap((state) => {
    if (state.files === 'unchanged') return [];
    const { mustPack, detail } = state;
    return [
      finding(CODES[state.files], {
        ...(mustPack ? {} : { severity: 'note' }),
        subject: buildSubject(state),
        message: `${detail} ${mustPack ? 'A publish would have to pack this build.' : 'A pack of this build is published, so a publish does not need its files.'}`,
        fix: FIXES[state.files](state),
      }),
    ];
  });

type Trouble = Exclude<BuildState['files'], 'unchanged'>;

const CODES: Readonly<Record<Trouble, FindingCode>> = {
  missing: 'build-missing',
  changed: 'build-changed',
  refused: 'unsafe-file',
};

const FIXES: Readonly<Record<Trouble, (state: BuildState) => string>> = {
  missing: ({ build }) => `Fetch the export to "${build.path}", or correct \`path\` in the matrix.`,
  changed: ({ build }) =>
    `Restore the export, or register it as a new build with \`fmrelease adapter add ${build.path} --build <version>\`.`,
  refused: ({ build }) =>
    `Replace these by plain files, then register the build with \`fmrelease adapter add ${build.path} --build <version>\`.`,
};

import { buildSubject, type Rule } from '../state.ts';

/**
 * `bad-metadata`, `bad-weights`, `half-draft`, `unknown-file`, `bad-name`, `identifier-mismatch`: what inspecting the
 * files of a served build finds. Files that are gone or others are not inspected: they are not the build. What mends
 * them makes another build, so the fix ends with registering it.
 */
export const inspectionRule: Rule = ({ builds }) =>
  builds.flatMap((state) =>
    (state.inspection?.findings ?? []).map((found) => ({
      ...found,
      subject: buildSubject(state),
      fix: `${found.fix} Then run \`fmrelease adapter add ${state.build.path} --build <version>\`.`,
    })),
  );

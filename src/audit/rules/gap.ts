import { placeOf } from '../place.ts';
import { finding, type Rule } from '../state.ts';

/** `gap`: a supported cell with no decision. One finding per cell. */
export const gapRule: Rule = ({ cells }) =>
  cells
    .filter(({ state }) => state === 'gap')
    .map((cell) => {
      const { adapter, systemModel } = cell;
      const claimed =
        systemModel === null ? ', which no system model of the catalogue claims' : ` (${systemModel.id})`;
      return finding('gap', {
        subject: adapter,
        message: `"${adapter}" has no decision for ${placeOf(cell)}${claimed}.`,
        fix:
          systemModel === null
            ? 'Narrow `support` in the config, or add the system model with `fmrelease systems import <file>`.'
            : `Register a build for it with \`fmrelease adapter add <path> --build <version>\`, or decline it with \`fmrelease adapter decline ${adapter} --system-model ${systemModel.id}\`.`,
      });
    });

import type { Rule } from '../state.ts';

/**
 * `os-overlap`, `duplicate-version`, `pack-id-conflict`, `fallback-broken`, `bad-name`, `signature-mismatch`,
 * `on-demand-null`, `pack-id-dotted`, `platform-invalid`: what reading the matrix found wrong with it.
 */
export const matrixFaultsRule: Rule = ({ intent }) => intent.faults;

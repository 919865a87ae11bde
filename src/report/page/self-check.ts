import { ReleaseError } from '../../errors.ts';
import type { TableData } from '../page-data.ts';
import { type Simulation, simulate } from '../simulation.ts';

/** What resolving every cell of the shown matrix once more came to. */
export interface SelfCheck {
  readonly answers: number;
  /** Cells that do not answer as the matrix shows them: `summarizer on iOS 26.4`. */
  readonly disagreeing: readonly string[];
}

/** Resolves each cell of the matrix anew, at the first OS version of its column. Unsound adapters have no answer. */
export function resolveAll(simulation: Simulation, { columns, states }: TableData): SelfCheck {
  const disagreeing: string[] = [];
  let answers = 0;
  for (const [adapter, letters] of states) {
    if (simulation.unsound.has(adapter)) continue;
    columns.forEach(([platform, os, variant], index) => {
      const state = stateOf(simulation, { adapter, platform, os, variant: variant ?? undefined });
      answers += 1;
      if (LETTERS[state] !== letters[index]) disagreeing.push(`${adapter} on ${platform} ${os}`);
    });
  }
  return { answers, disagreeing };
}

function stateOf(simulation: Simulation, question: Parameters<typeof simulate>[1]): string {
  try {
    return simulate(simulation, question).state;
  } catch (error) {
    if (error instanceof ReleaseError) return error.code;
    throw error;
  }
}

/** An interval that no row claims is a gap of the matrix, and an unknown OS to a device. */
const LETTERS: Readonly<Record<string, string>> = {
  covered: 'c',
  declined: 'd',
  sunset: 's',
  'not-offered': 'n',
  gap: 'g',
  'unknown-os': 'g',
};

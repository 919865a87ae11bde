import { ReleaseError } from '../../errors.ts';
import { resolve } from '../../matrix/resolve.ts';
import { formatOsVersion, parseOsVersion } from '../../model/os-version.ts';
import type { TableData } from '../page-data.ts';
import type { Simulation } from '../simulation.ts';

/** What resolving every cell of the shown matrix once more came to. */
export interface SelfCheck {
  readonly answers: number;
  /** Cells that do not answer as the matrix shows them: `summarizer on iOS 26.4`. */
  readonly disagreeing: readonly string[];
}

/** Resolves each cell of the matrix anew, at the first OS version of its column. Unsound adapters have no answer. */
export function resolveAll(
  { adapters, systemModels, unsound }: Simulation,
  { columns, states }: TableData,
): SelfCheck {
  const devices = columns.map(([platform, os, variant]) => ({
    platform,
    os: parseOsVersion(os),
    variant: variant ?? undefined,
  }));
  const letters = new Map(states);
  const asked = adapters.filter(({ name }) => !unsound.has(name));
  const disagreeing = asked.flatMap((adapter) =>
    devices.flatMap((device, index) =>
      LETTERS[stateOf(adapter, systemModels, device)] === letters.get(adapter.name)?.[index]
        ? []
        : [`${adapter.name} on ${device.platform} ${formatOsVersion(device.os)}`],
    ),
  );
  return { answers: asked.length * devices.length, disagreeing };
}

function stateOf(...question: Parameters<typeof resolve>): string {
  try {
    return resolve(...question).state;
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

import type { HeldState } from '../fleet/weigh.ts';
import type { ResolutionState } from '../matrix/resolve.ts';

/** What a state is called on the page, the class that paints it, and what it means in one sentence. */
export interface StateWords {
  readonly label: string;
  readonly className: string;
  readonly meaning: string;
}

/** The words of every state. Exhaustive, so that a state without words does not compile. */
export const STATE_WORDS: Readonly<Record<ResolutionState | HeldState, StateWords>> = {
  covered: { label: 'covered', className: 'c', meaning: 'The device gets the build that is named.' },
  declined: {
    label: 'declined',
    className: 'd',
    meaning: 'Somebody decided that it gets none; the fallback is used.',
  },
  sunset: {
    label: 'sunset',
    className: 's',
    meaning: 'The system can never load an adapter; the fallback is used.',
  },
  'not-offered': {
    label: 'not offered',
    className: 'n',
    meaning: 'The adapter is not made for this platform.',
  },
  gap: { label: 'gap', className: 'g', meaning: 'Nobody decided. This wants an answer.' },
  'unknown-os': {
    label: 'unknown OS',
    className: 'g',
    meaning: 'No system model that is known runs there.',
  },
  'unknown-signature': {
    label: 'unknown signature',
    className: 'g',
    meaning: 'No system model that is known carries it; no build is guessed.',
  },
  'by-variant': {
    label: 'by variant',
    className: 'v',
    meaning: 'Devices with this OS differ in their system model, and so does what they get.',
  },
  unsupported: {
    label: 'outside support',
    className: 'o',
    meaning: 'The app does not run on these OS versions.',
  },
  unlisted: {
    label: 'not in the table',
    className: 'o',
    meaning: 'OS versions that the fleet table leaves out.',
  },
};

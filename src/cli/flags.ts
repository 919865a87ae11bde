import { boolean, integer, string } from '@oclif/core/flags';

/** A flag that is off unless it is typed. The shell's own boolean would be `undefined` then, whatever its type says. */
export const toggle = (options: {
  readonly description: string;
  readonly char?: 'q' | 'y';
  readonly helpGroup?: string;
}) => boolean({ ...options, default: false });

/** The scope flag of every command that compares or changes a channel. */
export const onlyFlag = string({ multiple: true, description: 'Only this adapter; repeat for several.' });

/** Distrusts known digests. */
export const rehashFlag = toggle({
  description: 'Read every file again instead of trusting known digests.',
});

/** What a plan may be told to accept. */
export const permitFlags = {
  'allow-gap': toggle({ description: 'Accept supported OS versions without a decision.' }),
  'allow-remove': string({
    multiple: true,
    description: 'A pack id that may leave the channel: devices delete it.',
  }),
  'lift-hold': string({ multiple: true, description: 'An adapter whose held build may be published again.' }),
};

/** A line that people read in the history. */
export const messageFlag = string({ char: 'm', description: 'A line for the history.' });

/** Uploads at a time. */
export const concurrencyFlag = integer({ description: 'Uploads at a time.', default: 4, min: 1, max: 32 });

import { boolean, integer, string } from '@oclif/core/flags';

/** The scope flag of every command that compares or changes a channel. */
export const onlyFlag = string({ multiple: true, description: 'Only this adapter; repeat for several.' });

/** Distrusts known digests. */
export const rehashFlag = boolean({
  description: 'Read every file again instead of trusting known digests.',
});

/** What a plan may be told to accept. */
export const permitFlags = {
  'allow-gap': boolean({ description: 'Accept supported OS versions without a decision.' }),
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

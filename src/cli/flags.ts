import { custom } from '@oclif/core/args';
import { boolean, integer, string } from '@oclif/core/flags';
import { parseRevision } from './rollback-target.ts';

/** A flag that is off unless it is typed. The shell's own boolean would be `undefined` then, whatever its type says. */
export const toggle = (options: {
  readonly description: string;
  readonly char?: 'q' | 'y';
  readonly helpGroup?: string;
  /** Flags that say something else: typing one of them too is refused. */
  readonly exclusive?: string[];
}) => boolean({ ...options, default: false });

/** A flag that may be typed several times, one value each: what follows its value is an argument again. */
export const repeatable = ({ description }: { readonly description: string }) =>
  string({ description, multiple: true, multipleNonGreedy: true });

/** A flag that is given once for each of its values, or once for all of them with commas: for words without any. */
export const repeatableWord = ({ description }: { readonly description: string }) =>
  string({ description, multiple: true, multipleNonGreedy: true, delimiter: ',' });

/** A revision of a channel's log as an argument. */
export const revisionArg = custom<number>({
  parse: (text) => Promise.resolve().then(() => parseRevision(text)),
});

/** The scope flag of every command that compares or changes a channel. */
export const onlyFlag = repeatable({ description: 'Only this adapter; repeat for several.' });

/** Which OS versions the users have. */
export const fleetFlag = string({
  description: 'A CSV of OS shares (platform, os, share or devices), instead of `fleet` of the config.',
});

/** Looks at one channel everywhere. Typed beside `--target` it is refused; `FMRELEASE_TARGET` is a default that it outranks. */
export const allTargetsFlag = boolean({
  description: 'Look at the channel at every target of the config.',
  default: false,
  relationships: [
    {
      type: 'none',
      flags: [
        {
          name: 'target',
          when: ({ target }) => Promise.resolve(target !== process.env['FMRELEASE_TARGET']),
        },
      ],
    },
  ],
});

/** Distrusts known digests. */
export const rehashFlag = toggle({
  description: 'Read every file again instead of trusting known digests.',
});

/** What a plan may be told to accept. */
export const permitFlags = {
  'allow-gap': toggle({ description: 'Accept supported OS versions without a decision.' }),
  'allow-remove': repeatable({ description: 'A pack id that may leave the channel: devices delete it.' }),
  'lift-hold': repeatable({ description: 'An adapter whose held build may be published again.' }),
};

/** A line that people read in the history. */
export const messageFlag = string({ char: 'm', description: 'A line for the history.' });

/** Uploads at a time. */
export const concurrencyFlag = integer({ description: 'Uploads at a time.', default: 4, min: 1, max: 32 });

/** For a store that ignores conditional writes. */
export const singleWriterFlag = toggle({
  description: 'I see to it that nothing else publishes meanwhile: allow a store without conditional writes.',
});

import { ReleaseError } from '../errors.ts';

/**
 * Apple's rule for adapter names, `\w+`; a hyphen breaks the runtime's match silently. A name is a key of our documents,
 * so it is none of the keys that their readers refuse.
 */
export const ADAPTER_NAME = /^(?!(?:__proto__|constructor|prototype)$)[A-Za-z0-9_]{1,64}$/;

/** Asset pack ids that both self-hosting and App Store Connect accept (dots are refused on upload). */
export const ASSET_PACK_ID = /^[A-Za-z0-9_-]{1,128}$/;

/** Channel names are path segments of a published prefix. */
export const CHANNEL_NAME = /^[a-z][a-z0-9-]{0,31}$/;

/** The adapter's identifier, which is also its asset pack id: `fmadapter-<name>-<first 7 hex>`. */
export const adapterIdentifier = (name: string, signature: string): string =>
  `fmadapter-${name}-${signature.slice(0, 7)}`;

/**
 * Reads a channel name.
 *
 * @throws ReleaseError `USAGE` when it breaks {@link CHANNEL_NAME}
 */
export function parseChannelName(text: string): string {
  if (CHANNEL_NAME.test(text)) return text;
  throw new ReleaseError(
    'USAGE',
    `"${text}" is not a channel name: expected a lower-case letter, then letters, digits or hyphens, 32 at most.`,
    {
      fix: 'Name a channel such as stable or beta.',
    },
  );
}

import type { ServedSignature } from '../serve/served-signatures.ts';
import { REFUSAL_WORDS } from '../trust/refusal-words.ts';
import type { Style } from './style.ts';

/** One line per channel that is served: what its signature is worth. */
export const renderSignatures = (channels: readonly ServedSignature[], style: Style): readonly string[] =>
  channels.map(({ channel, signature }) => {
    switch (signature) {
      case 'signed':
        return `${channel} is signed.`;
      case 'unchecked':
        return `${channel} is signed; the config names no key to check it with.`;
      case 'unsigned':
        return `${channel} is not signed.`;
      default:
        return style.yellow(`${channel} ${REFUSAL_WORDS[signature]}: apps that check signatures refuse it.`);
    }
  });

import { type CertificateFacts, COMMON_NAME } from '../serve/certificate.ts';
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

/** How a Mac and a device are made to fetch from here, step by step. No test proves these: they name Apple's settings. */
export const renderDeviceSteps = (
  { file, fingerprint, until, names }: CertificateFacts,
  addresses: DeviceAddresses,
): readonly string[] => [
  `Certificate: ${file} (until ${until}; SHA-256 ${fingerprint})`,
  `Names: ${names.join(', ')}`,
  `Manifest: ${addresses.manifest}   packs: ${addresses.origin}/assets/<pack id>`,
  '',
  'On this Mac (unproved):',
  `  1. security add-trusted-cert -r trustRoot -k ~/Library/Keychains/login.keychain-db ${file}`,
  `  2. xcrun ba-serve url-override ${addresses.origin}`,
  'On a device in the same network, with Developer Mode on (unproved):',
  ...(addresses.isLoopback
    ? ['  0. Start again with --host <address of this machine>: a device does not reach a loopback address.']
    : []),
  `  1. Send ${file} to it by AirDrop, then Settings > General > VPN & Device Management > ${COMMON_NAME} > Install.`,
  `  2. Settings > General > About > Certificate Trust Settings: turn on "${COMMON_NAME}".`,
  `  3. Settings > Developer > Background Assets Testing > Development Overrides: enter ${addresses.origin}`,
  'When you are done, remove the certificate again wherever you trusted it.',
];

/** Where a device finds things. */
export interface DeviceAddresses {
  readonly origin: string;
  readonly manifest: string;
  readonly isLoopback: boolean;
}

import {
  createHash,
  createPrivateKey,
  generateKeyPairSync,
  randomBytes,
  sign,
  X509Certificate,
} from 'node:crypto';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { isIP, isIPv4 } from 'node:net';
import { hostname, networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { writeFileAtomically } from '../disk/atomic-write.ts';
import {
  DER_TRUE,
  derBits,
  derElement,
  derOctets,
  derOid,
  derSequence,
  derText,
  derTime,
  derUnsigned,
} from './der.ts';

/** A certificate and its key, as PEM. */
export interface CertificatePair {
  readonly certificate: string;
  readonly key: string;
}

/** A certificate as it is shown to people. */
export interface CertificateFacts {
  /** Where it lies, for whoever must trust it. */
  readonly file: string;
  /** SHA-256 of its bytes, pairs of digits with colons. */
  readonly fingerprint: string;
  readonly names: readonly string[];
  readonly until: string;
}

/**
 * Makes a self-signed certificate (ECDSA P-256, RFC 5280) for some host names and addresses, valid for 30 days. It is
 * marked as an authority, since devices offer no other kind for trust, and may sign no further authority.
 */
export function makeCertificate(names: readonly string[], now: Date): CertificatePair {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const spki = publicKey.export({ type: 'spki', format: 'der' });
  const name = derSequence(derElement(0x31, derSequence(derOid('2.5.4.3'), derText(COMMON_NAME))));
  const algorithm = derSequence(derOid('1.2.840.10045.4.3.2'));
  const body = derSequence(
    derElement(0xa0, derUnsigned(Buffer.of(2))),
    derUnsigned(Buffer.concat([Buffer.of(1), randomBytes(15)])),
    algorithm,
    name,
    derSequence(derTime(new Date(now.getTime() - HOUR_MS)), derTime(new Date(now.getTime() + 30 * DAY_MS))),
    name,
    spki,
    derElement(0xa3, derSequence(...extensions(names, spki))),
  );
  const signature = sign('sha256', body, privateKey);
  return {
    certificate: toPem(derSequence(body, algorithm, derBits(signature))),
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}

function extensions(names: readonly string[], spki: Uint8Array): readonly Uint8Array[] {
  const isAuthority = derSequence(DER_TRUE, derUnsigned(Buffer.of(0)));
  return [
    derSequence(derOid('2.5.29.19'), DER_TRUE, derOctets(isAuthority)),
    derSequence(derOid('2.5.29.15'), DER_TRUE, derOctets(derBits(Buffer.of(0x84), 2))), // digitalSignature, keyCertSign
    derSequence(derOid('2.5.29.37'), derOctets(derSequence(derOid('1.3.6.1.5.5.7.3.1')))), // serverAuth
    derSequence(
      derOid('2.5.29.14'),
      derOctets(derOctets(createHash('sha256').update(spki).digest().subarray(0, 20))),
    ),
    derSequence(derOid('2.5.29.17'), derOctets(derSequence(...names.map(toGeneralName)))),
  ];
}

const toGeneralName = (name: string): Uint8Array =>
  isIP(name) === 0 ? derElement(0x82, Buffer.from(name, 'latin1')) : derElement(0x87, addressBytes(name));

/** The bytes of an address; the URL parser writes an IPv6 one in its one canonical form. */
function addressBytes(address: string): Uint8Array {
  if (isIPv4(address)) return Buffer.from(address.split('.').map(Number));
  const canonical = new URL(`http://[${address}]/`).hostname.slice(1, -1);
  const [head = '', tail] = canonical.split('::');
  const groups = (text: string): readonly string[] => (text === '' ? [] : text.split(':'));
  const zeros = tail === undefined ? 0 : 8 - groups(head).length - groups(tail).length;
  const all = [...groups(head), ...Array.from({ length: zeros }, () => '0'), ...groups(tail ?? '')];
  return Buffer.from(all.map((group) => group.padStart(4, '0')).join(''), 'hex');
}

/** The IPv4 addresses by which other machines reach this one. */
export const outsideAddresses = (): readonly string[] =>
  Object.values(networkInterfaces()).flatMap((list) =>
    (list ?? []).flatMap(({ address, internal, family }) => (internal || family !== 'IPv4' ? [] : [address])),
  );

/** What a server on `host` is called: this machine's own names, and on every address those of the network too. */
export function namesOf(host: string): readonly string[] {
  const addresses = Object.values(networkInterfaces()).flatMap((list) =>
    (list ?? []).map(({ address }) => address),
  );
  const isEverywhere = host === '0.0.0.0' || host === '::';
  const names = [
    'localhost',
    '127.0.0.1',
    '::1',
    ...(isEverywhere ? [...addresses, hostname(), `${hostname().replace(/\..*/, '')}.local`] : [host]),
  ];
  return [...new Set(names.map((name) => name.replace(/%.*/, '').toLowerCase()))].filter(
    (name) => name !== '',
  );
}

/**
 * The certificate for some names that lies in a folder; made anew when there is none, when it ends within a day or when
 * it lacks a name. The key is readable by this user alone.
 */
export async function keepCertificate(
  folder: string,
  names: readonly string[],
  now: Date,
): Promise<CertificatePair & { readonly facts: CertificateFacts }> {
  const file = join(folder, 'certificate.pem');
  const keyFile = join(folder, 'key.pem');
  const kept = await Promise.all([readFile(file, 'utf8'), readFile(keyFile, 'utf8')]).catch(() => undefined);
  const [certificate, key] = kept ?? ['', ''];
  const pair = fits({ certificate, key }, names, now) ? { certificate, key } : makeCertificate(names, now);
  if (pair.certificate !== certificate) {
    await writeFileAtomically(file, pair.certificate);
    await rm(keyFile, { force: true });
    await writeFile(keyFile, pair.key, { mode: 0o600, flag: 'wx' });
  }
  const { fingerprint256, validTo } = new X509Certificate(pair.certificate);
  const until = new Date(validTo).toISOString().slice(0, 10);
  return { ...pair, facts: { file, fingerprint: fingerprint256, names, until } };
}

function fits({ certificate, key }: CertificatePair, names: readonly string[], now: Date): boolean {
  try {
    const known = new X509Certificate(certificate);
    return (
      known.checkPrivateKey(createPrivateKey(key)) &&
      new Date(known.validTo).getTime() > now.getTime() + DAY_MS &&
      new Date(known.validFrom).getTime() < now.getTime() &&
      names.every((name) => (isIP(name) === 0 ? known.checkHost(name) : known.checkIP(name)) !== undefined)
    );
  } catch {
    return false;
  }
}

const toPem = (der: Uint8Array): string =>
  `-----BEGIN CERTIFICATE-----\n${(
    Buffer.from(der)
      .toString('base64')
      .match(/.{1,64}/g) ?? []
  ).join('\n')}\n-----END CERTIFICATE-----\n`;

/** What devices list it as. */
export const COMMON_NAME = 'fmrelease local CDN';
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

import { resolve } from 'node:path';
import { ReleaseError } from '../errors.ts';
import type { UserConfig, UserSigning, UserTarget } from '../generated/config.ts';
import type { Support } from '../matrix/coverage.ts';
import { isLoopback } from '../model/loopback.ts';
import { parseOsRange } from '../model/parse-os-range.ts';
import { explainPlatform, isPlatform } from '../model/platform.ts';
import { parsePublicKey } from '../trust/keys.ts';
import type { Config, S3Target, Target } from './config.ts';
import { toExtraKeys } from './extra-keys.ts';

/** Where the config was found: its folder and its file name. */
export interface ConfigOrigin {
  readonly root: string;
  readonly file: string;
}

/**
 * Completes what people wrote: defaults, absolute paths, URLs with their slash, parsed ranges.
 *
 * @throws ReleaseError `CONFIG_INVALID` with every fault that the schema cannot state
 */
export function normaliseConfig(user: UserConfig, { root, file }: ConfigOrigin): Config {
  const faults: string[] = [];
  const collect = <T>(act: () => T): T | undefined => {
    try {
      return act();
    } catch (error) {
      if (!(error instanceof ReleaseError)) throw error;
      faults.push(error.message);
      return undefined;
    }
  };
  const channels = user.channels ?? ['stable'];
  const userTargets = user.targets ?? DEFAULT_TARGETS;
  const targets = Object.entries(userTargets).flatMap(
    ([name, target]) =>
      collect(() => toTarget(name, target, { root, channels, signing: user.signing })) ?? [],
  );
  const support = toSupport(user.support, collect);
  const defaultTarget = user.defaultTarget ?? null;
  if (defaultTarget !== null && !Object.hasOwn(userTargets, defaultTarget)) {
    faults.push(
      `defaultTarget "${defaultTarget}" is none of the targets: ${Object.keys(userTargets).join(', ')}.`,
    );
  }
  if (faults.length > 0) {
    throw new ReleaseError(
      'CONFIG_INVALID',
      `${file} has ${faults.length === 1 ? 'a fault' : `${faults.length} faults`}: ${faults.join(' ')}`,
      {
        fix: `Correct ${file}.`,
        details: faults,
      },
    );
  }
  return {
    root,
    file,
    matrix: user.matrix ?? 'fmrelease.matrix.json',
    support,
    channels,
    targets,
    defaultTarget,
    only: user.only ?? [],
    fleet: user.fleet ?? null,
    audit: { severity: user.audit?.severity ?? {}, waive: user.audit?.waive ?? [] },
    retention: {
      revisions: user.retention?.revisions ?? 10,
      builds: user.retention?.builds ?? 2,
      days: user.retention?.days ?? 30,
    },
  };
}

function toSupport(support: UserConfig['support'], collect: <T>(act: () => T) => T | undefined): Support {
  const ranges = Object.entries(support).map(([platform, range]) =>
    collect(() => {
      if (!isPlatform(platform)) throw new ReleaseError('CONFIG_INVALID', explainPlatform(platform));
      return [platform, parseOsRange(range, `support.${platform}`)] as const;
    }),
  );
  return Object.fromEntries(ranges.filter((range) => range !== undefined));
}

interface Surroundings {
  readonly root: string;
  readonly channels: readonly string[];
  readonly signing: UserConfig['signing'];
}

function toTarget(name: string, target: UserTarget, { root, channels, signing }: Surroundings): Target {
  if (target.kind === 'app-store-connect') return { kind: 'app-store-connect', name };
  const basics = {
    name,
    publicUrl: toPublicUrl(name, target.publicUrl),
    hosting: target.hosting ?? 'unmanaged',
    archive: target.archive ?? 'aar',
    ...toSigning(target.signing ?? signing, { root, channels }),
    compression: toCompression(name, target),
    projections: toExtraKeys(name, target, channels),
  } as const;
  return target.kind === 'directory'
    ? { ...basics, kind: 'directory', path: resolve(root, target.path), verify: target.verify ?? 'origin' }
    : toS3Target(target, basics);
}

function toS3Target(
  target: Extract<UserTarget, { kind: 's3' }>,
  basics: Pick<
    S3Target,
    'name' | 'publicUrl' | 'hosting' | 'archive' | 'compression' | 'projections' | 'signing'
  >,
): S3Target {
  const endpoint = target.endpoint === undefined ? null : toEndpoint(basics.name, target.endpoint);
  return {
    ...basics,
    kind: 's3',
    bucket: target.bucket,
    prefix: toPrefix(basics.name, target.prefix ?? ''),
    region: target.region ?? null,
    endpoint,
    forcePathStyle: target.forcePathStyle ?? false,
    headers: toHeaders(basics.name, target.headers ?? {}),
    checksums: target.checksums ?? (endpoint === null ? 'sha256' : 'signed'),
    partSizeMiB: target.partSizeMiB ?? 8,
    connections: target.connections ?? 4,
    verify: target.verify ?? 'edge',
  };
}

/** Undefined stays unsaid: a channel that was signed is then not published by accident. */
function toSigning(
  signing: UserSigning | false | undefined,
  { root, channels }: Pick<Surroundings, 'root' | 'channels'>,
): Pick<S3Target, 'signing'> {
  if (signing === undefined) return {};
  if (signing === false) return { signing: 'off' };
  const since = Object.entries(signing.since ?? {});
  const unknown = since.find(([channel]) => !channels.includes(channel));
  if (unknown !== undefined)
    throw new ReleaseError(
      'CONFIG_INVALID',
      `signing.since names "${unknown[0]}", which is none of the channels: ${channels.join(', ')}.`,
    );
  return {
    signing: {
      app: signing.app ?? null,
      keys: signing.keys.map(parsePublicKey),
      keyFile: signing.keyFile === undefined ? null : resolve(root, signing.keyFile),
      command: signing.command ?? null,
      timeoutMs: (signing.timeoutSeconds ?? 30) * 1000,
      since: new Map(since),
    },
  };
}

/** Compression is for the Apple Archives that fmrelease writes: a zip is stored, and Apple's tool chooses for itself. */
function toCompression(
  name: string,
  { compression = 'none', archive, hosting }: Exclude<UserTarget, { kind: 'app-store-connect' }>,
): S3Target['compression'] {
  if (compression === 'none' || (archive !== 'zip' && hosting !== 'managed')) return compression;
  const why = archive === 'zip' ? 'a zip is stored' : "managed packs are built by Apple's tool";
  throw new ReleaseError(
    'CONFIG_INVALID',
    `The target "${name}" has \`compression: "${compression}"\`, but ${why}: expected "none".`,
  );
}

/** A prefix of plain parts with a slash behind it: it becomes part of URLs and of access policies as it is. */
function toPrefix(name: string, text: string): string {
  const path = text.endsWith('/') ? text.slice(0, -1) : text;
  if (path === '') return '';
  if (path.split('/').every((part) => /^[A-Za-z0-9_-][A-Za-z0-9._-]*$/.test(part)) && path.length <= 512)
    return `${path}/`;
  throw new ReleaseError(
    'CONFIG_INVALID',
    `The prefix "${text}" of target "${name}" is no plain path: expected parts of letters, digits, dots, dashes and underscores.`,
  );
}

/** Headers are printed with the config and kept in it, so none of them may be a secret. */
function toHeaders(
  name: string,
  headers: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const secret = Object.keys(headers).find((header) => SECRET_HEADERS.test(header));
  if (secret === undefined) return headers;
  throw new ReleaseError(
    'CONFIG_INVALID',
    `The header "${secret}" of target "${name}" carries credentials: expected them from the AWS credential chain.`,
  );
}

function toEndpoint(name: string, text: string): string {
  return checkedUrl(`endpoint of target "${name}"`, text).href.replace(/\/$/, '');
}

function toPublicUrl(name: string, text: string): string {
  const { href } = checkedUrl(`publicUrl of target "${name}"`, text);
  return href.endsWith('/') ? href : `${href}/`;
}

function checkedUrl(what: string, text: string): URL {
  const refuse = (why: string): ReleaseError => new ReleaseError('CONFIG_INVALID', `The ${what} ${why}.`);
  if (!URL.canParse(text)) throw refuse('is no URL: expected https://host/path/');
  const url = new URL(text);
  const loopback = isLoopback(url.hostname);
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && loopback)) {
    throw refuse(`uses ${url.protocol.replace(':', '')}: expected https, or http on loopback`);
  }
  if (url.username !== '' || url.password !== '') throw refuse('carries credentials: expected none');
  if (/[?#]/.test(text)) throw refuse('has a query or a fragment: expected none');
  return url;
}

const SECRET_HEADERS = /^(authorization|cookie|proxy-authorization|x-amz-security-token)$/i;

const DEFAULT_TARGETS: NonNullable<UserConfig['targets']> = {
  local: { kind: 'directory', path: '.fmrelease/cdn', publicUrl: 'http://127.0.0.1:8787/' },
};

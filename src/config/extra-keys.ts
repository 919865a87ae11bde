import { ReleaseError } from '../errors.ts';
import type { UserTarget } from '../generated/config.ts';
import { explainPlatform, isPlatform } from '../model/platform.ts';
import type { ExtraKeys } from './config.ts';

/**
 * Completes `projections` of a target: by platform and channel the key that shipped apps read.
 *
 * @throws ReleaseError `CONFIG_INVALID` for an unmanaged target, an unknown platform or channel, a key that is no plain
 *   path or lies where releases are kept, a key that two manifests share
 */
export function toExtraKeys(
  name: string,
  target: Exclude<UserTarget, { kind: 'app-store-connect' }>,
  channels: readonly string[],
): ExtraKeys {
  const wanted = target.projections ?? {};
  const refuse = (why: string): ReleaseError =>
    new ReleaseError('CONFIG_INVALID', `\`projections\` of target "${name}" ${why}.`);
  if (target.projections !== undefined && target.hosting !== 'managed')
    throw refuse('carries download manifests, which only `hosting: "managed"` has');
  const keys = Object.entries(wanted).map(([platform, value]) => {
    if (!isPlatform(platform)) throw refuse(`names a platform that is none: ${explainPlatform(platform)}`);
    const [only, second] = channels;
    if (typeof value === 'string' && (only === undefined || second !== undefined))
      throw refuse(
        `gives "${value}" to ${platform} without a channel, and there are ${channels.join(', ')}: expected { "${only ?? 'stable'}": "${value}" }`,
      );
    const byChannel = typeof value === 'string' ? { [only ?? '']: value } : value;
    for (const [channel, key] of Object.entries(byChannel)) {
      if (!channels.includes(channel)) throw refuse(`names the channel "${channel}", which is not declared`);
      if (!isPlainKey(key))
        throw refuse(
          `has the key "${key}": expected parts of letters, digits, dots, dashes and underscores, outside v1/`,
        );
    }
    return [platform, byChannel] as const;
  });
  const all = keys.flatMap(([, byChannel]) => Object.values(byChannel));
  const twice = all.find((key, index) => all.indexOf(key) !== index);
  if (twice !== undefined) throw refuse(`uses the key "${twice}" twice: each manifest needs its own`);
  return Object.fromEntries(keys);
}

/** Relative to the prefix. `v1/` is the release's own, and names that start with a dot are never served. */
const isPlainKey = (key: string): boolean =>
  key.length <= 512 &&
  !/^v1(\/|$)/i.test(key) &&
  key.split('/').every((part) => /^[A-Za-z0-9_-][A-Za-z0-9._-]*$/.test(part));

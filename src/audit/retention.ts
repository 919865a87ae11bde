import type { Config } from '../config/config.ts';
import { toTimestamp } from '../model/timestamp.ts';
import type { Slot } from '../release/read-channel.ts';

/**
 * The keys of every pack that retention keeps, of one channel's log (entries ascending). A pack is kept when
 *
 * - one of the last `revisions` entries names it, or
 * - an entry names it that was the newest at any time of the last `days` days, or
 * - it is of the last `builds` builds that the log ever served for its adapter and signature.
 */
export function retainedKeys(
  slots: readonly Slot[],
  { revisions, builds, days }: Config['retention'],
  asOf: Date,
): ReadonlySet<string> {
  const kept = new Set<string>();
  const since = toTimestamp(new Date(asOf.getTime() - days * DAY_MS));
  const newestBuilds = new Map<string, Set<string>>();
  [...slots].reverse().forEach(({ entry }, age) => {
    const next = slots[slots.length - age]?.entry;
    const isRecent = age < revisions || next === undefined || next.createdAt >= since;
    for (const { key, adapter, baseModelSignature, buildDigest } of entry.packs) {
      const known = newestBuilds.get(`${adapter}\u0000${baseModelSignature ?? ''}`) ?? new Set();
      if (known.size < builds) known.add(buildDigest);
      newestBuilds.set(`${adapter}\u0000${baseModelSignature ?? ''}`, known);
      if (isRecent || known.has(buildDigest)) kept.add(key);
    }
  });
  return kept;
}

const DAY_MS = 24 * 60 * 60_000;

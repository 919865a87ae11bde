import type { Config } from '../config/config.ts';
import type { PackRecord } from '../model/release.ts';
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
  const newestBuilds = new Map<string, Map<string, Set<string>>>();
  const looked = new Set<PackRecord>(); // entries of a known log share the packs that did not change
  [...slots].reverse().forEach(({ entry }, age) => {
    const next = slots[slots.length - age]?.entry;
    const isRecent = age < revisions || next === undefined || next.createdAt >= since;
    for (const pack of entry.packs) {
      if (looked.has(pack) && !isRecent) continue; // a newer entry has counted its build
      looked.add(pack);
      const { key, adapter, baseModelSignature, buildDigest } = pack;
      const known = buildsOf(newestBuilds, adapter, baseModelSignature ?? '');
      if (known.size < builds) known.add(buildDigest);
      if (isRecent || known.has(buildDigest)) kept.add(key);
    }
  });
  return kept;
}

function buildsOf(
  all: Map<string, Map<string, Set<string>>>,
  adapter: string,
  signature: string,
): Set<string> {
  const own = all.get(adapter) ?? new Map<string, Set<string>>();
  const builds = own.get(signature) ?? new Set<string>();
  all.set(adapter, own);
  own.set(signature, builds);
  return builds;
}

const DAY_MS = 24 * 60 * 60_000;

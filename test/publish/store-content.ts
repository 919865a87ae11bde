import { createHash } from 'node:crypto';

/** What a store holds, one line per object: its key and its digest; of a tombstone, which is random by design, its state. */
export const contentOf = (objects: ReadonlyMap<string, Uint8Array>): readonly string[] =>
  [...objects].map(([key, bytes]) => `${key} ${nameOf(key, bytes)}`).sort();

/** How one content differs from another, in words. */
export function difference(expected: readonly string[], found: readonly string[]): string {
  const missing = expected.filter((line) => !found.includes(line));
  const extra = found.filter((line) => !expected.includes(line));
  return `without ${missing.join(', ') || 'lack'} and with ${extra.join(', ') || 'nothing more'}`;
}

/** How many revisions a channel has. */
export const countRevisions = (objects: ReadonlyMap<string, Uint8Array>, channel = 'stable'): number =>
  [...objects.keys()].filter((key) => key.startsWith(`v1/channels/${channel}/log/`)).length;

function nameOf(key: string, bytes: Uint8Array): string {
  if (key.startsWith('v1/tombstones/')) {
    const { state }: { readonly state: string } = JSON.parse(Buffer.from(bytes).toString());
    return state;
  }
  const known = DIGESTS.get(bytes) ?? createHash('sha256').update(bytes).digest('hex');
  DIGESTS.set(bytes, known);
  return known;
}

/** Digests of bytes that never change: the stores of the tests replace an object's bytes and do not edit them. */
const DIGESTS = new WeakMap<Uint8Array, string>();

import { packIdOf } from '../matrix/decide.ts';
import type { Finding } from '../model/finding.ts';
import type { AuditState } from './state.ts';

/**
 * Returns the test for findings that `--only` lets through: those about an adapter in scope, and those about the
 * channel, the catalogue or the config, which every adapter rests on. What belongs to other adapters alone is theirs.
 */
export function scopeTest({
  only,
  intent,
  channel,
}: Pick<AuditState, 'only' | 'intent' | 'channel'>): (found: Finding) => boolean {
  if (only.length === 0) return () => true;
  const inScope = new Set(only);
  const owners = ownersOf({ intent, channel });
  return ({ subject }) => {
    const owning = owners.get(subject) ?? owners.get(firstWord(subject)) ?? owners.get(lastPart(subject));
    return owning === undefined || [...owning].some((name) => inScope.has(name));
  };
}

/** Who a name or a pack id belongs to: by the matrix and by everything that the log says. */
function ownersOf({
  intent,
  channel,
}: Pick<AuditState, 'intent' | 'channel'>): ReadonlyMap<string, ReadonlySet<string>> {
  const owners = new Map<string, Set<string>>();
  const add = (subject: string, adapter: string): void => {
    owners.set(subject, (owners.get(subject) ?? new Set()).add(adapter));
  };
  for (const adapter of intent.adapters) {
    add(adapter.name, adapter.name);
    for (const build of adapter.builds) add(packIdOf(adapter, build), adapter.name);
  }
  for (const { adapter } of channel.head?.cells ?? []) add(adapter, adapter);
  for (const { entry } of channel.slots) {
    for (const { id, adapter } of entry.packs) {
      add(id, adapter);
      add(adapter, adapter);
    }
  }
  return owners;
}

const firstWord = (subject: string): string => subject.split(' ', 1)[0] ?? subject;

const lastPart = (subject: string): string => subject.slice(subject.lastIndexOf('/') + 1);

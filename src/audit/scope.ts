import { packIdOf } from '../matrix/decide.ts';
import type { Finding } from '../model/finding.ts';
import type { AuditState } from './state.ts';
import { SUBJECTS } from './subjects.ts';

/**
 * Returns the test for findings that `--only` lets through: those about an adapter in scope, and those about the
 * channel, the catalogue or the config, which every adapter rests on. What belongs to other adapters alone is theirs.
 * The states are of one project at several targets; who owns what is true of one target is for its log to tell.
 */
export function scopeTest(
  states: readonly Pick<AuditState, 'only' | 'intent' | 'channel'>[],
): (found: Finding) => boolean {
  const [first] = states;
  if (first === undefined || first.only.length === 0) return () => true;
  const inScope = new Set(first.only);
  const byTarget = new Map(states.map((state) => [state.channel.target, ownersOf(state)]));
  const ofAny = ownersOf(first);
  return (found) => {
    const owners = found.target === undefined ? ofAny : (byTarget.get(found.target) ?? ofAny);
    const owning = owners(found);
    return owning === null || owning.some((name) => inScope.has(name));
  };
}

/** Who a finding belongs to, by the matrix and by everything that the log says; null where every adapter rests on it. */
function ownersOf({
  intent,
  channel,
}: Pick<AuditState, 'intent' | 'channel'>): (found: Finding) => readonly string[] | null {
  const names = new Set(intent.adapters.map(({ name }) => name));
  const byPack = new Map<string, Set<string>>();
  const add = (id: string, adapter: string): void => {
    byPack.set(id, (byPack.get(id) ?? new Set()).add(adapter));
  };
  for (const adapter of intent.adapters)
    for (const build of adapter.builds) add(packIdOf(adapter, build), adapter.name);
  for (const { adapter } of channel.head?.cells ?? []) names.add(adapter);
  for (const { entry } of channel.slots) {
    for (const { id, adapter } of entry.packs) {
      add(id, adapter);
      names.add(adapter);
    }
  }
  return ({ code, subject }) => {
    switch (SUBJECTS[code].kind) {
      case 'adapter': {
        const owning = adapterIn(subject, names);
        return owning === null ? null : [owning];
      }
      case 'pack': {
        const owning = byPack.get(subject.slice(subject.lastIndexOf('/') + 1));
        if (owning !== undefined) return [...owning];
        return names.has(subject) ? [subject] : null;
      }
      case 'system-model':
      case 'channel':
      case 'config':
      case 'file':
        return null;
    }
  };
}

/** The adapter that a subject is about: `name`, `name version` or `name → other`. */
function adapterIn(subject: string, names: ReadonlySet<string>): string | null {
  if (names.has(subject)) return subject;
  for (let end = subject.lastIndexOf(' '); end > 0; end = subject.lastIndexOf(' ', end - 1))
    if (names.has(subject.slice(0, end))) return subject.slice(0, end);
  return null;
}

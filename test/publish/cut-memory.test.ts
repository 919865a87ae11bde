import { expect, test } from 'vitest';
import { interceptStore, unavailable } from '../support/faulty-store.ts';
import { openMemoryStore } from '../support/memory-store.ts';
import { scratchFolder } from '../support/scratch.ts';
import { SCENARIOS } from './command-scenarios.ts';
import { type Cut, type CutPlace, cutEverywhere } from './cuts.ts';
import { MUTANTS } from './mutants.ts';

test.each(SCENARIOS)(
  '$name, cut at every store operation: old or new, true, and the same when given again',
  async (scenario) => {
    const { violations, cuts } = await cutEverywhere(openPlace(), scenario, { root: scratchFolder() });
    expect(violations).toEqual([]);
    expect(cuts).toBeGreaterThan(20 * PHASES.length);
  },
);

test.each([
  { bug: 'the projection is written before the log', expected: /given again|a device reads/ },
  { bug: 'a 412 after a lost reply counts as a lost race', expected: /it said "not committed" and is/ },
  { bug: 'packs are uploaded after the commit', expected: /a device reads .* absent/ },
  { bug: 'no answer counts as a yes', expected: /it said "committed" and is not/ },
])('cuts find the bug: $bug', async ({ bug, expected }) => {
  const [scenario] = SCENARIOS;
  const mutant = MUTANTS.find((one) => one.bug === bug);
  if (scenario === undefined || mutant?.own === undefined) throw new Error(`there is no mutant "${bug}"`);
  const { violations } = await cutEverywhere(openPlace({ provesUploads: true }), scenario, {
    root: scratchFolder(),
    around: mutant.own,
  });
  expect(violations.join('\n')).toMatch(expected);
});

/** A store in memory that is gone from one operation on, or for one operation alone. */
function openPlace(options: { readonly provesUploads?: boolean } = {}): CutPlace {
  const memory = openMemoryStore(options);
  const calls: string[] = [];
  return {
    objects: () => memory.objects,
    unfinished: () => [],
    save: () => {
      const kept = new Map(memory.objects);
      return () => {
        memory.objects.clear();
        for (const [key, bytes] of kept) memory.objects.set(key, bytes);
      };
    },
    open: (cut) => {
      calls.length = 0;
      return interceptStore(memory, async (call, act) => {
        const number = calls.push(`${call.method} ${call.key}`);
        if (cut === null || number < cut.at || (number > cut.at && cut.phase.startsWith('once')))
          return act();
        if (number > cut.at || cut.phase.endsWith('not sent')) throw unavailable(call);
        const reply = await act();
        if (cut.phase === 'replied') return reply;
        throw unavailable(call);
      });
    },
    cuts: () =>
      calls.flatMap((operation, index) => PHASES.map((phase): Cut => ({ at: index + 1, phase, operation }))),
  };
}

/** The store is gone before the operation, before its reply, or after it; or it comes back at once. */
const PHASES = ['not sent', 'not answered', 'replied', 'once not sent', 'once not answered'];

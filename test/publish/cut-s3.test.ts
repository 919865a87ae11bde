import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Patience } from '../../src/store/s3/patience.ts';
import { objectsBelow, saveBucket, unfinishedParts } from '../support/s3/bucket-state.ts';
import { type FakeS3, type Hook, type Operation, startFakeS3 } from '../support/s3/server.ts';
import { HASTY, openOn } from '../support/s3/target.ts';
import { scratchFolder } from '../support/scratch.ts';
import { SCENARIOS } from './command-scenarios.ts';
import { type Cut, type CutPlace, cutEverywhere } from './cuts.ts';

let fake: FakeS3;
beforeEach(async () => {
  fake = await startFakeS3();
});
afterEach(() => fake.close());

test.each(SCENARIOS)(
  '$name, cut at every request: old or new, true, and the same when given again',
  async (scenario) => {
    const { violations, cuts } = await cutEverywhere(placeOn(fake), scenario, {
      root: scratchFolder(),
      weightBytes: scenario.inParts === true ? TWO_PARTS : 0,
    });
    expect(violations).toEqual([]);
    expect(cuts).toBeGreaterThan(20);
  },
  600_000,
);

/** The real S3 store on a strict server that is gone from one request on, or for one request alone. */
const placeOn = (server: FakeS3): CutPlace => ({
  objects: () => objectsBelow(server.bucket, PREFIX),
  unfinished: () => unfinishedParts(server.bucket),
  save: () => saveBucket(server.bucket),
  open: (cut) => {
    server.log.length = 0;
    server.hook = cut === null ? undefined : cutting(cut);
    return openOn(server, { prefix: PREFIX }, { patience: IMPATIENT });
  },
  cuts: () => server.log.flatMap(cutsOf),
});

/**
 * The phases of a request in which everything may end, and those of writes in which one answer alone is lost. A read
 * that is not answered is, to both sides, one that was not sent, and a read after whose reply everything ends is the
 * next request that is not sent: `FMRELEASE_CUTS=all` takes these too.
 */
function cutsOf({ number, name, key, bodyBytes }: Operation): readonly Cut[] {
  const isRead = /^(Get|Head|List)/.test(name);
  const lost = ['not sent', ...(bodyBytes > 0 ? ['half sent'] : []), 'not answered'];
  const all = [...lost, 'replied', ...lost.map((phase) => `once ${phase}`)];
  const phases = isRead && process.env['FMRELEASE_CUTS'] !== 'all' ? ['not sent'] : all;
  return phases.map((phase) => ({ at: number, phase, operation: `${name} ${key}` }));
}

const cutting =
  ({ at, phase }: Cut): Hook =>
  ({ number }, now) => {
    if (number > at) return now === 'received' && !phase.startsWith('once') ? { kind: 'reset' } : undefined;
    return number === at && now === PHASE_OF[phase.replace('once ', '')] ? { kind: 'reset' } : undefined;
  };

const PHASE_OF: Readonly<Record<string, string>> = {
  'not sent': 'received',
  'half sent': 'body',
  'not answered': 'applied',
};

/** Tries twice: what is gone stays gone. */
const IMPATIENT: Patience = { ...HASTY, attempts: 2, firstPauseMs: 1, longestPauseMs: 1 };
const PREFIX = 'app/';
const TWO_PARTS = 9 << 20;

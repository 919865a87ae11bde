import { join } from 'node:path';
import { expect, test } from 'vitest';
import { scratchFolder } from '../support/scratch.ts';
import { installCli } from './cli-runs.ts';
import { SCENARIOS, type Scenario } from './command-scenarios.ts';
import { type KillPoint, type KillStage, type KillStyle, openKillStage } from './request-kills.ts';

/** Which kills a test file does, and how to call for one of them again. */
export interface KillSuite {
  /** The file, as the test runner takes it. */
  readonly file: string;
  /** The scenarios whose every request is met. */
  readonly scenarios: readonly string[];
  /** Sets this file's random kills apart from those of the others. */
  readonly salt: number;
}

/**
 * Defines the tests of a file: a kill at every request of its scenarios. `FMRELEASE_KILL_POINTS=all` takes every phase
 * of reads too, a number adds as many random kills, which `FMRELEASE_KILL_SEED` repeats, and `FMRELEASE_KILL_AT=<number of
 * the point>` does one kill alone.
 */
export function testKills({ file, scenarios, salt }: KillSuite): void {
  const count = Number(process.env['FMRELEASE_KILL_POINTS'] ?? 0);
  const seed = Number(process.env['FMRELEASE_KILL_SEED'] ?? (Date.now() % 1_000_000) + salt);
  if (count > 0)
    test(`${count} random kills from seed ${seed}`, () => killAtRandom({ file, seed, count }), A_DAY_MS);
  else
    test.each(SCENARIOS.filter(({ name }) => scenarios.includes(name)))(
      '$name by the built CLI, killed at every request of it: old or new, and the same when given again',
      (scenario) => killEverywhere(file, scenario),
      A_DAY_MS,
    );
}

async function killEverywhere(file: string, scenario: Scenario): Promise<void> {
  const stage = await openStages([scenario]);
  try {
    await killAtAll(file, scenario, stage[0]?.stage);
  } finally {
    await closeAll(stage);
  }
}

async function killAtAll(file: string, { name }: Scenario, stage: KillStage | undefined): Promise<void> {
  const all = stage?.points.filter(isWorthIt) ?? [];
  const wanted = process.env['FMRELEASE_KILL_AT'];
  const missed: string[] = [];
  for (const [index, point] of all.entries()) {
    if (wanted !== undefined && String(index) !== wanted) continue;
    const outcome = await stage?.kill(point, PLAIN);
    const again = `FMRELEASE_KILL_AT=${index} npm test -- ${file} -t '${name}'`;
    expect(outcome?.faults, `${describe(name, point)}; again: ${again}`).toEqual([]);
    if (outcome?.killedIn !== `${point.request.split(' ', 1)[0] ?? ''} ${point.phase}`)
      missed.push(describe(name, point));
  }
  if (wanted !== undefined) return;
  expect(missed).toEqual([]);
  expect(all.length).toBeGreaterThan(35);
}

async function killAtRandom({
  file,
  seed,
  count,
}: {
  readonly file: string;
  readonly seed: number;
  readonly count: number;
}) {
  const stages = await openStages(SCENARIOS.filter(({ name }) => name !== 'a saved plan'));
  try {
    for (let index = 0; index < count; index++) {
      const random = randomOf(seed + index);
      const { name, stage } = pick(stages, random);
      const point = pick(stage.points, random);
      const style: KillStyle = {
        doneLater: random() < 0.5,
        sameFolder: random() < 0.5,
        killedAgainAt: Array.from({ length: Math.floor(random() * 3) }, () => 1 + Math.floor(random() * 40)),
      };
      const { faults } = await stage.kill(point, style);
      const again = `FMRELEASE_KILL_POINTS=1 FMRELEASE_KILL_SEED=${seed + index} npm test -- ${file}`;
      expect(faults, `${describe(name, point)} ${JSON.stringify(style)}; again: ${again}`).toEqual([]);
    }
  } finally {
    await closeAll(stages);
  }
}

interface NamedStage {
  readonly name: string;
  readonly stage: KillStage;
}

async function openStages(scenarios: readonly Scenario[]): Promise<readonly NamedStage[]> {
  const folder = scratchFolder();
  const cli = installCli(join(folder, 'cli'));
  const stages: NamedStage[] = [];
  for (const [index, scenario] of scenarios.entries())
    stages.push({
      name: scenario.name,
      stage: await openKillStage(cli, join(folder, String(index)), scenario),
    });
  return stages;
}

const closeAll = async (stages: readonly NamedStage[]): Promise<void> => {
  await Promise.all(stages.map(({ stage }) => stage.close()));
};

/**
 * A read leaves nothing behind: killed in whatever phase of it, the process has done what it had done before, and after
 * its answer what it would have done next is the next request, which is a point of its own.
 */
const isWorthIt = ({ isRead, phase }: KillPoint): boolean =>
  !isRead || phase === 'received' || process.env['FMRELEASE_KILL_POINTS'] === 'all';

const describe = (name: string, { nth, phase, request }: KillPoint): string =>
  `${name}, killed at ${request} (the ${nth}. of these), ${phase}`;

const pick = <Item>(items: readonly Item[], random: () => number): Item => {
  const item = items[Math.floor(random() * items.length)];
  if (item === undefined) throw new Error('there is nothing to pick from');
  return item;
};

/** Mulberry32: equal seeds, equal numbers. */
function randomOf(seed: number): () => number {
  let state = Math.imul(seed, 7919) + 17;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const PLAIN: KillStyle = { doneLater: false, sameFolder: false, killedAgainAt: [] };
const A_DAY_MS = 86_400_000;

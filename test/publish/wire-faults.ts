import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { ReleaseError } from '../../src/errors.ts';
import { rememberImmutable } from '../../src/release/remember-immutable.ts';
import type { Profile } from '../support/fault-proxy/profiles.ts';
import { type FaultProxy, startFaultProxy } from '../support/fault-proxy/proxy.ts';
import { makeProject, openProject, planNow, publishNow } from '../support/project.ts';
import { type FakeS3, startFakeS3 } from '../support/s3/server.ts';
import { HASTY, openOn, targetOn } from '../support/s3/target.ts';
import { HistoryChecker, type Verdict } from './history-checker.ts';

/** One step of a project's life: its folder as it is then, and what it publishes. */
export interface Stage {
  readonly root: string;
  readonly adapter: string;
  readonly build: string;
}

/** How one publish ended. */
export interface PublishEnd {
  readonly stage: Stage;
  readonly exitCode: number;
  readonly why: string;
}

/** What a profile came to under one seed. */
export interface FaultRun {
  readonly ends: readonly PublishEnd[];
  /** What must never be: a broken invariant, an end that is not true. */
  readonly violations: readonly string[];
  /** How many requests came in, and how many were befallen by something worse than latency. */
  readonly requests: number;
  readonly faults: number;
}

/**
 * Makes the stages of a project: a pack that goes up in parts and a small one, each once new and once replaced. Every
 * pack is built here, so that a publish spends its time on the wire.
 */
export async function makeStages(folder: string): Promise<readonly Stage[]> {
  const stages: Stage[] = [];
  for (const [index, { adapter, build }] of STEPS.entries()) {
    const root = join(folder, `stage-${index}`);
    const before = stages.at(-1);
    if (before === undefined) await makeProject(root);
    else cpSync(before.root, root, { recursive: true, preserveTimestamps: true });
    const project = openProject(root);
    await project.add(adapter, build, adapter === 'large' ? { weightBytes: LARGE_BYTES } : {});
    await publishNow(await project.session()); // to its own folder: that builds the packs
    stages.push({ root, adapter, build });
  }
  return stages;
}

/** Publishes stage after stage through a proxy with this profile, each until it is done, and checks every moment. */
export async function runProfile(
  { profile, seed }: { readonly profile: Profile; readonly seed: number },
  stages: readonly Stage[],
  publish: Publish = publishHere,
): Promise<FaultRun> {
  const fake = await startFakeS3();
  const proxy = await startFaultProxy({ upstream: fake.endpoint, rules: profile.rules, seed });
  const world = { ...openWorld(fake, proxy, profile), publish };
  try {
    for (const [index, stage] of stages.entries()) await publishUntilDone(world, stage, index);
    proxy.calm();
    await proxy.settled();
    await finish(world, stages);
    const faults = proxy.injected.filter(({ fault }) => fault.kind !== 'latency').length;
    return { ends: world.ends, violations: [...world.checker.violations], requests: proxy.requests, faults };
  } finally {
    await proxy.close();
    await fake.close();
  }
}

async function publishUntilDone(world: World, stage: Stage, index: number): Promise<void> {
  for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt++) {
    const end = await publishStage(world, stage, `stage ${index}, attempt ${attempt}`);
    world.ends.push(end);
    if (end.exitCode === 0) return;
  }
  world.checker.violations.add(`no progress: ${MAX_ATTEMPTS} publishes of ${stage.adapter}`);
}

interface World {
  readonly fake: FakeS3;
  readonly proxy: FaultProxy;
  readonly profile: Profile;
  readonly checker: HistoryChecker;
  readonly ends: PublishEnd[];
  readonly publish: Publish;
}

function openWorld(fake: FakeS3, proxy: FaultProxy, profile: Profile): Omit<World, 'publish'> {
  const objects = new Map<string, Uint8Array>();
  const checker = new HistoryChecker(objects, 'stable', publicUrlOf(proxy));
  // After every change of the bucket, and before anybody hears of it, a reader must find a whole release.
  fake.hook = (operation, phase) => {
    if (phase !== 'applied' || !MUTATING.has(operation.name)) return undefined;
    const key = operation.key.slice(PREFIX.length);
    const held = fake.bucket.objects.get(operation.key);
    if (held === undefined) objects.delete(key);
    else objects.set(key, held.bytes);
    checker.checkStep();
    return undefined;
  };
  return { fake, proxy, profile, checker, ends: [] };
}

async function publishStage(world: World, stage: Stage, message: string): Promise<PublishEnd> {
  const { fake, proxy, profile, checker } = world;
  const place = { ...fake, endpoint: proxy.endpoint, publicUrl: publicUrlOf(proxy), verify: profile.verify };
  const { verdict, operation, exitCode, why } = await world.publish(place, stage, message);
  checker.ended(message, verdict, operation);
  return exitCode === 0 ? { stage, exitCode, why } : judge(world, { stage, exitCode, why });
}

/** A bucket behind a proxy, and how what is published there is looked at. */
export interface Place extends Pick<FakeS3, 'endpoint' | 'bucketName' | 'credentials'> {
  readonly publicUrl: string;
  readonly verify: Profile['verify'];
}

/** How a publish ended, in its own words. */
export interface Said {
  readonly verdict: Verdict;
  readonly operation: string;
  readonly exitCode: number;
  readonly why: string;
}

/** Publishes a stage once, with this message. */
export type Publish = (place: Place, stage: Stage, message: string) => Promise<Said>;

/** One publish in this process, as one of its own would do it: nothing is remembered from the one before. */
const publishHere: Publish = async (place, { root }, message) => {
  const { publicUrl, verify } = place;
  const session = await openProject(root).session({
    store: () => rememberImmutable(openOn(place, { publicUrl, verify }, { patience: IMPATIENT })),
    target: targetOn(place, { publicUrl, verify }),
  });
  let operation = '';
  try {
    const plan = await planNow(session);
    operation = plan.operation;
    const { committed, problems } = await publishNow(session, { plan, message });
    const verdict = committed ? 'committed' : 'nothing to do';
    return { verdict, operation, exitCode: problems.length === 0 ? 0 : 9, why: problems.join(' ') };
  } catch (error) {
    if (!(error instanceof ReleaseError)) throw error;
    const verdict = error.code === 'COMMIT_UNKNOWN' ? 'unknown' : 'not committed';
    return { verdict, operation, exitCode: error.exitCode, why: `${error.code}: ${error.message}` };
  }
};

/** An end that this profile cannot bring about is a lie. */
function judge({ profile, checker }: World, end: PublishEnd): PublishEnd {
  if (!profile.mayEnd.includes(end.exitCode)) checker.violations.add(`exit ${end.exitCode}: ${end.why}`);
  return end;
}

/** When all is quiet, one more publish finds everything in order, or brings it there. */
async function finish(world: World, stages: readonly Stage[]): Promise<void> {
  const { checker } = world;
  const last = stages.at(-1);
  if (last === undefined) return;
  const end = await publishStage(world, last, 'in the end');
  if (end.exitCode !== 0) checker.violations.add(`in the calm after it: exit ${end.exitCode}: ${end.why}`);
  checker.checkStep();
  const goals = new Map(stages.map(({ adapter, build }) => [adapter, build]));
  checker.checkEnd([...goals].map(([adapter, build]) => ({ adapter, build })));
}

const STEPS = [
  { adapter: 'large', build: '1.0.0' },
  { adapter: 'small', build: '1.0.0' },
  { adapter: 'small', build: '2.0.0' },
  { adapter: 'large', build: '2.0.0' },
] as const;

const publicUrlOf = (proxy: Pick<FaultProxy, 'endpoint'>): string => `${proxy.endpoint}/models/${PREFIX}`;

const PREFIX = 'app/';
/** Three parts of 5 MiB at the least. */
const LARGE_BYTES = 11 << 20;
const MAX_ATTEMPTS = 30;
/** Only a request that is never answered stands still for this long, on a busy machine as well. */
const IMPATIENT = { ...HASTY, stallMs: 2_500, budgetMs: 60_000 };
const MUTATING: ReadonlySet<string> = new Set(['PutObject', 'CompleteMultipartUpload', 'DeleteObject']);

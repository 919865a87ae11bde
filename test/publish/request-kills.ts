import type { ChildProcess } from 'node:child_process';
import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { ReleaseStore } from '../../src/store/store.ts';
import { makeProject } from '../support/project.ts';
import { objectsBelow, saveBucket, unfinishedParts } from '../support/s3/bucket-state.ts';
import { type FakeS3, type Hook, type Operation, type Phase, startFakeS3 } from '../support/s3/server.ts';
import { openOn, targetOn } from '../support/s3/target.ts';
import { type CliEnd, runCli } from './cli-runs.ts';
import { RETENTION, type Scenario } from './command-scenarios.ts';
import { type NaiveRelease, readNaively } from './naive-reader.ts';
import { contentOf, difference } from './store-content.ts';

/** Where a process is killed: in a phase of one of its requests. */
export interface KillPoint {
  /** What the request does, and to what. Uploads run beside each other: its number is not the same in every run. */
  readonly request: string;
  /** Which of the requests that do the same it is, counted from 1. */
  readonly nth: number;
  readonly phase: Phase;
  readonly isRead: boolean;
}

/** How a kill is gone about. */
export interface KillStyle {
  /** The killed process has its request done all the same, after its death. */
  readonly doneLater: boolean;
  /** The command is given again where it was killed, with the caches it left; else in another checkout, without any. */
  readonly sameFolder: boolean;
  /** The command is killed again, at so many requests, before it may run to its end. */
  readonly killedAgainAt: readonly number[];
}

/** One scenario on a server of its own: it can be killed as often as one likes. */
export interface KillStage {
  /** Every point of the undisturbed command. */
  readonly points: readonly KillPoint[];
  /** Kills the command there and gives it again; returns what is wrong with what it leaves, an empty list if nothing is. */
  readonly kill: (point: KillPoint, style: KillStyle) => Promise<KillOutcome>;
  readonly close: () => Promise<void>;
}

/** What came of one kill. */
export interface KillOutcome {
  readonly faults: readonly string[];
  /** What the killed process was doing: the name of the request and the phase; null when it ended before. */
  readonly killedIn: string | null;
  /** Parts that were on their way in both runs. */
  readonly sentTwice: number;
}

/** Prepares a scenario, runs its command once undisturbed with the built CLI, and remembers how that ends. */
export async function openKillStage(cli: string, folder: string, scenario: Scenario): Promise<KillStage> {
  const fake = await startFakeS3();
  const root = join(folder, 'killed');
  const args = await prepare(fake, root, scenario);
  const elsewhere = join(folder, 'elsewhere');
  cpSync(root, elsewhere, { recursive: true, preserveTimestamps: true });
  const restore = saveBucket(fake.bucket);
  const run = (cwd: string, hook?: (child: () => ChildProcess | undefined) => Hook) =>
    runOn(fake, { cli, args, cwd, hook });
  const before = await readOverHttp(fake);
  expectDone(await run(root));
  const points = fake.log.flatMap((operation) => pointsOf(operation, fake.log)); // before a device reads
  const world: World = {
    fake,
    run,
    root,
    elsewhere,
    before,
    after: await readOverHttp(fake),
    expected: contentOf(objectsBelow(fake.bucket, PREFIX)),
    converged: new Map(),
  };
  return {
    points,
    kill: async (point, style) => {
      restore();
      return killOnce(world, point, style);
    },
    close: () => fake.close(),
  };
}

interface World {
  readonly fake: FakeS3;
  readonly run: (cwd: string, hook?: (child: () => ChildProcess | undefined) => Hook) => Promise<CliEnd>;
  readonly root: string;
  readonly elsewhere: string;
  readonly before: NaiveRelease | null;
  readonly after: NaiveRelease | null;
  readonly expected: readonly string[];
  /** What came of giving the command again in another checkout, by what lay in the bucket. */
  readonly converged: Map<string, readonly string[]>;
}

async function prepare(fake: FakeS3, root: string, { inParts, prepare: play }: Scenario) {
  const { kind, bucket, prefix, endpoint, forcePathStyle, publicUrl } = targetOn(fake, { prefix: PREFIX });
  const target = { kind, bucket, prefix, endpoint, forcePathStyle, publicUrl, ...IN_PARTS };
  const project = await makeProject(root, [], { retention: RETENTION, targets: { local: target } });
  const { args } = await play({
    project,
    weightBytes: inParts === true ? FOUR_PARTS : 0,
    open: ({ channel = 'stable', around = asItIs, hoursLater = 0 } = {}) =>
      project.session({
        channel,
        now: new Date(Date.parse('2026-12-01T12:00:00Z') + hoursLater * 3_600_000).toISOString(),
        store: () => around(openOn(fake, { prefix: PREFIX })),
        target: { verify: 'origin' },
      }),
  });
  if (args === undefined) throw new Error('this scenario has no command line');
  return args;
}

async function killOnce(
  world: World,
  point: KillPoint,
  { doneLater, sameFolder, killedAgainAt }: KillStyle,
): Promise<KillOutcome> {
  const { fake, run, root, before, after } = world;
  const faults: string[] = [];
  const seen: { killedIn: string | null } = { killedIn: null };
  const killer =
    (isMeant: (operation: Operation) => boolean, phase: Phase) =>
    (child: () => ChildProcess | undefined): Hook => {
      let isDead = false;
      return (operation, now) => {
        if (isDead || now !== phase || !isMeant(operation)) return undefined;
        isDead = true;
        seen.killedIn = `${operation.name} ${phase}`;
        child()?.kill('SIGKILL');
        return phase === 'replied' || doneLater ? undefined : { kind: 'reset' };
      };
    };
  const look = async (): Promise<void> => {
    const served = await readOverHttp(fake).catch((error: unknown) => String(error));
    if (![before, after].some((one) => JSON.stringify(one) === JSON.stringify(served)))
      faults.push(`a device reads ${JSON.stringify(served)}`);
  };
  const { signal, code, stderr } = await run(
    root,
    killer(
      (operation) => nameOf(operation) === point.request && nthOf(fake.log, operation) === point.nth,
      point.phase,
    ),
  );
  const mayEnd = seen.killedIn === null || point.phase === 'replied'; // its last answer, and it was gone before the signal
  if (signal !== 'SIGKILL' && !(mayEnd && code === 0)) faults.push(`it ended by ${signal} ${code} ${stderr}`);
  const sent = partsOf(fake.log);
  await look();
  for (const at of killedAgainAt) {
    await run(
      root,
      killer(({ number }) => number >= at, 'applied'),
    );
    await look();
  }
  const content = [...contentOf(objectsBelow(fake.bucket, PREFIX)), ...unfinishedParts(fake.bucket)].join(
    '\n',
  );
  const known = sameFolder || killedAgainAt.length > 0 ? undefined : world.converged.get(content);
  if (known !== undefined) return { faults: [...faults, ...known], ...seen, sentTwice: 0 };
  const again = await giveAgain(world, sameFolder);
  const sentTwice = partsOf(fake.log).filter((part) => sent.includes(part)).length;
  if (sentTwice > IN_PARTS.connections * (1 + killedAgainAt.length))
    again.push(`${sentTwice} parts went up twice`);
  world.converged.set(content, again);
  return { faults: [...faults, ...again], ...seen, sentTwice };
}

/** Gives the command again; returns how it differs from the undisturbed one. */
async function giveAgain(
  { fake, run, root, elsewhere, expected }: World,
  sameFolder: boolean,
): Promise<string[]> {
  if (!sameFolder) rmSync(join(elsewhere, '.fmrelease'), { recursive: true, force: true });
  const faults: string[] = [];
  const { code, stdout, stderr } = await run(sameFolder ? root : elsewhere);
  if (code !== 0) faults.push(`given again it exits ${code}: ${stdout}${stderr}`);
  const content = contentOf(objectsBelow(fake.bucket, PREFIX));
  if (content.join('\n') !== expected.join('\n'))
    faults.push(`given again it ends ${difference(expected, content)}`);
  return [...faults, ...unfinishedParts(fake.bucket)];
}

interface Running {
  readonly cli: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly hook: ((child: () => ChildProcess | undefined) => Hook) | undefined;
}

/** Runs the command on the server, which counts requests anew and asks `hook`. A run that hangs is ended. */
async function runOn(fake: FakeS3, { cli, args, cwd, hook }: Running): Promise<CliEnd> {
  let child: ChildProcess | undefined;
  fake.log.length = 0;
  fake.hook = hook?.(() => child);
  const { accessKeyId, secretAccessKey } = fake.credentials;
  let timer: NodeJS.Timeout | undefined;
  const end = await runCli(cli, args, {
    cwd,
    env: { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey },
    onStart: (started) => {
      child = started;
      timer = setTimeout(() => started.kill('SIGTERM'), HANGS_AFTER_MS);
    },
  });
  clearTimeout(timer);
  fake.hook = undefined;
  return end;
}

/** Reads the channel over HTTP, as a device does. */
async function readOverHttp({ endpoint, bucketName }: FakeS3): Promise<NaiveRelease | null> {
  const publicUrl = `${endpoint}/${bucketName}/${PREFIX}`;
  const got = new Map<string, Uint8Array>();
  const get = async (url: string): Promise<Uint8Array | undefined> => {
    const response = await fetch(url);
    const bytes = new Uint8Array(await response.arrayBuffer());
    if (!response.ok) return undefined;
    got.set(url.slice(publicUrl.length), bytes);
    return bytes;
  };
  const manifest = await get(`${publicUrl}v1/channels/stable/manifest.json`);
  if (manifest === undefined) return null;
  const { assetPacks }: { readonly assetPacks: readonly { readonly url: string }[] } = JSON.parse(
    Buffer.from(manifest).toString(),
  );
  await Promise.all(assetPacks.map(({ url }) => get(url)));
  return readNaively((key) => got.get(key), { publicUrl });
}

function pointsOf(operation: Operation, log: readonly Operation[]): readonly KillPoint[] {
  const half: readonly Phase[] = operation.bodyBytes > 0 ? ['body'] : [];
  const phases: readonly Phase[] = ['received', ...half, 'applied', 'replied'];
  const isRead = /^(Get|Head|List)/.test(operation.name);
  const [request, nth] = [nameOf(operation), nthOf(log, operation)];
  return phases.map((phase) => ({ request, nth, phase, isRead }));
}

const nameOf = ({ name, key, partNumber }: Operation): string =>
  `${name} ${key}${partNumber === null ? '' : ` part ${partNumber}`}`;

const nthOf = (log: readonly Operation[], operation: Operation): number =>
  log.filter((other) => other.number <= operation.number && nameOf(other) === nameOf(operation)).length;

/** The parts that were sent, as far as they got. */
const partsOf = (log: readonly Operation[]): readonly string[] => [
  ...new Set(
    log
      .filter(({ name, bodyBytes, key }) => name === 'UploadPart' && bodyBytes > 0 && !key.endsWith(PROOF))
      .map(({ key, partNumber }) => `${key} ${partNumber ?? 0}`),
  ),
];

function expectDone({ code, stdout, stderr }: CliEnd): void {
  if (code !== 0) throw new Error(`the undisturbed command exits ${code}: ${stdout}${stderr}`);
}

const asItIs = (store: ReleaseStore): ReleaseStore => store;

const PREFIX = 'app/';
const PROOF = 'proof-of-refusal';
const IN_PARTS = { partSizeMiB: 5, connections: 2 };
const FOUR_PARTS = 16 << 20;
const HANGS_AFTER_MS = 90_000;

import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, truncateSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import {
  type CliProject,
  CONFIG,
  copyOf,
  publishedProject,
  registeredProject,
} from '../support/cli-project.ts';
import { makeAdapter, makeContainer } from '../support/make-adapter.ts';
import { CLI, type CliOptions } from '../support/run-cli.ts';
import { expectCleanStreams, expectPlainError, readDocument } from './documents.ts';

let registered: CliProject;
let published: CliProject;

beforeAll(async () => {
  [registered, published] = await Promise.all([
    registeredProject({ keep: true }),
    publishedProject({ keep: true }),
  ]);
});
afterAll(() => {
  registered.remove();
  published.remove();
});

/** One way to an exit code. The arrangement is made anew for each form, so that neither sees the other's traces. */
interface Way {
  readonly code: number;
  readonly why: string;
  readonly from: 'registered' | 'published';
  readonly args: readonly string[];
  readonly arrange?: (project: CliProject) => Partial<CliOptions> | Promise<Partial<CliOptions>>;
  /** The error code; without one, the command has an answer. */
  readonly error?: string;
}

const ONLY_EDGE = { ...CONFIG, targets: { local: { ...CONFIG.targets.local, verify: 'edge' } } };

const WAYS: readonly Way[] = [
  { code: 0, why: 'pending changes without --exit-code', from: 'registered', args: ['plan'] },
  { code: 0, why: 'nothing to do', from: 'published', args: ['publish', '--yes'] },
  { code: 0, why: 'a rollback to where it is', from: 'published', args: ['rollback', '--to', '2', '--yes'] },
  {
    code: 2,
    why: 'nobody can be asked',
    from: 'registered',
    args: ['publish'],
    error: 'CONFIRMATION_REQUIRED',
  },
  {
    code: 2,
    why: 'a rollback never guesses',
    from: 'published',
    args: ['rollback', '--yes'],
    error: 'USAGE',
  },
  {
    code: 2,
    why: 'an undeclared channel',
    from: 'registered',
    args: ['plan', '--channel', 'canary'],
    error: 'CHANNEL_UNDECLARED',
  },
  {
    code: 2,
    why: 'a kind of target that is not built',
    from: 'registered',
    args: ['plan'],
    arrange: configure({ ...CONFIG, targets: { app: { kind: 'app-store-connect' } } }),
    error: 'TARGET_NOT_SUPPORTED',
  },
  {
    code: 4,
    why: 'no config',
    from: 'registered',
    args: ['plan', '--config', 'none.json'],
    error: 'CONFIG_NOT_FOUND',
  },
  {
    code: 4,
    why: 'no such adapter',
    from: 'registered',
    args: ['plan', '--only', 'nobody'],
    error: 'ADAPTER_UNKNOWN',
  },
  {
    code: 4,
    why: 'no such revision',
    from: 'published',
    args: ['diff', '1', '9'],
    error: 'RELEASE_NOT_FOUND',
  },
  {
    code: 5,
    why: 'the plan is stale',
    from: 'published',
    args: ['publish', 'old.json', '--yes'],
    arrange: overtakePlan,
    error: 'PLAN_STALE',
  },
  { code: 6, why: 'a gap in the plan', from: 'registered', args: ['plan', '--exit-code'], arrange: openGap },
  {
    code: 6,
    why: 'a gap at publish',
    from: 'registered',
    args: ['publish', '--yes'],
    arrange: openGap,
    error: 'COVERAGE_GAP',
  },
  {
    code: 6,
    why: 'an unsound adapter, inspected',
    from: 'registered',
    args: ['adapter', 'inspect', 'adapters/bad.fmadapter'],
    arrange: spoilAdapter,
  },
  {
    code: 6,
    why: 'an unsound adapter, added',
    from: 'registered',
    args: ['adapter', 'add', 'adapters/bad.fmadapter', '--build', '1.0.0'],
    arrange: spoilAdapter,
    error: 'ADAPTER_UNSOUND',
  },
  {
    code: 6,
    why: 'a held build',
    from: 'published',
    args: ['publish', '--yes'],
    arrange: holdBuild,
    error: 'BUILD_HELD',
  },
  {
    code: 6,
    why: 'a removal',
    from: 'published',
    args: ['publish', '--yes', '--allow-gap'],
    arrange: openGap,
    error: 'REMOVAL_NOT_ALLOWED',
  },
  { code: 7, why: 'a served pack was cut', from: 'published', args: ['verify'], arrange: cutPack },
  {
    code: 7,
    why: 'the log was rewritten',
    from: 'published',
    args: ['history'],
    arrange: spoilLog,
    error: 'LOG_BROKEN',
  },
  {
    code: 8,
    why: 'the disk fills up',
    from: 'registered',
    args: ['publish', '--yes'],
    arrange: fillDisk,
    error: 'PUBLISH_INCOMPLETE',
  },
  {
    code: 9,
    why: 'the edge does not answer',
    from: 'registered',
    args: ['publish', '--yes'],
    arrange: configure(ONLY_EDGE),
  },
  { code: 10, why: 'changes are pending', from: 'registered', args: ['plan', '--exit-code'] },
  { code: 10, why: 'findings at the level', from: 'published', args: ['audit', '--fail-on', 'warning'] },
  {
    code: 10,
    why: 'a committed manifest differs',
    from: 'published',
    args: ['manifest', '--check', 'manifest.json'],
    arrange: commitManifest,
  },
  {
    code: 69,
    why: 'nothing listens',
    from: 'published',
    args: ['verify', '--from', 'edge'],
    error: 'STORE_UNAVAILABLE',
  },
  {
    code: 130,
    why: 'interrupted',
    from: 'registered',
    args: ['publish', '--yes'],
    arrange: interruptAtEdge,
    error: 'INTERRUPTED',
  },
];

describe('the exit code is the same in both forms', () => {
  test.each(WAYS)('$code: $why', async (way) => {
    const [plain, json] = [await take(way, []), await take(way, ['--json'])];
    expect([plain.code, json.code], plain.stdout + plain.stderr + json.stdout).toEqual([way.code, way.code]);
    expectCleanStreams(plain);
    expectCleanStreams(json);
    const { result, error } = readDocument(json, way.error === 'INTERRUPTED' ? 'publish' : undefined);
    expect(error?.code).toBe(way.error);
    if (way.error === undefined) {
      expect(result).toBeTypeOf('object');
      expect(plain.stdout).not.toBe('');
    } else {
      expect(expectPlainError(plain)).toBe(way.error);
    }
  });

  test('every documented code but a bug is among them', () => {
    const codes = new Set([...WAYS.map(({ code }) => code), 3]); // 3 has a test of its own below
    expect([...codes].sort((a, b) => a - b)).toEqual([0, 2, 3, 4, 5, 6, 7, 8, 9, 10, 69, 130]);
  });
});

async function take({ from, args, arrange }: Way, more: readonly string[]) {
  const project = copyOf(from === 'registered' ? registered : published);
  const options = (await arrange?.(project)) ?? {};
  return project.run([...args, ...more], options);
}

test('3: the target is not writable', async ({ skip }) => {
  const user = lesserUser();
  skip(user === null, 'Runs as root, and no other user can read the checkout: every folder is writable.');
  for (const form of [[], ['--json']]) {
    const project = copyOf(registered);
    await project.prepare('pack');
    execFileSync('chmod', ['-R', 'a+rwX', project.root]);
    project.write('cdn/here', '');
    chmodSync(join(project.root, 'cdn'), 0o555);
    project.write('fmrelease.config.json', {
      ...CONFIG,
      targets: { local: { ...CONFIG.targets.local, path: 'cdn' } },
    });
    const run = await project.run(['publish', '--yes', ...form], user ?? {});
    chmodSync(join(project.root, 'cdn'), 0o755);
    expect(run.code, run.stdout + run.stderr).toBe(3);
    const said = form.length === 0 ? run.stderr : readDocument(run).error?.message;
    expect(said).toContain('cdn does not let this user do that (EACCES).');
  }
});

/** A user whom a folder can refuse: this one, or for root another who can read the checkout. Null where none is. */
function lesserUser(): Partial<CliOptions> | null {
  if (process.getuid?.() !== 0) return {};
  try {
    execFileSync(process.execPath, [CLI, '--version'], { uid: NOBODY, gid: NOBODY, stdio: 'ignore' });
    return { uid: NOBODY };
  } catch {
    return null;
  }
}

describe('a plan with a gap', () => {
  test('prints its result, writes no file and exits 6 before 10', async () => {
    const project = copyOf(registered);
    openGap(project);
    const plain = await project.run(['plan', '--out', 'new.json', '--exit-code']);
    const json = await project.run(['plan', '--out', 'new.json', '--exit-code', '--json']);
    expect([plain.code, json.code]).toEqual([6, 6]);
    expect(plain.stdout).toContain('Coverage not proved: 6 of 10 cells are gaps');
    expect(plain.stdout).toContain('Blocked: publishing this plan is refused.');
    expect(plain.stdout).not.toContain('Apply:');
    const { result } = readDocument(json);
    expect(result?.['coverage']).toMatchObject({ total: 10, gaps: 6 });
    expect(result?.blockers?.[0]).toMatchObject({ code: 'COVERAGE_GAP' });
    expect(existsSync(join(project.root, 'new.json'))).toBe(false);
  });

  test('may be allowed: then it is saved, and 10 stands for its changes', async () => {
    const project = copyOf(published);
    openGap(project);
    const run = await project.run(['plan', '--out', 'new.json', '--exit-code', '--allow-gap']);
    expect(run.code, run.stderr).toBe(10);
    expect(JSON.parse(project.read('new.json'))).toMatchObject({ allow: { gap: true }, hasChanges: true });
  });
});

function configure(config: object) {
  return (project: CliProject): Partial<CliOptions> => {
    project.write('fmrelease.config.json', config);
    return {};
  };
}

/** A plan serves 1.0.0 again; meanwhile somebody withdraws everything. */
async function overtakePlan(project: CliProject): Promise<Partial<CliOptions>> {
  await project.prepare('adapter', 'serve', 'summarizer', '1.0.0');
  await project.prepare('plan', '--out', 'old.json');
  await project.prepare('rollback', '--to', 'none', '--yes');
  return {};
}

function openGap(project: CliProject): Partial<CliOptions> {
  const matrix = JSON.parse(project.read('fmrelease.matrix.json'));
  project.write('fmrelease.matrix.json', {
    ...matrix,
    adapters: { summarizer: { ...matrix.adapters.summarizer, serve: [] } },
  });
  return {};
}

function spoilAdapter(project: CliProject): Partial<CliOptions> {
  makeAdapter(join(project.root, 'adapters'), { name: 'bad', weights: makeContainer([], { count: 3 }) });
  return {};
}

async function holdBuild(project: CliProject): Promise<Partial<CliOptions>> {
  await project.prepare('rollback', '--to', '1', '--yes');
  return {};
}

function cutPack(project: CliProject): Partial<CliOptions> {
  const { assetPacks } = JSON.parse(project.read(`${CHANNEL}/manifest.json`));
  const key = new URL(assetPacks[0].url).pathname;
  truncateSync(join(project.root, '.fmrelease/cdn', key), 10);
  return {};
}

function spoilLog(project: CliProject): Partial<CliOptions> {
  project.write(`${CHANNEL}/log/1.json`, '{}\n');
  return {};
}

async function fillDisk(project: CliProject): Promise<Partial<CliOptions>> {
  makeAdapter(join(project.root, 'adapters'), {
    weights: makeContainer([{ payload: Buffer.alloc(200_000) }]),
  });
  await project.prepare('adapter', 'add', 'adapters/summarizer.fmadapter', '--build', '2.0.0');
  await project.prepare('pack');
  return { fileBlocks: 200 };
}

async function commitManifest(project: CliProject): Promise<Partial<CliOptions>> {
  const manifest: object = JSON.parse(project.read(`${CHANNEL}/manifest.json`));
  project.write('manifest.json', { ...manifest, assetPacks: [] });
  return {};
}

/** A CDN that takes connections and never answers: the publish hangs there and can be interrupted. */
async function interruptAtEdge(project: CliProject): Promise<Partial<CliOptions>> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const address = server.address();
  const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
  configure({
    ...ONLY_EDGE,
    targets: { local: { ...ONLY_EDGE.targets.local, publicUrl: `http://127.0.0.1:${port}/` } },
  })(project);
  const connected = new Promise((resolve) => server.once('connection', resolve));
  return { signal: { name: 'SIGINT', when: connected } };
}

const CHANNEL = '.fmrelease/cdn/v1/channels/stable';
const NOBODY = 65534;

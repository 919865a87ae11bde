import { cpSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PROFILES } from '../support/fault-proxy/profiles.ts';
import { installCli, runCli } from './cli-runs.ts';
import { type FaultRun, makeStages, type Publish, runProfile, type Stage } from './wire-faults.ts';

// More seeds than the suite runs: FMRELEASE_FAULT_SEEDS=100. The first one: FMRELEASE_FAULT_SEED=7.
const FIRST_SEED = Number(process.env['FMRELEASE_FAULT_SEED'] ?? 1);
const SEEDS = Array.from(
  { length: Number(process.env['FMRELEASE_FAULT_SEEDS'] ?? 1) },
  (_, index) => FIRST_SEED + index,
);

let folder: string;
let stages: readonly Stage[];
const runs: (FaultRun & { readonly mustSucceed: boolean })[] = [];
beforeAll(async () => {
  folder = mkdtempSync(join(realpathSync(tmpdir()), 'fmrelease-faults-'));
  stages = await makeStages(folder);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.concurrent('a publish through a network that is bad', () => {
  test.each(PROFILES)(
    '$name: no bad state, and every end is true',
    async (profile) => {
      for (const seed of SEEDS) {
        const run = await runProfile({ profile, seed }, stages);
        runs.push({ ...run, mustSucceed: profile.mustSucceed });
        const replay = `FMRELEASE_FAULT_SEED=${seed} npm test -- test/publish/wire-faults.test.ts -t "${profile.name}:"`;
        expect(run.violations, `${profile.name}, seed ${seed}. Again: ${replay}`).toEqual([]);
        expect(run.requests).toBeGreaterThan(50);
      }
    },
    3_600_000,
  );
});

test('where one request in ten is befallen, 99 of 100 publishes succeed', () => {
  const counted = runs.filter(({ mustSucceed }) => mustSucceed);
  const ends = counted.flatMap((run) => run.ends);
  const failed = ends.filter(({ exitCode }) => exitCode !== 0);
  const faults = counted.reduce((sum, run) => sum + run.faults, 0);
  const requests = counted.reduce((sum, run) => sum + run.requests, 0);
  expect(faults / requests).toBeGreaterThan(0.05);
  expect(failed.length / ends.length, failed.map(({ why }) => why).join('\n')).toBeLessThanOrEqual(0.01);
  if (process.env['FMRELEASE_FAULT_SEEDS'] !== undefined)
    process.stdout.write(
      `${ends.length} publishes, ${failed.length} failed, ${faults} faults in ${requests} requests\n`,
    );
});

test.each(['reset after apply', 'flipped bits in answers', 'everything at once'])(
  'the built command line, too: %s',
  async (name) => {
    const profile = PROFILES.find((one) => one.name === name);
    if (profile === undefined) return expect.unreachable(name);
    const cli = installCli(join(folder, `cli of ${name}`));
    const own = stages
      .slice(0, 2)
      .map((stage, index) => ({ ...stage, root: join(folder, `${name} ${index}`) }));
    for (const [index, { root }] of own.entries())
      cpSync(stages[index]?.root ?? '', root, { recursive: true, preserveTimestamps: true });
    const run = await runProfile({ profile, seed: FIRST_SEED }, own, publishWith(cli));
    expect(run.violations, `${name}, seed ${FIRST_SEED}`).toEqual([]);
  },
  300_000,
);

/** Two processes: one saves a plan, the other publishes it. */
const publishWith =
  (cli: string): Publish =>
  async ({ endpoint, bucketName, credentials, publicUrl, verify }, { root }, message) => {
    const cdn = {
      kind: 's3',
      bucket: bucketName,
      prefix: 'app/',
      endpoint,
      forcePathStyle: true,
      partSizeMiB: 5,
      publicUrl,
      verify,
    };
    const config = { support: { iOS: '>=26.0', macOS: '>=26.0' }, targets: { cdn } };
    writeFileSync(join(root, 'fmrelease.config.json'), JSON.stringify(config));
    const env = {
      AWS_ACCESS_KEY_ID: credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    };
    const call = async (...args: readonly string[]) => {
      const { code, stdout } = await runCli(cli, [...args, '--json'], { cwd: root, env });
      const { result, error } = JSON.parse(stdout);
      return { exitCode: code ?? -1, result, error };
    };
    const plan = await call('plan', '--out', 'plan.json');
    const operation: string = plan.result?.operation ?? '';
    if (plan.exitCode !== 0)
      return {
        verdict: 'not committed',
        operation,
        exitCode: plan.exitCode,
        why: JSON.stringify(plan.error),
      };
    const { exitCode, result, error } = await call('publish', 'plan.json', '--yes', '--message', message);
    const verdict =
      error?.code === 'COMMIT_UNKNOWN'
        ? 'unknown'
        : error
          ? 'not committed'
          : result.committed
            ? 'committed'
            : 'nothing to do';
    return { verdict, operation, exitCode, why: JSON.stringify(error ?? result.problems) };
  };

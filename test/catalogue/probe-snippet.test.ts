import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { PACKAGE_ROOT, runCli } from '../support/run-cli.ts';

const TEMPLATE = readFileSync(join(PACKAGE_ROOT, 'templates', 'probe.swift'), 'utf8');

test('systems import-probe --snippet prints the Swift of a probe, outside of a project too', async () => {
  const { stdout, code } = await runCli(['systems', 'import-probe', '--snippet'], { cwd: tmpdir() });
  expect({ stdout, code }).toEqual({ stdout: TEMPLATE, code: 0 });
});

test('and refuses to import a probe at the same time', async () => {
  const run = await runCli(['systems', 'import-probe', '--snippet', 'probe.txt', '--json'], {
    cwd: tmpdir(),
  });
  expect(run.code).toBe(2);
  expect(JSON.parse(run.stdout)).toMatchObject({
    error: { code: 'USAGE', hint: 'Leave out --snippet to import "probe.txt".' },
  });
});

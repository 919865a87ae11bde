import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { findPackTool } from '../../../src/pack/ba-package/find.ts';
import { lookInto, openBench, TOOL_CASES } from './cases.ts';

/** Apple's own tool, where somebody has one: a path, or `xcrun` to let it be found. Nothing here runs a stand-in. */
const named = process.env['FMRELEASE_TEST_BA_PACKAGE'];
const reason = 'FMRELEASE_TEST_BA_PACKAGE names no ba-package: see docs/verify-on-a-mac.md';

describe.skipIf(named === undefined || named === '')(`Apple's own ba-package (${reason})`, () => {
  const find = () =>
    findPackTool(
      named === 'xcrun' ? { PATH: process.env['PATH'] } : { FMRELEASE_BA_PACKAGE: named },
      'A test',
    );

  test('it is no stand-in, and its version is known', async () => {
    const { label } = await find();
    expect(label).toMatch(/^ba-package \d+\.\d+/);
    expect(label).not.toContain('stand-in');
  });

  test.each(TOOL_CASES)('$why', async ({ kind, downloadPolicy }) => {
    const { order, pack } = await openBench({ kind, downloadPolicy });
    const tool = await find();
    const built = await pack(tool);
    expect(built.sizeBytes).toBeGreaterThan(0);
    // Where the archive can be read here, it must be what was ordered; buildPack has refused any contradiction.
    const { manifest, paths } = await lookInto(built.file);
    process.stdout.write(`${order.id}: ${JSON.stringify(manifest)} ${paths.join(' ')}\n`);
    const out = `${built.file}.json`;
    const [program, ...words] = tool.command;
    const create = ['download-manifest', 'create', built.file, '--asset-pack-versions', '3', '--ios'];
    const made = spawnSync(program, [
      ...words,
      ...create,
      '--download-base-url',
      'https://example.com/r',
      '-o',
      out,
    ]);
    expect(made.status, made.stderr.toString()).toBe(0);
  });
});

#!/usr/bin/env node
// `fmrelease audit` over 100 adapters × 20 system models × 1,000 revisions: at most a second when the log was read
// before (warm: every slot is still fetched and hashed); the first time (cold) is measured apart. Then its growth at
// 10, 100 and 1,000 adapters, drawn into bench/audit-growth.svg. Exits 1 when a target is missed.
// Usage: node bench/audit.mjs [--runs 7] [--no-plot]
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { CLI, makeAuditProject } from './audit-project.mjs';
import { describeMachine, measure, renderTable } from './measure.mjs';
import { drawGrowth } from './plot.mjs';

/**
 * Measures, prints and draws.
 *
 * @param {{ runs?: number, plot?: boolean }} [options]
 * @returns {readonly string[]} the targets that were missed
 */
export function benchAudit({ runs = 7, plot = true } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'fmrelease-bench-'));
  try {
    const { logBytes } = makeAuditProject(folder, { adapters: 100, revisions: 1000 });
    const measurements = measure(
      [
        { name: 'node -e 0', command: [process.execPath, '-e', '0'] },
        { name: 'fmrelease audit, warm', command: [process.execPath, CLI, 'audit'], cwd: folder },
        {
          name: 'fmrelease audit --format sarif, warm: each finding with its line',
          command: [process.execPath, CLI, 'audit', '--format', 'sarif'],
          cwd: folder,
        },
        {
          name: 'fmrelease audit, cold: no cache of the log',
          command: [process.execPath, CLI, 'audit'],
          cwd: folder,
          before: () => rmSync(join(folder, '.fmrelease/logs'), { recursive: true, force: true }),
        },
      ],
      { runs },
    );
    const growth = measureGrowth(Math.max(3, Math.floor(runs / 2)));
    if (plot) writeFileSync(PLOT, drawGrowth(plotOf(growth)));
    const misses = missesOf(measurements, growth);
    console.log(
      [
        `## Auditing 100 adapters × 20 system models × 1,000 revisions (${runs} runs in turns)`,
        '',
        ...describeMachine(),
        `- the log weighs ${(logBytes / 1e6).toFixed(1)} MB`,
        '',
        ...renderTable(measurements),
        '',
        '| adapters | warm median ms | cold median ms | warm ms per adapter beyond the smallest |',
        '|--:|--:|--:|--:|',
        ...growth.map(growthRow),
        '',
        ...(misses.length === 0 ? ['Every target is met.'] : misses.map((miss) => `MISSED: ${miss}.`)),
        '',
      ].join('\n'),
    );
    return misses;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function measureGrowth(runs) {
  return [10, 100, 1000].map((adapters) => {
    const folder = mkdtempSync(join(tmpdir(), 'fmrelease-bench-'));
    try {
      mkdirSync(folder, { recursive: true });
      makeAuditProject(folder, { adapters, revisions: GROWTH_REVISIONS });
      const command = [process.execPath, CLI, 'audit'];
      const [warm, cold] = measure(
        [
          { name: 'warm', command, cwd: folder },
          {
            name: 'cold',
            command,
            cwd: folder,
            before: () => rmSync(join(folder, '.fmrelease/logs'), { recursive: true, force: true }),
          },
        ],
        { runs },
      );
      return { adapters, warmMs: warm.medianMs, coldMs: cold.medianMs };
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
}

/** What each further adapter costs: the same at ten times as many is linear growth. */
const perAdapter = (growth, index) =>
  (growth[index].warmMs - growth[0].warmMs) / (growth[index].adapters - growth[0].adapters);

const growthRow = ({ adapters, warmMs, coldMs }, index, growth) =>
  `| ${adapters} | ${Math.round(warmMs)} | ${Math.round(coldMs)} | ${index === 0 ? '–' : perAdapter(growth, index).toFixed(2)} |`;

function missesOf([, warm], growth) {
  const steeper = perAdapter(growth, 2) / perAdapter(growth, 1);
  return [
    ...(warm.medianMs > MOST_WARM_MS ? [`a warm audit takes more than ${MOST_WARM_MS} ms`] : []),
    ...(steeper > MOST_STEEPER
      ? [`a further adapter costs ${steeper.toFixed(1)} times as much at 1,000 as at 100`]
      : []),
  ];
}

const plotOf = (growth) => ({
  title: `fmrelease audit: adapters × 20 system models × ${GROWTH_REVISIONS} revisions`,
  xLabel: 'adapters',
  yLabel: 'median, ms',
  series: [
    { name: 'warm', points: growth.map(({ adapters, warmMs }) => [adapters, warmMs]) },
    { name: 'cold', points: growth.map(({ adapters, coldMs }) => [adapters, coldMs]) },
  ],
});

const PLOT = fileURLToPath(new URL('audit-growth.svg', import.meta.url));
const GROWTH_REVISIONS = 50;
const MOST_WARM_MS = 1000;
const MOST_STEEPER = 2;

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values } = parseArgs({ options: { runs: { type: 'string' }, 'no-plot': { type: 'boolean' } } });
  const misses = benchAudit({ runs: Number(values.runs ?? 7), plot: values['no-plot'] !== true });
  process.exitCode = misses.length === 0 ? 0 : 1;
}

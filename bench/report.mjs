#!/usr/bin/env node
// `fmrelease report` over 100 adapters × 20 system models × 1,000 revisions: at most 1.5 s and 1 MB; beside it
// `fmrelease audit`, which reads the same log, so that what the page itself costs can be told apart. In Chromium, where
// there is one: every cell of the matrix resolved in the page, at most 50 ms. Exits 1 when a target is missed.
// Usage: node bench/report.mjs [--runs 7]
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { findChromium, openBrowser } from '../scripts/chromium.mjs';
import { CLI, makeAuditProject } from './audit-project.mjs';
import { describeMachine, measure, median, renderTable } from './measure.mjs';

/**
 * Measures and prints.
 *
 * @param {{ runs?: number }} [options]
 * @returns {Promise<readonly string[]>} the targets that were missed
 */
export async function benchReport({ runs = 7 } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'fmrelease-bench-'));
  try {
    const { logBytes } = makeAuditProject(folder, { adapters: 100, revisions: 1000 });
    const measurements = measure(
      [
        { name: 'node -e 0', command: [process.execPath, '-e', '0'] },
        { name: 'fmrelease audit', command: [process.execPath, CLI, 'audit'], cwd: folder },
        { name: 'fmrelease report', command: [process.execPath, CLI, 'report'], cwd: folder },
      ],
      { runs },
    );
    const page = join(folder, 'fmrelease-report.html');
    const pageBytes = statSync(page).size;
    const grid = findChromium() === undefined ? null : await resolveGrid(page, runs);
    const misses = missesOf(measurements, pageBytes, grid);
    console.log(
      [
        `## Reporting on 100 adapters × 20 system models × 1,000 revisions (${runs} runs in turns)`,
        '',
        ...describeMachine(),
        `- the log weighs ${(logBytes / 1e6).toFixed(1)} MB, the page ${(pageBytes / 1e6).toFixed(2)} MB`,
        '',
        ...renderTable(measurements),
        '',
        `Beyond the audit, that is: telling, rendering and writing the page, ${beyondAudit(measurements)} ms.`,
        grid === null
          ? 'No Chromium here: the page was not measured.'
          : `${grid.answers} cells resolved in the page: ${grid.ms.toFixed(1)} ms in the median, ${grid.disagreeing.length} otherwise than shown.`,
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

async function resolveGrid(file, runs) {
  const browser = await openBrowser();
  try {
    const page = await browser.newPage();
    await page.goto(pathToFileURL(file).href);
    const { times, check } = await page.evaluate((count) => {
      const timed = Array.from({ length: count }, () => {
        const start = performance.now();
        window.fmrelease.resolveAll();
        return performance.now() - start;
      });
      return { times: timed, check: window.fmrelease.resolveAll() };
    }, runs);
    return { ...check, ms: median(times) };
  } finally {
    await browser.close();
  }
}

const beyondAudit = ([, audit, report]) => Math.round(report.medianMs - audit.medianMs);

function missesOf([, , report], pageBytes, grid) {
  return [
    ...(report.medianMs > MOST_MS ? [`a report takes more than ${MOST_MS} ms`] : []),
    ...(pageBytes > MOST_BYTES ? [`the page is larger than ${MOST_BYTES} bytes`] : []),
    ...(grid !== null && grid.ms > MOST_GRID_MS ? [`the grid takes more than ${MOST_GRID_MS} ms`] : []),
    ...(grid !== null && grid.disagreeing.length > 0 ? ['the page resolves otherwise than it shows'] : []),
  ];
}

const MOST_MS = 1500;
const MOST_BYTES = 1_000_000;
const MOST_GRID_MS = 50;

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values } = parseArgs({ options: { runs: { type: 'string' } } });
  const misses = await benchReport({ runs: Number(values.runs ?? 7) });
  process.exitCode = misses.length === 0 ? 0 : 1;
}

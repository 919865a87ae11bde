#!/usr/bin/env node
// Makes docs/images/report.png: the report of a sample project as Chromium shows it, from the top down. Needs Chromium
// (see scripts/chromium.mjs) and the built CLI. Prints the size of the picture.
//
//   node scripts/report-picture.mjs [--out FILE] [--project FOLDER [--date DAY] [--target NAME]] [--megabytes 133]
//                                   [--dark] [--height 1000, or 0 for the whole page]
import { mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { openBrowser } from './chromium.mjs';
import { fmrelease, makeSampleProject } from './sample-project.mjs';

const { values } = parseArgs({
  options: {
    out: { type: 'string', default: fileURLToPath(new URL('../docs/images/report.png', import.meta.url)) },
    project: { type: 'string' },
    date: { type: 'string', default: '2026-10-05' },
    target: { type: 'string' },
    megabytes: { type: 'string', default: '133' },
    dark: { type: 'boolean', default: false },
    height: { type: 'string', default: '1180' },
  },
});

const folder = mkdtempSync(join(tmpdir(), 'fmrelease-picture-'));
try {
  const page = join(folder, 'report.html');
  const target = values.target === undefined ? [] : ['--target', values.target];
  fmrelease(projectFolder(), values.date, ['report', '--out', page, ...target]);
  mkdirSync(dirname(values.out), { recursive: true });
  await takePicture(page, values);
  console.log(`${values.out}: ${Math.round(statSync(values.out).size / 1000)} kB`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** The project that was named, or the sample, made anew. */
function projectFolder() {
  if (values.project !== undefined) return resolve(values.project);
  const project = join(folder, 'editor');
  mkdirSync(project);
  makeSampleProject(project, { megabytes: Number(values.megabytes) });
  return project;
}

async function takePicture(path, { out, dark, height }) {
  const browser = await openBrowser();
  try {
    const page = await browser.newPage({
      viewport: { width: 1160, height: Number(height) || 1000 },
      colorScheme: dark ? 'dark' : 'light',
    });
    await page.goto(pathToFileURL(path).href);
    await page.screenshot({ path: out, fullPage: Number(height) === 0 });
  } finally {
    await browser.close();
  }
}

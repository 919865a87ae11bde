#!/usr/bin/env node
// Makes docs/images/report.png: the top of the report of a sample project, as Chromium shows it. Needs Chromium
// (CHROMIUM, else `chromium` or `google-chrome` on PATH). Prints the size of the picture.
//
//   node scripts/report-picture.mjs [--out FILE] [--megabytes 133] [--dark] [--full] [--keep FOLDER]
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
    megabytes: { type: 'string', default: '133' },
    dark: { type: 'boolean', default: false },
    full: { type: 'boolean', default: false },
    page: { type: 'string' },
  },
});

const folder = mkdtempSync(join(tmpdir(), 'fmrelease-picture-'));
try {
  const project = join(folder, 'editor');
  mkdirSync(project);
  if (values.page === undefined) {
    makeSampleProject(project, { megabytes: Number(values.megabytes) });
    fmrelease(project, '2026-10-05', ['report', '--out', 'report.html']);
  }
  const page = values.page === undefined ? join(project, 'report.html') : resolve(values.page);
  mkdirSync(dirname(values.out), { recursive: true });
  await takePicture(page, values);
  console.log(`${values.out}: ${Math.round(statSync(values.out).size / 1000)} kB`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function takePicture(path, { out, dark, full }) {
  const browser = await openBrowser();
  try {
    const page = await browser.newPage({
      viewport: { width: 1160, height: 1000 },
      colorScheme: dark ? 'dark' : 'light',
    });
    await page.goto(pathToFileURL(path).href);
    await page.screenshot({ path: out, fullPage: full });
  } finally {
    await browser.close();
  }
}

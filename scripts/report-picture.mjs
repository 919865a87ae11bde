#!/usr/bin/env node
// Makes docs/images/report.png: the report of examples/audit as Chromium shows it, from the top down, with the digest of
// its page inside. Needs Chromium (see scripts/chromium.mjs) and the built CLI. `npm run picture`.
//
//   node scripts/report-picture.mjs [--out FILE] [--dark] [--height 1180, or 0 for the whole page]
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { openBrowser } from './chromium.mjs';
import { digestOfPage, preparePicture, signPicture } from './picture-source.mjs';

const { values } = parseArgs({
  options: {
    out: { type: 'string', default: fileURLToPath(new URL('../docs/images/report.png', import.meta.url)) },
    dark: { type: 'boolean', default: false },
    height: { type: 'string', default: '1180' },
  },
});

const folder = mkdtempSync(join(tmpdir(), 'fmrelease-picture-'));
try {
  const { file, cwd, args, env } = preparePicture(folder);
  const cli = fileURLToPath(new URL('../bin/run.js', import.meta.url));
  const { status, stderr } = spawnSync(process.execPath, [cli, ...args], {
    cwd,
    encoding: 'utf8',
    env: { PATH: process.env.PATH, ...env },
  });
  if (status !== 0) throw new Error(`fmrelease ${args.join(' ')} exits ${status}:\n${stderr}`);
  const picture = signPicture(await takePicture(file, values), digestOfPage(readFileSync(file, 'utf8')));
  mkdirSync(dirname(values.out), { recursive: true });
  writeFileSync(values.out, picture);
  console.log(`${values.out}: ${Math.round(picture.length / 1000)} kB`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function takePicture(file, { dark, height }) {
  const browser = await openBrowser();
  try {
    const page = await browser.newPage({
      viewport: { width: 1160, height: Number(height) || 1000 },
      colorScheme: dark ? 'dark' : 'light',
    });
    await page.goto(pathToFileURL(file).href);
    return await page.screenshot({ fullPage: Number(height) === 0 });
  } finally {
    await browser.close();
  }
}

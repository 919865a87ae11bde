// Chromium as it is installed on this machine, driven by playwright-core: for the tests of the report's page and for
// its picture. Nothing is downloaded.
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';

/** Where a browser of Chromium's family is: CHROMIUM, else on PATH, else where macOS keeps it; undefined without one. */
export function findChromium() {
  const named = process.env.CHROMIUM;
  if (named) return existsSync(named) ? named : undefined;
  const folders = (process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  const candidates = [
    ...NAMES.flatMap((name) => folders.map((folder) => join(folder, name))),
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    '/Applications/Chromium.app/Contents/MacOS/Chromium',
  ];
  return candidates.find((path) => existsSync(path));
}

/** Starts it headless with an empty profile, which is removed when the browser closes. Rejects when there is none. */
export async function openBrowser() {
  const executablePath = findChromium();
  if (executablePath === undefined)
    throw new Error('No Chromium: install it (Debian: apt-get install chromium), or name one in CHROMIUM.');
  const { chromium } = await import('playwright-core');
  const profile = mkdtempSync(join(tmpdir(), 'fmrelease-chromium-'));
  const context = await chromium.launch({
    executablePath,
    headless: true,
    args: [...FLAGS, `--disk-cache-dir=${profile}`],
  });
  context.on('disconnected', () => rmSync(profile, { recursive: true, force: true }));
  return context;
}

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/** A browser of its own that asks nobody for anything. Root, as in a container, has no sandbox. */
const FLAGS = [
  ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { onTestFinished } from 'vitest';
import { findChromium } from '../../../scripts/chromium.mjs';
import type { ReportFacts } from '../../../src/report/facts.ts';
import { readPageAssets } from '../../../src/report/page-assets.ts';
import { renderReport } from '../../../src/report/render-report.ts';
import { PACKAGE_ROOT } from '../../support/run-cli.ts';

/** Why there is no browser to test in, for the names of the tests; empty where there is one. */
export const WITHOUT_BROWSER =
  findChromium() === undefined ? ' (skipped: no Chromium here; Debian has it as the package chromium)' : '';

if (WITHOUT_BROWSER !== '') process.stderr.write(`Tests of the report's page${WITHOUT_BROWSER}\n`);

/** A report that is open in the browser, and all that the browser said about it. */
export interface OpenReport {
  readonly page: Page;
  /** Errors and warnings of the console, uncaught errors, refusals of the page's policy. */
  readonly complaints: readonly string[];
  /** Everything that was asked for, the page itself left out. */
  readonly requests: readonly string[];
}

/** Renders facts with the built script and style, and opens the page from a file. */
export async function openReport(
  browser: Browser,
  facts: ReportFacts,
  scheme: 'light' | 'dark' = 'light',
): Promise<OpenReport> {
  const folder = mkdtempSync(join(tmpdir(), 'fmrelease-page-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'report.html');
  writeFileSync(file, renderReport(facts, await readPageAssets(PACKAGE_ROOT)));
  return openFile(browser, file, scheme);
}

/** Opens a page from a file, closed when the running test ends. */
export async function openFile(
  browser: Browser,
  file: string,
  scheme: 'light' | 'dark' = 'light',
): Promise<OpenReport> {
  const page = await browser.newPage({ colorScheme: scheme, viewport: { width: 1160, height: 900 } });
  onTestFinished(() => page.close());
  const complaints: string[] = [];
  const requests: string[] = [];
  const url = pathToFileURL(file).href;
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('request', (request) => {
    if (request.url() !== url && !request.url().startsWith('data:')) requests.push(request.url());
  });
  await page.goto(url);
  return { page, complaints, requests };
}

import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import type { AxeResults } from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openBrowser } from '../../../scripts/chromium.mjs';
import type { ReportFacts } from '../../../src/report/facts.ts';
import { aCatalogue, anAdapter, aSystemModel } from '../../support/builders.ts';
import { aBigReport, aReport } from '../scene.ts';
import { openReport, WITHOUT_BROWSER } from './open-report.ts';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Every state, a finding of each severity, users, and a release. */
const rich = (given: Partial<Parameters<typeof aReport>[0]> = {}): ReportFacts =>
  aReport({
    adapters: [
      anAdapter(),
      anAdapter({ name: 'translator', platforms: ['macOS'] }),
      anAdapter({ name: 'tagger', serve: [] }),
    ],
    catalogue: aCatalogue({
      systemModels: [
        aSystemModel({ os: { iOS: '>=26.0 <27.0', macOS: '>=26.0' } }),
        aSystemModel({
          id: 'core',
          os: { iOS: '>=27.0' },
          signature: null,
          variant: 'a',
          adapterSupport: 'unsupported',
        }),
        aSystemModel({
          id: 'core+',
          os: { iOS: '>=27.0' },
          signature: null,
          variant: 'b',
          adapterSupport: 'unsupported',
        }),
      ],
    }),
    config: {
      support: { iOS: { from: [26, 0, 0], below: null }, macOS: { from: [26, 0, 0], below: null } },
      fleet: { iOS: { '26.1': 0.5, '27.0': 0.3 }, macOS: { '26.1': 1 } },
    },
    releases: [(entry) => entry, (entry) => ({ ...entry, message: 'The second' })],
    ...given,
  });

describe.skipIf(WITHOUT_BROWSER !== '')(`the page in Chromium${WITHOUT_BROWSER}`, () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await openBrowser();
  });
  afterAll(() => browser.close());

  test('loads from a file: no complaint, nothing fetched, every answer as its matrix shows it', async () => {
    const { page, complaints, requests } = await openReport(browser, rich());
    expect(await page.textContent('#self-check')).toMatch(
      /^This page resolved all 12 cells again: each is as/,
    );
    expect(complaints).toEqual([]);
    expect(requests).toEqual([]);
  });

  test('says so when its answers are not what the matrix shows', async () => {
    const facts = rich();
    const rows = facts.matrix.rows.map(({ adapter, cells }) => ({
      adapter,
      cells: cells.map((cell) => ({ ...cell, state: 'declined' as const })),
    }));
    const { page } = await openReport(browser, { ...facts, matrix: { ...facts.matrix, rows } });
    expect(await page.textContent('#self-check')).toMatch(/^This page resolves 12 cells otherwise/);
  });

  test('can send nothing anywhere, whatever runs in it', async () => {
    let calls = 0;
    const server = createServer((_, response) => {
      calls += 1;
      response.setHeader('access-control-allow-origin', '*').end('reached');
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    try {
      const { page } = await openReport(browser, rich());
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
      const refused = await page.evaluate(async (to) => {
        const outcomes: string[] = [];
        document.addEventListener('securitypolicyviolation', ({ effectiveDirective }) =>
          outcomes.push(effectiveDirective),
        );
        await fetch(to).catch(() => undefined);
        const image = new Image();
        image.src = to;
        await new Promise((resolve) => image.addEventListener('error', resolve));
        const script = document.createElement('script');
        script.textContent = 'window.ran = true';
        document.body.append(script);
        await new Promise((resolve) => setTimeout(resolve, 50)); // violations are told a moment later
        return [...outcomes, 'ran' in window ? 'ran' : 'did not run'].sort();
      }, url);
      expect(refused).toEqual(['connect-src', 'did not run', 'img-src', 'script-src-elem']);
      expect(calls).toBe(0);
    } finally {
      server.close();
    }
  });

  test('hostile names run nothing and read as they are', async () => {
    const name = '</script><img src=x onerror="window.hacked=1"><script>window.hacked=1</script>';
    const { page, complaints, requests } = await openReport(
      browser,
      rich({
        project: `\u202E${name}`,
        adapters: [anAdapter({ name, platforms: ['iOS', 'macOS'] }), anAdapter({ name: '\u202Egnp' })],
        releases: [(entry) => ({ ...entry, message: name })],
      }),
    );
    expect(await page.evaluate(() => 'hacked' in window)).toBe(false);
    expect(await page.textContent('.heat tbody th')).toBe(name);
    expect(await page.textContent('h1')).toBe(`⟨U+202E⟩${name}`);
    await page.selectOption('select[name=adapter]', name);
    await page.fill('input[name=os]', '26.1');
    expect(await page.textContent('#answer .outcome b')).toBe(`iOS 26.1 gets build 1.0.0 of ${name}`);
    expect(await page.locator('select[name=adapter] option').allTextContents()).toEqual([
      name,
      '⟨U+202E⟩gnp',
    ]);
    expect(await page.locator('img').count()).toBe(0);
    expect([complaints, requests]).toEqual([[], []]);
  });

  describe('the simulator', () => {
    test('answers while the form is filled in, with the keyboard alone', async () => {
      const { page } = await openReport(browser, rich());
      await page.focus('select[name=adapter]');
      await page.keyboard.press('Tab');
      await page.keyboard.press('Tab');
      expect(await page.evaluate(() => document.activeElement?.getAttribute('name'))).toBe('os');
      await page.keyboard.press('Control+A');
      await page.keyboard.type('26.2');
      expect(await page.textContent('#answer .outcome b')).toBe('iOS 26.2 gets build 1.0.0 of summarizer');
      expect(await page.locator('#answer .trail li').allTextContents()).toEqual([
        'iOS 26.2 carries os26.0.',
        'os26.0: serves build 1.0.0.',
      ]);
      await page.keyboard.type('x');
      expect(await page.textContent('#answer .outcome b')).toContain('"26.2x" is not an OS version');
    });

    test('answers for a cell that is clicked, and for a release instead of the matrix', async () => {
      const { page } = await openReport(browser, rich());
      await page.click('.heat tbody tr:nth-child(1) td:nth-of-type(3)');
      expect(await page.textContent('#answer .outcome')).toBe(
        'sunset iOS 27.0 uses the base model instead of summarizer',
      );
      expect(await page.inputValue('select[name=variant]')).toBe('b');
      await page.selectOption('select[name=source]', 'log');
      await page.fill('input[name=os]', '26.0');
      await page.selectOption('select[name=variant]', '');
      expect(await page.textContent('#answer .outcome')).toBe(
        'covered iOS 26.0 gets build 1.0.0 of summarizer',
      );
      expect(await page.locator('#answer .trail li').first().textContent()).toBe(
        'Revision 2 of "stable", from the log.',
      );
      await page.click('#all summary');
      expect(await page.locator('#all-answers li').allTextContents()).toEqual([
        'covered iOS 26.0 gets build 1.0.0 of summarizer',
        'not offered translator is not made for iOS',
        'gap Nobody decided what iOS 26.0 gets of tagger',
      ]);
    });
  });

  test('the filter leaves the adapters whose name contains it', async () => {
    const { page } = await openReport(browser, aBigReport(14, 0));
    await page.fill('#filter', 'R_01');
    expect(await page.locator('.heat').first().locator('tbody tr:visible').count()).toBe(4);
    expect(await page.textContent('#filter-count')).toBe('4 of 14');
  });

  test('can be cut down to the adapters with a gap', async () => {
    const adapters = Array.from({ length: 13 }, (_, index) =>
      anAdapter({ name: `adapter_${index}`, ...(index === 7 ? { serve: [] } : {}) }),
    );
    const { page } = await openReport(browser, rich({ adapters }));
    await page.check('#filter-gaps');
    expect(await page.locator('.heat tbody tr:visible th').allTextContents()).toEqual(['adapter_7']);
    expect(await page.textContent('#filter-count')).toBe('1 of 13');
  });

  test('offers to copy each command of a fix, and says that it did', async () => {
    const { page, complaints } = await openReport(browser, rich());
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    const button = page.getByRole('button', { name: 'Copy fmrelease adapter add' }).first();
    await button.focus();
    await page.keyboard.press('Enter');
    await page.waitForFunction(() => document.querySelector('.copy')?.textContent !== 'Copy');
    expect(await button.textContent()).toMatch(/^(Copied|Selected)$/);
    expect(complaints).toEqual([]);
  });

  test('asks the target that is picked', async () => {
    const facts = rich({ otherTargets: { eu: [(entry) => ({ ...entry, revision: 9 })] } });
    const { page } = await openReport(browser, facts);
    await page.selectOption('select[name=source]', 'log');
    await page.selectOption('select[name=target]', 'eu');
    await page.fill('input[name=os]', '26.1');
    expect(await page.locator('#answer .trail li').first().textContent()).toContain('Revision 9 of');
  });

  test('shows in a dense matrix all columns of a platform in the width of a window', async () => {
    const { page } = await openReport(browser, aBigReport(14, 0));
    const widths = await page
      .locator('.scroll.dense')
      .evaluateAll((all) => all.map(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth));
    expect(widths).toEqual([0, 0]);
    expect(await page.locator('.dense td.c').first().textContent()).toBe('1.0.0');
    expect(await page.locator('.dense td.s').first().textContent()).toBe('sunset');
  });

  test('resolves a hundred adapters on all their devices within 50 ms', async () => {
    const { page } = await openReport(browser, aBigReport(100, 20));
    const { answers, disagreeing, ms } = await page.evaluate(async () => {
      const times: number[] = [];
      for (let round = 0; round < 20; round++) {
        const start = performance.now();
        window.fmrelease.resolveAll();
        times.push(performance.now() - start);
        await new Promise((resolve) => setTimeout(resolve, 20)); // others share the machine
      }
      return { ...window.fmrelease.resolveAll(), ms: Math.min(...times) };
    });
    expect([answers, disagreeing]).toEqual([4000, []]);
    expect(ms).toBeLessThan(50);
  });

  describe.each(['light', 'dark'] as const)('in a %s window', (scheme) => {
    test.each([
      ['rich', rich],
      ['empty', () => aReport({ adapters: [] })],
      ['large', () => aBigReport(13, 20)],
    ])('a %s report has no fault that axe knows', async (_, facts) => {
      const { page } = await openReport(browser, facts(), scheme);
      await page.evaluate(() => {
        for (const folded of document.querySelectorAll('details')) folded.open = true;
      });
      expect(await axeFaults(page)).toEqual([]);
    });

    test('every pair of colours that text is read in has a contrast of 4.5', async () => {
      const { page } = await openReport(browser, rich(), scheme);
      const colours = await page.evaluate(
        (names) => {
          const style = getComputedStyle(document.documentElement);
          return Object.fromEntries(names.map((name) => [name, style.getPropertyValue(name).trim()]));
        },
        [...new Set(PAIRS.flat())],
      );
      const weak = PAIRS.map((pair) => ({ pair, ratio: contrast(pair.map((name) => colours[name] ?? '')) }));
      expect(weak.filter(({ ratio }) => !(ratio >= 4.5))).toEqual([]);
    });
  });

  test('on paper it is light, whole, and without what cannot be used there', async () => {
    const { page } = await openReport(browser, aBigReport(3, 40), 'dark');
    await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
    await page.evaluate(() => window.dispatchEvent(new Event('beforeprint')));
    expect(
      await page.evaluate(() => getComputedStyle(document.documentElement).getPropertyValue('--text').trim()),
    ).toBe('#1b1c1f');
    expect(await page.locator('#device').isVisible()).toBe(false);
    expect(await page.locator('.releases tbody tr:visible').count()).toBe(40);
    expect(await page.locator('details:not([open])').count()).toBe(0);
  });
});

/** What axe finds wrong, and where; what it cannot judge beyond colours on patterns counts too. */
async function axeFaults(page: Page): Promise<readonly string[]> {
  await page.evaluate(AXE);
  const { violations, incomplete, passes } = await page.evaluate(() =>
    (window as unknown as { axe: { run: () => Promise<AxeResults> } }).axe.run(),
  );
  expect(passes.map(({ id }) => id)).toContain('color-contrast');
  const unsure = incomplete.filter(({ id }) => id !== 'color-contrast');
  return [...violations, ...unsure].map(
    ({ id, nodes }) =>
      `${id}: ${nodes
        .map(({ html }) => html)
        .slice(0, 3)
        .join(' ')}`,
  );
}

/** WCAG 2: the ratio of the relative luminances of two colours, `#rrggbb` each. */
function contrast([one = '', other = '']: readonly string[]): number {
  const [a, b] = [luminance(one), luminance(other)].sort((x, y) => y - x);
  return ((a ?? 0) + 0.05) / ((b ?? 0) + 0.05);
}

function luminance(colour: string): number {
  const [red = Number.NaN, green = Number.NaN, blue = Number.NaN] = [1, 3, 5].map((at) => {
    const value = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** Text, and what it stands on: the stripes and dots of patterns too. */
const PAIRS: readonly (readonly [string, string])[] = [
  ['--text', '--page'],
  ['--text', '--card'],
  ['--text', '--other'],
  ['--quiet', '--page'],
  ['--quiet', '--card'],
  ['--link', '--page'],
  ['--link', '--card'],
  ['--good', '--page'],
  ['--fair', '--page'],
  ['--fair', '--card'],
  ['--bad', '--page'],
  ['--bad', '--card'],
  ['--covered-text', '--covered'],
  ['--declined-text', '--declined'],
  ['--declined-text', '--declined-stripe'],
  ['--sunset-text', '--sunset'],
  ['--sunset-text', '--sunset-dot'],
  ['--gap-text', '--gap'],
];

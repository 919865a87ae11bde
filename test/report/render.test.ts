import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { LogEntry } from '../../src/model/release.ts';
import type { PageData } from '../../src/report/page-data.ts';
import { renderReport } from '../../src/report/render-report.ts';
import { aCatalogue, anAdapter, aSystemModel } from '../support/builders.ts';
import { ASSETS, aBigReport, aReport, type ReportGiven } from './scene.ts';

const render = (given: ReportGiven = {}): string => renderReport(aReport(given), ASSETS);

const same = (entry: LogEntry): LogEntry => entry;

/** The text of the page's elements, markup taken out. */
const textOf = (page: string): string =>
  page
    .replaceAll(/<(script|style)[\s\S]*?<\/\1>/g, '')
    .replaceAll(/<[^>]+>/g, ' ')
    .replaceAll(/\s+/g, ' ');

describe('the page', () => {
  test('is the same for the same facts', () => {
    expect(render({ releases: [same] })).toBe(render({ releases: [same] }));
  });

  test('names everything from itself: nothing is fetched, and the policy allows nothing else', () => {
    const page = render({ releases: [same] });
    expect(page).not.toMatch(/<(?:img|iframe|object|embed|audio|video|source|base|form action)\b/);
    expect([...page.matchAll(/<(?:link|script)[^>]*(?:src|href)="([^"]*)"/g)].map(([, url]) => url)).toEqual([
      'data:,',
    ]);
    const policy = /http-equiv="Content-Security-Policy" content="([^"]+)"/.exec(page)?.[1] ?? '';
    const sha256 = (text: string): string =>
      `&#39;sha256-${createHash('sha256').update(text).digest('base64')}&#39;`;
    expect(policy.split('; ')).toEqual([
      'default-src &#39;none&#39;',
      `script-src ${sha256(ASSETS.script)}`,
      `style-src ${sha256(ASSETS.style)}`,
      'img-src data:',
      'base-uri &#39;none&#39;',
      'form-action &#39;none&#39;',
    ]);
    expect(page).not.toMatch(/ style="/);
    expect(page).not.toMatch(/ on\w+="/);
  });

  test('has a language, a title, one first heading, labelled sections and balanced elements', () => {
    const page = render({ releases: [same], config: { fleet: { iOS: { '26.1': 0.5 } } } });
    expect(page).toMatch(/^<!doctype html>\n<html lang="en">/);
    expect(page.match(/<h1>/g)).toHaveLength(1);
    for (const id of ['matrix', 'users', 'device', 'findings', 'releases']) {
      expect(page).toContain(`<section id="${id}" aria-labelledby="${id}-h"><h2 id="${id}-h">`);
      expect(page).toContain(`<a href="#${id}">`);
    }
    for (const name of ['section', 'table', 'details', 'ul', 'dl', 'div', 'main', 'header', 'select', 'svg'])
      expect(page.split(`<${name}`).length, name).toBe(page.split(`</${name}>`).length);
  });

  test('shows what is waived, with reason and day', () => {
    const waive = [{ code: 'unsigned' as const, reason: 'until <the> key is there', until: '2027-03-01' }];
    const page = textOf(render({ releases: [same], config: { audit: { severity: {}, waive } } }));
    expect(page).toMatch(/Waived until &lt;the&gt; key is there\s?, until 1 March 2027/);
  });

  test('says every state in words, so that colour is not needed', () => {
    const page = render({
      adapters: [
        anAdapter(),
        anAdapter({ name: 'translator', platforms: ['macOS'] }),
        anAdapter({ name: 'tagger', serve: [] }),
      ],
    });
    const cells = [...page.matchAll(/<td class="(\w)"[^>]*>([^<]*)<\/td>/g)].map(
      ([, name, text]) => `${name} ${text}`,
    );
    expect(cells).toEqual(['c 1.0.0', 'n not offered', 'g gap']);
  });

  test('cuts a matrix that is too wide by platform', () => {
    const wide = renderReport(aBigReport(2, 0), ASSETS);
    expect(wide.match(/<table class="heat" data-first="(\d+)"/g)).toEqual([
      '<table class="heat" data-first="0"',
      '<table class="heat" data-first="20"',
    ]);
    expect(render().match(/<table class="heat"/g)).toHaveLength(1);
  });
});

describe('a page without', () => {
  test('releases says so and draws nothing', () => {
    const page = render();
    expect(textOf(page)).toContain('stable has no release yet');
    expect(page).not.toContain('<figure');
    expect(page).not.toContain('<option value="log">');
  });

  test('a fleet says how to give one', () => {
    expect(textOf(render())).toContain('The config has no OS share table.');
  });

  test('adapters says so', () => {
    expect(textOf(render({ adapters: [] }))).toContain('The matrix has no adapter yet.');
  });

  test('anything to complain about says so', () => {
    const config = { audit: { severity: { unsigned: 'off', 'evidence-stale': 'off' }, waive: [] } };
    expect(textOf(render({ releases: [same], config }))).toContain('Nothing found, as of 1 December 2026.');
  });
});

describe('hostile names and messages', () => {
  const NAMES = [
    '</script><script>alert(1)</script>',
    '"><img src=x onerror=alert(1)>',
    '\u202Egnp.x',
    "';--",
    '$&`',
  ];
  const page = render({
    project: NAMES[0] ?? '',
    adapters: NAMES.map((name) => anAdapter({ name })),
    catalogue: aCatalogue({ systemModels: [aSystemModel({ id: '<b>row', variant: '"v' })] }),
    releases: [
      (entry) => ({
        ...entry,
        message: `${NAMES.join(' ')}\u0000\uD800`,
        source: { commit: '<i>', ref: null, actor: null, runUrl: 'https://x/"onmouseover="alert(1)' },
      }),
    ],
    faults: [
      { code: 'bad-name', severity: 'error', subject: '<u>', message: '<u> & `</script>`', fix: '"<u>"' },
    ],
    config: { fleet: { iOS: { '26.1': 0.5 } } },
  });

  test('become text and nothing else', () => {
    expect(page).not.toMatch(/<(?:img|i>|u>|b>row)/);
    expect(page.match(/<script/g)).toHaveLength(2);
    expect(page.match(/<\/script>/g)).toHaveLength(2);
    expect(page).not.toContain('\u202E');
    expect(page).not.toContain('\u0000');
    expect(page).toContain('href="https://x/&quot;onmouseover=&quot;alert(1)"');
    expect(textOf(page)).toContain('&lt;img src=x onerror=alert(1)&gt;');
  });

  test('reach the script as they are', () => {
    const json = /<script type="application\/json" id="data">([^<]*)<\/script>/.exec(page)?.[1] ?? '';
    const data: PageData = JSON.parse(json);
    expect(data.adapters.map(({ name }) => name)).toEqual(NAMES);
  });
});

test('a hundred adapters, twenty system models and a thousand revisions are less than 1 MB', () => {
  const facts = aBigReport(100, 1000);
  expect(facts.matrix.total).toBe(4000);
  const start = performance.now();
  const page = renderReport(facts, { script: 'x'.repeat(25_000), style: 'x'.repeat(10_000) });
  expect(performance.now() - start).toBeLessThan(3000);
  expect(Buffer.byteLength(page)).toBeLessThan(1_000_000);
  expect(page.match(/<tr><th scope="row">\d+/g)).toHaveLength(1000);
});

import { stripVTControlCharacters } from 'node:util';
import { describe, expect, test } from 'vitest';
import type { AuditReport } from '../../src/audit/run.ts';
import type { UpcomingImpact } from '../../src/audit/upcoming.ts';
import type { Finding } from '../../src/model/finding.ts';
import { renderAudit } from '../../src/render/audit.ts';
import { renderAnnotations } from '../../src/render/audit-github.ts';
import { renderAuditMarkdown } from '../../src/render/audit-markdown.ts';
import { renderFindings } from '../../src/render/findings.ts';
import { colourStyle, plainStyle } from '../../src/render/style.ts';
import { wrapText } from '../../src/render/wrap.ts';

const aFinding = (given: Partial<Finding> = {}): Finding => ({
  code: 'gap',
  severity: 'error',
  subject: 'summarizer',
  message: '"summarizer" has no decision for iOS 26.0 to <26.4 (os26.0), which is a long line to read.',
  fix: 'Register a build for it with `fmrelease adapter add`, or decline it.',
  ...given,
});

const aReport = (given: Partial<AuditReport> = {}): AuditReport => ({
  asOf: '2026-12-01',
  channel: 'stable',
  targets: ['local'],
  findings: [],
  waived: [],
  unusedWaivers: [],
  coverage: { cells: [], total: 4, gaps: 0, inferred: 1 },
  fleet: null,
  upcoming: null,
  ...given,
});

const outcome = { build: null, fallback: 'base-model', inferred: true } as const;
const IMPACTS: readonly UpcomingImpact[] = [
  {
    adapter: 'summarizer',
    platform: 'iOS',
    effect: 'loses',
    now: {
      os: '26.6',
      outcomes: [{ ...outcome, state: 'covered', build: '1.0.0', fallback: null, systemModel: 'os26.5' }],
    },
    next: {
      os: '27.0',
      outcomes: ['afm3-core', 'afm3-core-advanced'].map((systemModel) => ({
        ...outcome,
        state: 'sunset',
        systemModel,
      })),
    },
  },
  { adapter: 'tagger', platform: 'iOS', effect: 'same', now: null, next: null },
  {
    adapter: 'translator',
    platform: 'macOS',
    effect: 'same',
    now: null,
    next: { os: '27.0', outcomes: [{ ...outcome, state: 'covered', build: '1.0.0', systemModel: 'os26.5' }] },
  },
];

describe('text', () => {
  test.each([40, 60, 80, 110])('fits into %i columns, words and all of them', (width) => {
    const lines = renderFindings([aFinding()], plainStyle, width);
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(width);
    const words = lines.slice(1).join(' ').split(/\s+/).filter(Boolean);
    expect(words.join(' ')).toBe(`${aFinding().message} ${aFinding().fix}`);
  });

  test('is wrapped the same in colours, each line dimmed by itself', () => {
    const plain = renderFindings([aFinding()], plainStyle, 50);
    const coloured = renderFindings([aFinding()], colourStyle, 50);
    expect(coloured.map(stripVTControlCharacters)).toEqual(plain);
  });

  test('is one line a sentence without a width', () => {
    expect(renderFindings([aFinding()], plainStyle)).toHaveLength(3);
  });

  test('names the target where there is one, and what is waived', () => {
    const lines = renderAudit(
      aReport({
        findings: [aFinding({ target: 'eu' })],
        waived: [{ ...aFinding({ code: 'sunset', severity: 'note' }), reason: 'known', until: null }],
      }),
      { style: plainStyle, width: null, cells: false },
    );
    expect(lines[0]).toBe('error    gap  summarizer  at eu');
    expect(lines.slice(-3, -1)).toEqual(['1 error, 0 warnings, 0 notes.', '1 finding waived.']);
  });

  test.each([40, 60, 80])('tells what an OS version brings in %d columns', (width) => {
    const at = (columns: number | null): readonly string[] => {
      const lines = renderAudit(aReport({ upcoming: { os: '27.0', impacts: IMPACTS } }), {
        style: plainStyle,
        width: columns,
        cells: false,
      });
      return lines.slice(0, lines.indexOf(''));
    };
    expect(at(width).filter((line) => line.length > width)).toEqual([]);
    expect(at(width).join(' ').split(/\s+/)).toEqual(at(null).join(' ').split(/\s+/));
    expect(at(null)[1]).toBe(
      '  -  iOS  summarizer  build 1.0.0 (os26.5) → sunset, uses the base model (afm3-core) or sunset, uses the base model (afm3-core-advanced)',
    );
  });

  test('names every cell when asked', () => {
    const cell = {
      adapter: 'summarizer',
      platform: 'iOS',
      os: { from: '26.0', below: null },
      systemModel: null,
      variant: null,
      baseModelSignature: null,
      state: 'gap',
      pack: null,
      fallback: null,
    } as const;
    const report = aReport({ coverage: { cells: [cell], total: 1, gaps: 1, inferred: 1 } });
    const lines = renderAudit(report, { style: plainStyle, width: null, cells: true });
    expect(lines).toContain('  summarizer  iOS 26.0 and later  (no system model)    gap');
    expect(lines).toContain(
      'Coverage not proved: 1 of 1 cells are gaps; 1 rests on inference. 0 declined, 0 sunset.',
    );
  });

  test('a word that is wider than the width stays whole', () => {
    expect(wrapText('a bcdefghij k', 5)).toEqual(['a', 'bcdefghij', 'k']);
  });
});

describe('annotations', () => {
  test('no text of a finding can end its command or start another', () => {
    const evil = aFinding({ subject: 'a,b: c', message: 'x\n::error::y\r%0A.', fix: 'Z.' });
    const [line, more] = renderAnnotations([{ finding: evil, place: { file: 'a,b.json', line: 7 } }]);
    expect(more).toBeUndefined();
    expect(line).toBe('::error file=a%2Cb.json,line=7,title=gap%3A a%2Cb%3A c::x%0A::error::y%0D%250A. Z.');
  });

  test.each([
    ['error', '::error '],
    ['warning', '::warning '],
    ['note', '::notice '],
  ] as const)('%s is %s', (severity, command) => {
    const [line] = renderAnnotations([{ finding: aFinding({ severity }), place: { file: 'f', line: 1 } }]);
    expect(line?.startsWith(command)).toBe(true);
  });
});

describe('Markdown', () => {
  test('keeps what a matrix says from becoming markup', () => {
    const text = renderAuditMarkdown(
      aReport({ findings: [aFinding({ subject: '<b>|*x*', message: 'a|b <script> `c<d`.' })] }),
    ).join('\n');
    expect(text).toContain('&lt;b>\\|\\*x\\*');
    expect(text).toContain('a\\|b &lt;script> `c<d`.');
  });

  test('says that nothing was found', () => {
    expect(renderAuditMarkdown(aReport())).toEqual([
      '### fmrelease audit: local / stable, 2026-12-01',
      '',
      'Nothing found.',
      '',
      'Coverage proved: all 4 cells decided; 1 rests on inference.',
    ]);
  });
});

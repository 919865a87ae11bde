import { createHash } from 'node:crypto';
import { count, formatBytes } from '../render/units.ts';
import type { ReportFacts } from './facts.ts';
import { type Html, html, rawHtml, scriptJson, userText } from './html.ts';
import type { PageAssets } from './page-assets.ts';
import { packPageData } from './page-data.ts';
import { findingsSection } from './section-findings.ts';
import { matrixSection } from './section-matrix.ts';
import { releasesSection } from './section-releases.ts';
import { sharesSection } from './section-shares.ts';
import { simulatorSection } from './section-simulator.ts';

/** What every report begins with, and nothing else does. */
export const PAGE_HEAD = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="generator" content="fmrelease report">`;

/**
 * Returns the report as one HTML page that needs nothing else: style, script and data are in it, and its policy lets
 * it load nothing and send nothing. Pure: the same facts give the same bytes.
 */
export function renderReport(facts: ReportFacts, { script, style }: PageAssets): string {
  const data = packPageData(facts.simulation, facts.matrix, facts.publicUrl);
  const policy = `default-src 'none'; script-src ${hashOf(script)}; style-src ${hashOf(style)}; img-src data:; base-uri 'none'; form-action 'none'`;
  return html`${rawHtml(PAGE_HEAD)}
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${facts.project}: ${facts.target}/${facts.channel}, ${facts.day}</title>
<link rel="icon" href="data:,">
<style>${rawHtml(style)}</style>
</head>
<body>
<a class="skip" href="#main">Skip to the report</a>
${header(facts)}
<main id="main">
${matrixSection(facts)}
${sharesSection(facts)}
${simulatorSection(facts)}
${findingsSection(facts)}
${releasesSection(facts)}
</main>
<footer><p>Made by fmrelease ${facts.toolVersion} from the matrix, the log and the catalogue of system models. No device was asked: what only a device can prove is marked as inferred.</p></footer>
<script type="application/json" id="data">${scriptJson(data)}</script>
<script>${rawHtml(script)}</script>
</body>
</html>
`.markup;
}

function header(facts: ReportFacts): Html {
  const { project, target, channel, day, releases, matrix, counts, only } = facts;
  const [newest] = releases;
  return html`<header><p class="eyebrow">Model releases</p><h1>${userText(project)}</h1>
<p class="where">Target ${userText(target)} · channel ${userText(channel)} · ${day}${
    only.length === 0
      ? null
      : html` · only ${only.map((name, index) => html`${index === 0 ? '' : ', '}${userText(name)}`)}`
  }</p>
<p class="verdict ${counts.error > 0 ? 'bad' : counts.warning > 0 ? 'fair' : 'good'}">${verdict(facts)}</p>
<dl class="cards"><div><dt>Adapters</dt><dd>${matrix.rows.length}</dd></div><div><dt>Device kinds</dt><dd>${matrix.columns.length}</dd></div><div><dt>Covered cells</dt><dd>${matrix.counts.covered}<small> of ${matrix.total}</small></dd></div><div><dt>Gaps</dt><dd>${matrix.counts.gap}</dd></div><div><dt>Newest release</dt><dd>${
    newest === undefined ? 'none' : html`${newest.revision}<small> ${newest.createdAt.slice(0, 10)}</small>`
  }</dd></div><div><dt>Size</dt><dd>${newest === undefined ? '–' : formatBytes(newest.totalBytes)}</dd></div></dl>
<nav aria-label="Parts of the report"><a href="#matrix">Matrix</a><a href="#users">Users</a><a href="#device">Device</a><a href="#findings">Findings</a><a href="#releases">Releases</a></nav></header>`;
}

/** The state of things as one sentence. */
function verdict({ counts, matrix }: ReportFacts): string {
  if (counts.error > 0)
    return `${count(counts.error, 'error')} ${counts.error === 1 ? 'wants' : 'want'} an answer before the next release.`;
  const { gap } = matrix.counts;
  const decided =
    matrix.total === 0
      ? 'Nothing is registered yet'
      : gap === 0
        ? 'Every device kind has a decision'
        : `${count(gap, 'cell')} ${gap === 1 ? 'has' : 'have'} no decision`;
  return counts.warning > 0
    ? `${decided}; ${count(counts.warning, 'warning')} to look at.`
    : `${decided}; nothing to look at.`;
}

const hashOf = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

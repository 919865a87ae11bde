import { createHash } from 'node:crypto';
import { dayWords } from './day-words.ts';
import type { ReportFacts } from './facts.ts';
import { type Html, html, rawHtml, scriptJson, userText } from './html.ts';
import type { PageAssets } from './page-assets.ts';
import { packPageData } from './page-data.ts';
import { findingsSection } from './section-findings.ts';
import { glance } from './section-glance.ts';
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
  const data = packPageData(facts.simulation, facts.matrix);
  const policy = `default-src 'none'; script-src ${hashOf(script)}; style-src ${hashOf(style)}; img-src data:; base-uri 'none'; form-action 'none'`;
  return html`${rawHtml(PAGE_HEAD)}
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${facts.project}: ${facts.channels.map(({ target }) => target).join(', ')}/${facts.channel}, ${facts.day}</title>
<link rel="icon" href="data:,">
<style>${rawHtml(style)}</style>
</head>
<body>
<a class="skip" href="#main">Skip to the report</a>
${header(facts)}
<main id="main">
${matrixSection(facts)}
${sharesSection(facts)}
${findingsSection(facts)}
${simulatorSection(facts)}
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
  const { project, channels, channel, day, only } = facts;
  return html`<header><p class="eyebrow">Model releases</p><h1>${userText(project)}</h1>
<p class="where">${channels.length === 1 ? 'Target' : 'Targets'} ${names(channels.map(({ target }) => target))} · channel ${userText(channel)} · <time datetime="${day}">${dayWords(day)}</time>${
    only.length === 0 ? null : html` · only ${names(only)}`
  }</p>
${glance(facts)}
<nav aria-label="Parts of the report"><a href="#matrix">Matrix</a><a href="#users">Users and downloads</a><a href="#findings">Findings</a><a href="#device">Device</a><a href="#releases">Releases</a></nav></header>`;
}

const names = (all: readonly string[]): readonly Html[] =>
  all.map((name, index) => html`${index === 0 ? '' : ', '}${userText(name)}`);

const hashOf = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

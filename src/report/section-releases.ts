import { count, formatBytes } from '../render/units.ts';
import type { ReportFacts } from './facts.ts';
import { type Html, html, userText } from './html.ts';
import { releaseChart } from './release-chart.ts';
import type { ReleaseFacts } from './releases.ts';

/** The history of the channel: a chart of sizes, and every revision, newest first. */
export function releasesSection({ releases, channel }: ReportFacts): Html {
  const recent = releases.slice(0, RECENT);
  const older = releases.slice(RECENT);
  return html`<section id="releases" aria-labelledby="releases-h"><h2 id="releases-h">Releases</h2>${
    releases.length === 0
      ? html`<p class="empty">${userText(channel)} has no release yet.</p>`
      : html`${releaseChart(releases)}${table(recent, 'Releases, newest first')}${
          older.length === 0
            ? null
            : html`<details><summary>${count(older.length, 'older revision')}</summary>${table(older, 'Older releases')}</details>`
        }`
  }</section>`;
}

function table(releases: readonly ReleaseFacts[], name: string): Html {
  const told = releases.some(({ commit, runUrl }) => commit !== null || runUrl !== null);
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${name}"><table class="releases"><thead><tr><th scope="col">Revision<th scope="col">Kind<th scope="col">When (UTC)<th scope="col">Message${told ? html`<th scope="col">From` : null}<th scope="col">Packs<th scope="col">Size<th scope="col">New</tr></thead><tbody>${releases.map((release) => row(release, told))}</tbody></table></div>`;
}

const row = (release: ReleaseFacts, told: boolean): Html =>
  html`<tr><th scope="row">${release.revision}<td>${release.kind}<td>${release.createdAt.slice(0, 16).replace('T', ' ')}<td>${
    release.message === null ? null : userText(shorten(release.message))
  }${told ? html`<td>${origin(release)}` : null}<td>${release.packs}<td>${formatBytes(release.totalBytes)}<td>${release.newBytes === 0 ? '–' : formatBytes(release.newBytes)}
`;

function origin({ commit, runUrl }: ReleaseFacts): Html | null {
  const short = commit === null ? null : html`<code>${commit.slice(0, 8)}</code>`;
  if (runUrl === null) return short;
  return html`<a href="${runUrl}" rel="noreferrer">${short ?? 'run'}</a>`;
}

const shorten = (text: string): string => (text.length > LONGEST ? `${text.slice(0, LONGEST)} …` : text);

const RECENT = 15;
const LONGEST = 300;

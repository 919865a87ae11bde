import { count, formatBytes } from '../render/units.ts';
import { momentWords } from './day-words.ts';
import type { ChannelFacts, ReportFacts } from './facts.ts';
import { type Html, html, prose, userText } from './html.ts';
import { releaseChart } from './release-chart.ts';
import type { ReleaseFacts } from './releases.ts';

/** The history of the channel at each target: a chart of sizes, and every revision, newest first. */
export const releasesSection = ({ channels, channel, notLookedAt }: ReportFacts): Html =>
  html`<section id="releases" aria-labelledby="releases-h"><h2 id="releases-h">Releases</h2>${channels.map(
    (own) => history(own, channel, channels.length > 1),
  )}${notLookedAt.map(
    ({ target, why }) => html`<h3>${userText(target)}</h3><p class="empty">Not looked at. ${prose(why)}</p>`,
  )}</section>`;

function history({ target, releases }: ChannelFacts, channel: string, isOneOfSeveral: boolean): Html {
  const recent = releases.slice(0, RECENT);
  const older = releases.slice(RECENT);
  const name = isOneOfSeveral ? html`<h3>${userText(target)}</h3>` : null;
  const place = isOneOfSeveral ? ` at ${target}` : '';
  if (releases.length === 0)
    return html`${name}<p class="empty">${userText(channel)} has no release yet.</p>`;
  return html`${name}${releaseChart(releases, place)}${table(recent, `Releases${place}, newest first`)}${
    older.length === 0
      ? null
      : html`<details${older.length > MOST_ON_PAPER ? html` class="screen-only"` : null}><summary>${count(older.length, 'older revision')}</summary>${table(older, `Older releases${place}`)}</details>${
          older.length > MOST_ON_PAPER
            ? html`<p class="paper-only quiet">${older.length} older revisions are left out on paper.</p>`
            : null
        }`
  }`;
}

function table(releases: readonly ReleaseFacts[], name: string): Html {
  const told = releases.some(({ commit, runUrl }) => commit !== null || runUrl !== null);
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${name}"><table class="releases"><thead><tr><th scope="col">Revision<th scope="col">Kind<th scope="col">When (UTC)<th scope="col">Message${told ? html`<th scope="col">From` : null}<th scope="col">Packs<th scope="col">Size<th scope="col">New</tr></thead><tbody>${releases.map((release) => row(release, told))}</tbody></table></div>`;
}

const row = (release: ReleaseFacts, told: boolean): Html =>
  html`<tr><th scope="row">${release.revision}<td>${release.kind}<td>${momentWords(release.createdAt)}<td>${
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

/** More than that are pages of paper that nobody reads. */
const MOST_ON_PAPER = 100;
const LONGEST = 300;

import { type AlikeAdapters, groupAlike, type HeldShare } from '../fleet/weigh.ts';
import { groupBy } from '../model/group-by.ts';
import { formatCount, formatShare } from '../model/share.ts';
import { costMarkup } from './cost-table.ts';
import type { ReportFacts, UserFacts } from './facts.ts';
import { type Html, html, prose, userText } from './html.ts';
import { proportionBar } from './proportion-bar.ts';
import { STATE_WORDS } from './state-words.ts';

/** What part of the users each state holds, and what their devices download, with the arithmetic of both. */
export const sharesSection = (facts: ReportFacts): Html =>
  html`<section id="users" aria-labelledby="users-h"><h2 id="users-h">How many users that is, and what they download</h2>${
    facts.users === null ? NO_FLEET : facts.users.states.length === 0 ? NOBODY : sharesOf(facts.users)
  }${costMarkup(facts)}</section>`;

function sharesOf({ states, source, devices }: UserFacts): Html {
  return html`<p class="lead">Of each platform’s users, from ${prose(nameOf(source))}${
    devices === null ? '' : `, ${formatCount(devices)} devices`
  }. Adapters with the same shares stand together.</p>${groupAlike(states).map(shareCard)}`;
}

/** A file without the folders that it lies in on somebody's machine. */
const nameOf = (source: string): string =>
  source.includes('`') ? source : (/[^/\\]+$/.exec(source)?.[0] ?? source);

/** One card for adapters that hold the same shares. */
function shareCard({ adapters, held }: AlikeAdapters): Html {
  const platforms = [...groupBy(held, ({ platform }) => platform).values()];
  return html`<article class="share"><h3>${adapters.map(
    (name, index) => html`${index === 0 ? '' : ', '}${userText(name)}`,
  )}</h3>${platforms.map(platformBar)}</article>`;
}

function platformBar(parts: readonly HeldShare[]): Html {
  const bar = proportionBar(
    parts.map(({ state, share }) => ({ share, className: STATE_WORDS[state].className })),
  );
  return html`<div class="bar"><h4>${parts[0]?.platform ?? ''}</h4>${bar}<ul>${parts.map(partLine)}</ul></div>`;
}

const partLine = ({ state, share, terms, devices }: HeldShare): Html =>
  html`<li><span class="swatch ${STATE_WORDS[state].className}">${STATE_WORDS[state].label}</span> <b>${formatShare(share)}</b>${devices === null ? null : ` (${formatCount(devices)} devices)`}${
    terms.length === 0
      ? null
      : html` <span class="terms">= ${terms.map(
          ({ os, share: own }, index) => html`${index === 0 ? '' : ' + '}${os}: ${formatShare(own)}`,
        )}</span>`
  }</li>`;

const NOBODY = html`<p class="empty">The OS share table names no platform of the matrix, so no user is counted.</p>`;
const NO_FLEET = html`<p class="empty">The config has no OS share table. With <code>fleet</code>, such as <code>fleet: { iOS: { '26.4': 0.4, '26.5': 0.3 } }</code>, or with <code>--fleet FILE.csv</code>, this part says what share of users each state holds, and what their downloads come to.</p>`;

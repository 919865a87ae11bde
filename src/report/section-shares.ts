import { groupBy } from '../audit/group.ts';
import type { HeldShare } from '../fleet/weigh.ts';
import type { ReportFacts } from './facts.ts';
import { type Html, html, userText } from './html.ts';
import { STATE_WORDS } from './state-words.ts';

/** What part of the users each state holds, with the arithmetic; how to get that where no fleet is known. */
export const sharesSection = ({ shares }: ReportFacts): Html =>
  html`<section id="users" aria-labelledby="users-h"><h2 id="users-h">How many users that is</h2>${
    shares === null || shares.length === 0 ? NO_FLEET : sharesOf(shares)
  }</section>`;

function sharesOf(shares: readonly HeldShare[]): Html {
  const adapters = [...groupBy(shares, ({ adapter }) => adapter).values()];
  const alike = groupBy(adapters, (own) => JSON.stringify(own.map(({ adapter: _, ...held }) => held)));
  return html`<p class="lead">Of each platform’s users, from the config’s <code>fleet</code>. Adapters with the same shares stand together.</p>${[
    ...alike.values(),
  ].map(shareCard)}`;
}

/** One card for adapters that hold the same shares. */
function shareCard(adapters: readonly (readonly HeldShare[])[]): Html {
  const names = adapters.flatMap((own) => own[0]?.adapter ?? []);
  const platforms = [...groupBy(adapters[0] ?? [], ({ platform }) => platform).values()];
  return html`<article class="share"><h3>${names.map(
    (name, index) => html`${index === 0 ? '' : ', '}${userText(name)}`,
  )}</h3>${platforms.map(platformBar)}</article>`;
}

function platformBar(parts: readonly HeldShare[]): Html {
  const total = Math.max(
    1,
    parts.reduce((sum, { share }) => sum + share, 0),
  );
  let at = 0;
  const bars = parts.map(({ state, share }) => {
    const width = (share / total) * BAR_WIDTH;
    const bar = html`<rect class="${STATE_WORDS[state].className}" x="${round(at)}" y="0" width="${round(width)}" height="20"/>`;
    at += width;
    return bar;
  });
  return html`<div class="bar"><h4>${parts[0]?.platform ?? ''}</h4><svg viewBox="0 0 ${BAR_WIDTH} 20" preserveAspectRatio="none" aria-hidden="true" focusable="false">${bars}</svg><ul>${parts.map(partLine)}</ul></div>`;
}

const partLine = ({ state, share, terms }: HeldShare): Html =>
  html`<li><span class="swatch ${STATE_WORDS[state].className}">${STATE_WORDS[state].label}</span> <b>${percent(share)}</b>${
    terms.length === 0
      ? null
      : html` <span class="terms">= ${terms.map(
          ({ os, share: own }, index) => html`${index === 0 ? '' : ' + '}${os}: ${percent(own)}`,
        )}</span>`
  }</li>`;

/** `41.5 %`, without a zero behind the point. */
export const percent = (share: number): string => `${Number((share * 100).toFixed(1))} %`;

const round = (value: number): number => Number(value.toFixed(2));

const NO_FLEET = html`<p class="empty">The config has no OS share table. With <code>fleet</code>, such as <code>fleet: { iOS: { '26.4': 0.4, '26.5': 0.3 } }</code>, this part says what share of users each state holds.</p>`;
const BAR_WIDTH = 600;

import { SEVERITIES } from '../model/finding.ts';
import { formatShare } from '../model/share.ts';
import { count, formatBytes } from '../render/units.ts';
import { dayWords } from './day-words.ts';
import type { ReportFacts } from './facts.ts';
import { findingId, SEVERITY_WORDS } from './finding-markup.ts';
import type { FindingGroup } from './group-findings.ts';
import { type Html, html, userText } from './html.ts';
import { proportionBar } from './proportion-bar.ts';
import type { PlatformReach, ReachPart } from './reach.ts';

/** The first screen: whether all is well, who is not covered, and what to do next. */
export const glance = (facts: ReportFacts): Html =>
  html`<p class="verdict ${verdictClass(facts)}">${verdict(facts)}</p>
<div class="glance"><section aria-labelledby="reach-h"><h2 id="reach-h">Who is covered</h2>${reach(facts)}</section>
<section aria-labelledby="next-h"><h2 id="next-h">What to do next</h2>${nextSteps(facts)}</section></div>
${figures(facts)}`;

const verdictClass = ({ counts }: ReportFacts): string =>
  counts.error > 0 ? 'bad' : counts.warning > 0 ? 'fair' : 'good';

/** The state of things as one sentence. */
function verdict({ counts, matrix }: ReportFacts): string {
  const { gap } = matrix.counts;
  if (counts.error > 0) {
    const undecided = gap === 0 ? '' : `, and ${count(gap, 'cell')} of the matrix without a decision`;
    return `Not ready for the next release: ${count(counts.error, 'error')}${undecided}.`;
  }
  const decided =
    matrix.total === 0
      ? 'Nothing is registered yet'
      : gap === 0
        ? 'In order: every device kind has a decision'
        : `${count(gap, 'cell')} of the matrix ${gap === 1 ? 'has' : 'have'} no decision`;
  return counts.warning > 0
    ? `${decided}; ${count(counts.warning, 'warning')} to look at.`
    : `${decided}, and nothing needs attention.`;
}

function reach({ reach: platforms, users, matrix }: ReportFacts): Html {
  if (platforms.length === 0)
    return html`<p class="empty">${
      matrix.rows.length === 0
        ? 'The matrix has no adapter yet.'
        : 'The OS share table names no platform of the matrix.'
    }</p>`;
  return html`${platforms.map((own) => platformReach(own, matrix.rows.length))}<p class="quiet">${
    users === null
      ? html`Counted by kinds of device. With an OS share table (<code>--fleet</code>) it says users.`
      : html`Of each platform’s users. <a href="#users">The arithmetic</a>`
  }</p>`;
}

const platformReach = ({ platform, parts }: PlatformReach, adapters: number): Html =>
  html`<h3>${platform}</h3>${proportionBar(parts.map(({ kind, share }) => ({ share, className: REACH[kind].className })))}<ul class="reach">${parts.map(
    (part) =>
      html`<li><span class="swatch ${REACH[part.kind].className}">${formatShare(part.share)}</span> <span>${REACH[part.kind].words}${
        part.undecided.length === 0 ? null : ofWhich(part, adapters)
      }${part.places.length === 0 ? null : html` <small>${shorten(part.places)}</small>`}</span></li>`,
  )}</ul>`;

const ofWhich = ({ undecided }: ReachPart, adapters: number): Html =>
  html` for ${undecided.length === 1 ? 'one' : undecided.length} of ${count(adapters, 'adapter')}: ${undecided
    .slice(0, MOST_NAMES)
    .map((name, index) => html`${index === 0 ? '' : ', '}${userText(name)}`)}${
    undecided.length > MOST_NAMES ? ` and ${undecided.length - MOST_NAMES} more` : ''
  }`;

const shorten = (places: readonly string[]): string =>
  places.length > MOST_PLACES
    ? `${places.slice(0, MOST_PLACES).join(', ')} and ${places.length - MOST_PLACES} more`
    : places.join(', ');

/** How a part of the users is painted, as the state of the matrix that it is closest to, and told. */
const REACH: Readonly<Record<ReachPart['kind'], { readonly className: string; readonly words: string }>> = {
  undecided: { className: 'g', words: 'have no decision' },
  none: { className: 's', words: 'get no adapter, on purpose' },
  some: { className: 'd', words: 'get some adapters, and none of the others on purpose' },
  all: { className: 'c', words: 'get every adapter' },
  outside: { className: 'o', words: 'have an OS version that the app does not support' },
  unlisted: { className: 'o', words: 'have an OS version that the table leaves out' },
};

function nextSteps({ findings }: ReportFacts): Html {
  const pressing = findings.filter(({ severity }) => severity !== 'note');
  const urgent = [...pressing.filter(leavesUsersOut), ...pressing.filter((group) => !leavesUsersOut(group))];
  if (urgent.length === 0)
    return html`<p class="empty">Nothing. Run the audit again when an OS version ships.</p>`;
  const rest = urgent.length - MOST_STEPS;
  return html`<ol class="steps">${urgent
    .slice(0, MOST_STEPS)
    .map(
      (group) =>
        html`<li><span class="badge ${group.severity}">${SEVERITY_WORDS[group.severity]}</span> <a href="#${findingId(group)}">${group.title}</a>${
          group.count === 1 ? null : html` <span class="count">× ${group.count}</span>`
        }</li>`,
    )}</ol>${
    rest > 0
      ? html`<p class="quiet"><a href="#findings">${count(rest, 'more kind')} of ${urgencies(urgent)}</a>, each with its fix</p>`
      : null
  }`;
}

/** What keeps users from an adapter comes before what is merely wrong. */
const leavesUsersOut = ({ code }: FindingGroup): boolean =>
  ['gap', 'pack-missing', 'digest-mismatch', 'size-mismatch'].includes(code);

const urgencies = (groups: readonly { readonly severity: string }[]): string =>
  SEVERITIES.filter((severity) => groups.some((group) => group.severity === severity))
    .map((severity) => `${severity}s`)
    .join(' and ');

function figures({ matrix, channels }: ReportFacts): Html {
  const [first] = channels;
  const newest = first?.releases[0];
  return html`<dl class="cards"><div><dt>Adapters</dt><dd>${matrix.rows.length}</dd></div><div><dt>Kinds of device</dt><dd>${matrix.columns.length}</dd></div><div><dt>Covered cells</dt><dd>${matrix.counts.covered}<small> of ${matrix.total}</small></dd></div><div><dt>Gaps</dt><dd>${matrix.counts.gap}</dd></div><div><dt>Newest release${
    channels.length > 1 ? html` <small>at ${userText(first?.target ?? '')}</small>` : null
  }</dt><dd>${
    newest === undefined
      ? 'none'
      : html`${newest.revision}<small> ${dayWords(newest.createdAt.slice(0, 10))}</small>`
  }</dd></div><div><dt>All packs of it</dt><dd>${newest === undefined ? '–' : formatBytes(newest.totalBytes)}</dd></div></dl>`;
}

const MOST_STEPS = 5;
const MOST_NAMES = 6;
const MOST_PLACES = 4;

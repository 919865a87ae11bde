import { renderCounts } from '../render/findings.ts';
import { count } from '../render/units.ts';
import { dayWords } from './day-words.ts';
import type { ReportFacts } from './facts.ts';
import { findingId, SEVERITY_WORDS } from './finding-markup.ts';
import type { FindingCase, FindingGroup } from './group-findings.ts';
import { type Html, html, prose, userText } from './html.ts';

/** What the audit found, worst first, each with what mends it. Notes are folded. */
export function findingsSection({ findings, waived, unusedWaivers, counts, day }: ReportFacts): Html {
  return html`<section id="findings" aria-labelledby="findings-h"><h2 id="findings-h">Findings</h2><p class="lead">${
    findings.length === 0 ? 'Nothing found' : renderCounts(counts).replace(/\.$/, '')
  }, as of ${dayWords(day)}.</p>${findings.map(groupMarkup)}${waived.length === 0 ? null : waivedMarkup(waived)}${unusedWaivers.map(
    ({ code, subject }) =>
      html`<p class="empty">The waiver of <code>${code}</code>${subject === undefined ? null : html` for ${userText(subject)}`} covers nothing: remove it from <code>audit.waive</code>, or correct it.</p>`,
  )}</section>`;
}

/** What the team lives with: each with why, and until when. */
const waivedMarkup = (waived: ReportFacts['waived']): Html =>
  html`<details class="finding note"><summary><span class="badge note">Waived</span> <b>${count(waived.length, 'finding')} that the config waives</b></summary><ul>${waived.map(
    ({ code, subject, target, message, reason, until }) =>
      html`<li><p><code>${code}</code> ${userText(subject)}${atTargets(target === undefined ? [] : [target])}: ${prose(message)}</p><p class="fix"><b>Waived</b> ${prose(reason)}${
        until === null ? ', with no end named' : `, until ${dayWords(until)}`
      }</p></li>`,
  )}</ul></details>`;

const groupMarkup = (group: FindingGroup): Html =>
  html`<details id="${findingId(group)}" class="finding ${group.severity}"${group.severity === 'note' ? null : html` open`}><summary><span class="badge ${group.severity}">${SEVERITY_WORDS[group.severity]}</span> <b>${group.title}</b> <code>${group.code}</code>${
    group.count === 1 ? null : html` <span class="count">× ${group.count}</span>`
  }</summary><p class="why">${prose(group.why)}</p><ul>${group.cases.map(caseMarkup)}</ul></details>`;

const caseMarkup = ({ subject, targets, message, fix, alsoFor }: FindingCase): Html =>
  html`<li><p>${prose(message)}${atTargets(targets)}</p><p class="fix"><b>Fix</b> ${prose(fix)}</p>${
    alsoFor.length === 0
      ? null
      : html`<p class="also">For ${userText(subject)}, and the same for ${alsoFor.map(
          (other, index) => html`${index === 0 ? '' : ', '}${userText(other)}`,
        )}.</p>`
  }</li>`;

/** Where a finding is true, where several targets were looked at. */
const atTargets = (targets: readonly string[]): Html | null =>
  targets.length === 0
    ? null
    : html` <span class="at">at ${targets.map((target, index) => html`${index === 0 ? '' : ', '}${userText(target)}`)}</span>`;

import { PLATFORMS } from '../model/platform.ts';
import type { ReportFacts } from './facts.ts';
import { type Html, html } from './html.ts';

/** The form that asks what one device gets. The page's script answers; without one it says what answers instead. */
export function simulatorSection(facts: ReportFacts): Html {
  const { simulation, osReleases, matrix } = facts;
  const { channels, systemModels } = simulation;
  const platforms = PLATFORMS.filter(
    (platform) =>
      facts.support.some((supported) => supported.platform === platform) ||
      simulation.adapters.some((adapter) => adapter.platforms.includes(platform)),
  );
  const variants = [...new Set(systemModels.flatMap(({ variant }) => variant ?? []))];
  const versions = [
    ...new Set([...matrix.columns.map(({ os }) => os.from), ...osReleases.map(({ version }) => version)]),
  ];
  const newest = osReleases.at(-1)?.version ?? versions.at(-1) ?? '';
  return html`<section id="device" aria-labelledby="device-h"><h2 id="device-h">What does this device get, and why?</h2>
<p class="lead">The same code as <code>fmrelease resolve</code> answers, from the facts in this page.</p>
<noscript><p class="empty">This part needs JavaScript. <code>fmrelease resolve --explain</code> answers the same in a terminal.</p></noscript>
<div class="simulator" hidden><form id="simulator" autocomplete="off">
<label>Answer from <select name="source"><option value="matrix">the matrix</option>${
    channels.every(({ release }) => release === null)
      ? null
      : html`<option value="log">what is published</option>`
  }</select></label>
${
  channels.length < 2
    ? null
    : html`<label>At <select name="target">${channels.map(
        ({ target, release }) =>
          html`<option value="${target}">${target} (${release === null ? 'no release yet' : `revision ${release.revision}`})</option>`,
      )}</select></label>`
}
<label>Adapter <select name="adapter"></select></label>
<label>Platform <select name="platform">${platforms.map((platform) => html`<option>${platform}</option>`)}</select></label>
<label>OS version <input name="os" inputmode="decimal" list="os-versions" spellcheck="false" value="${newest}"></label>
<datalist id="os-versions">${versions.map((version) => html`<option value="${version}"></option>`)}</datalist>
<label>Variant <select name="variant"><option value="">not known</option>${variants.map(
    (variant) => html`<option value="${variant}">${variant}</option>`,
  )}</select></label>
<label>Signature <span class="hint">(optional)</span> <input name="signature" spellcheck="false" placeholder="7 to 40 digits, or an identifier"></label>
</form><div id="answer" role="status" aria-live="polite"></div>
<details id="all"><summary>Every adapter on this device</summary><div id="all-answers"></div></details>
<p id="self-check" class="quiet"></p></div></section>`;
}

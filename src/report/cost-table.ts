import type { DeviceClassCost, FetchedPack, ReleaseCost } from '../fleet/cost.ts';
import { groupBy } from '../model/group-by.ts';
import { formatOsRange } from '../model/os-range.ts';
import { formatCount } from '../model/share.ts';
import { count, formatBytes } from '../render/units.ts';
import type { ReportFacts } from './facts.ts';
import { type Html, html, userText } from './html.ts';
import { percent } from './percent.ts';

/** What each kind of device downloads of everything that is served, and what all of them together do. */
export function costMarkup({ cost, channels, users }: ReportFacts): Html {
  const name = channels.length > 1 ? html`, with the sizes at ${userText(channels[0]?.target ?? '')}` : null;
  const lead = html`<h3 id="cost">Download of everything that is served</h3><p class="lead">What a device fetches that has nothing yet${name}. It is the most that it can be: every device fetches each of its packs, once.</p>`;
  if (cost.classes.length === 0) return html`${lead}<p class="empty">No device downloads anything.</p>`;
  return html`${lead}<div class="scroll" tabindex="0" role="region" aria-label="Download of each kind of device"><table class="cost"><thead><tr><th scope="col">Kind of device<th scope="col">Per device<th scope="col">Sum of its packs${
    users === null ? null : html`<th scope="col">Devices<th scope="col">Egress`
  }</tr></thead><tbody>${cost.classes.map((own) => classRow(own, users !== null))}</tbody></table></div>${
    users === null ? null : totals(cost)
  }`;
}

const classRow = (own: DeviceClassCost, weighed: boolean): Html =>
  html`<tr><th scope="row">${own.platform} ${formatOsRange(own.os)}<small>${
    own.systemModel === null ? 'no system model' : userText(own.systemModel)
  }${own.variant === null ? null : html` (${userText(own.variant)})`}</small><td>${formatBytes(own.bytesPerDevice)}<td>${sumOf(own.packs)}${
    weighed
      ? html`<td>${devicesOf(own)}<td>${own.egressBytes === null ? '–' : formatBytes(own.egressBytes)}`
      : null
  }
`;

/** Packs of one size are one summand: `3 × 160.2 MB + 12.0 MB`. */
function sumOf(packs: readonly FetchedPack[]): Html {
  const sizes = [...groupBy(packs, ({ sizeBytes }) => formatBytes(sizeBytes))];
  const terms = sizes
    .slice(0, MOST_TERMS)
    .map(([size, own]) => (own.length === 1 ? size : `${own.length} × ${size}`))
    .join(' + ');
  const rest = sizes.slice(MOST_TERMS).reduce((sum, [, own]) => sum + own.length, 0);
  return html`${count(packs.length, 'pack')}: ${terms}${rest === 0 ? '' : ` + ${rest} others`}`;
}

function devicesOf({ devices, share }: DeviceClassCost): Html {
  if (devices === null || share === null)
    return html`<span class="quiet">counted with the variant that fetches most</span>`;
  return html`× ${formatCount(devices)} <span class="quiet">(${percent(share)})</span>`;
}

function totals({ platforms, perDevices, totalEgressBytes }: ReleaseCost): Html {
  const scale = perDevices === null ? '' : ` per ${formatCount(perDevices)} devices of the platform`;
  const parts = platforms.map(({ egressBytes }) => formatBytes(egressBytes)).join(' + ');
  return html`<ul class="totals">${platforms.map(
    ({ platform, egressBytes }) =>
      html`<li>${platform}: <b>${formatBytes(egressBytes)}</b>${scale}, at most.</li>`,
  )}${
    totalEgressBytes === null
      ? html`<li>Shares of different platforms do not compare, so there is no sum over them; a table with <code>devices</code> gives one.</li>`
      : html`<li>Total egress: ${platforms.length > 1 ? `${parts} = ` : ''}<b>${formatBytes(totalEgressBytes)}</b>, at most.</li>`
  }</ul>`;
}

const MOST_TERMS = 8;

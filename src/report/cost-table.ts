import type { DeviceClassCost, FetchedPack, ReleaseCost } from '../fleet/cost.ts';
import { groupBy } from '../model/group-by.ts';
import { formatOsRange } from '../model/os-range.ts';
import { formatCount, formatShare } from '../model/share.ts';
import { count, formatBytes } from '../render/units.ts';
import type { ReportFacts } from './facts.ts';
import { type Html, html, userText } from './html.ts';

/** What each kind of device downloads of everything that is served, and what all of them together do. */
export function costMarkup({ cost, channels }: ReportFacts): Html {
  const weighed = cost.platforms.length > 0;
  const name = channels.length > 1 ? html`, with the sizes at ${userText(channels[0]?.target ?? '')}` : null;
  const lead = html`<h3 id="cost">Download of everything that is served</h3><p class="lead">What a device fetches that has nothing yet${name}. It is the most that it can be: every device fetches each of its packs, once.</p>`;
  if (cost.classes.length === 0) return html`${lead}<p class="empty">No device downloads anything.</p>`;
  return html`${lead}<div class="scroll" tabindex="0" role="region" aria-label="Download of each kind of device"><table class="cost"><thead><tr><th scope="col">Kind of device<th scope="col">Per device<th scope="col">Sum of its packs${
    weighed ? html`<th scope="col">Devices<th scope="col">Egress` : null
  }</tr></thead><tbody>${cost.classes.map((own) => classRow(own, weighed ? cost : null))}</tbody></table></div>${
    weighed ? totals(cost) : null
  }`;
}

const classRow = (own: DeviceClassCost, weighed: ReleaseCost | null): Html =>
  html`<tr><th scope="row">${own.platform} ${formatOsRange(own.os)}<small>${
    own.systemModel === null ? 'no system model' : userText(own.systemModel)
  }${own.variant === null ? null : html` (${userText(own.variant)})`}</small><td>${formatBytes(own.bytesPerDevice)}<td>${sumOf(own.packs)}${
    weighed === null
      ? null
      : html`<td>${devicesOf(own, weighed)}<td>${own.egressBytes === null ? '–' : formatBytes(own.egressBytes)}`
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

function devicesOf(
  { platform, variant, devices, share }: DeviceClassCost,
  { platforms }: Pick<ReleaseCost, 'platforms'>,
): Html {
  if (devices !== null && share !== null)
    return html`× ${formatCount(devices)} <span class="quiet">(${formatShare(share)})</span>`;
  const why = platforms.some((listed) => listed.platform === platform)
    ? `counted with the ${variant === null ? 'system model' : 'variant'} that fetches most`
    : `the OS share table leaves ${platform} out`;
  return html`<span class="quiet">${why}</span>`;
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

import { count, formatBytes } from '../render/units.ts';
import { type Html, html } from './html.ts';
import type { ReleaseFacts } from './releases.ts';

/** One bar of the chart: the newest of some neighbouring revisions, and all that was new in them. */
interface Bar {
  readonly first: number;
  readonly last: number;
  readonly totalBytes: number;
  readonly newBytes: number;
}

/**
 * Draws the size of the releases over the revisions, oldest on the left: what a release holds, and how much of that is
 * new. Many revisions share a bar.
 *
 * @param releases - newest first, at least one
 * @param place - ` at eu`, for who cannot see what it stands under; or nothing
 */
export function releaseChart(releases: readonly ReleaseFacts[], place: string): Html {
  const bars = toBars([...releases].reverse());
  const highest = Math.max(1, ...bars.map(({ totalBytes, newBytes }) => Math.max(totalBytes, newBytes)));
  const slot = WIDTH / Math.max(bars.length, LEAST_SLOTS);
  const each = bars[0] === undefined ? 1 : bars[0].last - bars[0].first + 1;
  const newest = releases[0]?.totalBytes ?? 0;
  const name = `Size of ${count(releases.length, 'release')}${place}; the newest holds ${formatBytes(newest)}, the largest ${formatBytes(highest)}.`;
  return html`<figure class="chart"><svg viewBox="0 0 ${LEFT + WIDTH} ${HEIGHT + 26}" role="img" aria-label="${name}">
${[0, 0.5, 1].map((part) => gridLine(part, highest))}
${bars.map((bar, index) => barMarkup(bar, { x: LEFT + index * slot, slot, highest }))}
<text x="${LEFT}" y="${HEIGHT + 22}">revision ${bars[0]?.first ?? 1}</text>${
    bars.length > 3
      ? html`<text x="${LEFT + round(bars.length * slot)}" y="${HEIGHT + 22}" text-anchor="end">${bars.at(-1)?.last ?? 1}</text>`
      : null
  }
</svg><figcaption><span class="key total"></span> all packs of the release <span class="key new"></span> new in it${
    each > 1 ? ` · a bar stands for ${each} revisions` : ''
  }</figcaption></figure>`;
}

function toBars(oldestFirst: readonly ReleaseFacts[]): readonly Bar[] {
  const each = Math.ceil(oldestFirst.length / MOST_BARS);
  return Array.from({ length: Math.ceil(oldestFirst.length / each) }, (_, index) => {
    const group = oldestFirst.slice(index * each, (index + 1) * each);
    const newest = group.at(-1);
    return {
      first: group[0]?.revision ?? 0,
      last: newest?.revision ?? 0,
      totalBytes: newest?.totalBytes ?? 0,
      newBytes: group.reduce((sum, { newBytes }) => sum + newBytes, 0),
    };
  });
}

function barMarkup(
  { totalBytes, newBytes }: Bar,
  { x, slot, highest }: { readonly x: number; readonly slot: number; readonly highest: number },
): Html {
  const width = round(Math.min(slot * 0.72, WIDEST_BAR));
  const rect = (className: string, bytes: number): Html => {
    const height = round((bytes / highest) * HEIGHT);
    return html`<rect class="${className}" x="${round(x)}" y="${round(TOP + HEIGHT - height)}" width="${width}" height="${height}"/>`;
  };
  return html`${rect('total', totalBytes)}${newBytes === 0 ? null : rect('new', newBytes)}`;
}

const gridLine = (part: number, highest: number): Html =>
  html`<line x1="${LEFT}" x2="${LEFT + WIDTH}" y1="${TOP + HEIGHT * (1 - part)}" y2="${TOP + HEIGHT * (1 - part)}"/><text x="${LEFT - 8}" y="${TOP + HEIGHT * (1 - part) + 4}" text-anchor="end">${part === 0 ? '0' : formatBytes(highest * part)}</text>`;

const round = (value: number): number => Number(value.toFixed(1));

const LEFT = 76;
const TOP = 6;
const WIDTH = 820;
const HEIGHT = 130;
const MOST_BARS = 120;
const LEAST_SLOTS = 12;
const WIDEST_BAR = 44;

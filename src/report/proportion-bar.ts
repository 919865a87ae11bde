import { type Html, html } from './html.ts';

/** A bar cut in proportion, each part painted by its class. What it shows is said in words beside it. */
export function proportionBar(
  parts: readonly { readonly share: number; readonly className: string }[],
): Html {
  const total = Math.max(
    1,
    parts.reduce((sum, { share }) => sum + share, 0),
  );
  let at = 0;
  const bars = parts.map(({ share, className }) => {
    const width = (share / total) * BAR_WIDTH;
    const bar = html`<rect class="${className}" x="${round(at)}" y="0" width="${round(width)}" height="20"/>`;
    at += width;
    return bar;
  });
  return html`<svg class="proportion" viewBox="0 0 ${BAR_WIDTH} 20" preserveAspectRatio="none" aria-hidden="true" focusable="false">${bars}</svg>`;
}

const round = (value: number): number => Number(value.toFixed(2));
const BAR_WIDTH = 600;

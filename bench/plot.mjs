// Draws a growth curve as SVG on logarithmic axes, where straight at 45 degrees means linear. No library: a few lines
// and texts, readable in light and dark.

/**
 * @param {{ title: string, xLabel: string, yLabel: string, series: readonly { name: string, points: readonly (readonly [number, number])[] }[] }} plot
 * @returns {string}
 */
export function drawGrowth({ title, xLabel, yLabel, series }) {
  const points = series.flatMap((one) => one.points);
  const x = scale(
    points.map(([value]) => value),
    LEFT,
    WIDTH - RIGHT,
  );
  const y = scale(
    points.map(([, value]) => value),
    HEIGHT - BOTTOM,
    TOP,
  );
  return `${[
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${title}" font-family="system-ui, sans-serif" font-size="13">`,
    '<style>.ink{stroke:#24292f;fill:none}text{fill:#24292f}.grid{stroke:#8c959f55}.a{stroke:#0969da}.b{stroke:#bc4c00}.ideal{stroke:#8c959f;stroke-dasharray:4 4}.dot-a{fill:#0969da}.dot-b{fill:#bc4c00}@media(prefers-color-scheme:dark){.ink{stroke:#e6edf3}text{fill:#e6edf3}.a{stroke:#4493f8}.b{stroke:#f0883e}.dot-a{fill:#4493f8}.dot-b{fill:#f0883e}}</style>',
    `<text x="${LEFT}" y="22" font-weight="600">${title}</text>`,
    ...x.ticks.flatMap((tick) => [
      `<line class="grid" x1="${x.at(tick)}" y1="${TOP}" x2="${x.at(tick)}" y2="${HEIGHT - BOTTOM}"/>`,
      `<text x="${x.at(tick)}" y="${HEIGHT - BOTTOM + 18}" text-anchor="middle">${tick}</text>`,
    ]),
    ...y.ticks.flatMap((tick) => [
      `<line class="grid" x1="${LEFT}" y1="${y.at(tick)}" x2="${WIDTH - RIGHT}" y2="${y.at(tick)}"/>`,
      `<text x="${LEFT - 8}" y="${y.at(tick) + 4}" text-anchor="end">${tick}</text>`,
    ]),
    `<path class="ink" d="M${LEFT} ${TOP}V${HEIGHT - BOTTOM}H${WIDTH - RIGHT}"/>`,
    `<text x="${(LEFT + WIDTH - RIGHT) / 2}" y="${HEIGHT - 10}" text-anchor="middle">${xLabel}</text>`,
    `<text transform="translate(16 ${(TOP + HEIGHT - BOTTOM) / 2}) rotate(-90)" text-anchor="middle">${yLabel}</text>`,
    ...series.flatMap(({ name, points: own }, index) => {
      const key = 'ab'[index];
      const path = own.map(([px, py], at) => `${at === 0 ? 'M' : 'L'}${x.at(px)} ${y.at(py)}`).join('');
      return [
        `<path fill="none" stroke-width="2" class="${key}" d="${path}"/>`,
        ...own.map(
          ([px, py]) =>
            `<circle class="dot-${key}" cx="${x.at(px)}" cy="${y.at(py)}" r="4"><title>${name}: ${px} → ${Math.round(py)}</title></circle>`,
        ),
        `<text x="${LEFT + 12}" y="${TOP + 18 + index * 18}">${index === 0 ? '●' : '○'} ${name}</text>`,
        `<circle class="dot-${key}" cx="${LEFT + 16.5}" cy="${TOP + 13.5 + index * 18}" r="5"/>`,
      ];
    }),
    '</svg>',
  ].join('\n')}\n`;
}

/** A logarithmic axis over whole decades, from pixel `first` to pixel `last`. */
function scale(values, first, last) {
  const low = Math.floor(Math.log10(Math.min(...values)));
  const high = Math.max(low + 1, Math.ceil(Math.log10(Math.max(...values))));
  const at = (value) =>
    Math.round((first + ((Math.log10(value) - low) / (high - low)) * (last - first)) * 10) / 10;
  return { at, ticks: Array.from({ length: high - low + 1 }, (_, index) => 10 ** (low + index)) };
}

const [WIDTH, HEIGHT] = [640, 400];
const [LEFT, RIGHT, TOP, BOTTOM] = [70, 24, 40, 56];

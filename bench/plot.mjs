// Draws a growth curve as SVG on linear axes: what grows linearly lies on a straight line, whatever it costs to start. A
// dashed line from the first point to the last shows how far it does. No library: a few lines and texts, readable in
// light and dark; the series differ by shape as well as by colour.

/**
 * @param {{ title: string, xLabel: string, yLabel: string, series: readonly { name: string, points: readonly (readonly [number, number])[] }[] }} plot
 * @returns {string}
 */
export function drawGrowth({ title, xLabel, yLabel, series }) {
  const points = series.flatMap((one) => one.points);
  const x = scale(Math.max(...points.map(([value]) => value)), LEFT, WIDTH - RIGHT);
  const y = scale(Math.max(...points.map(([, value]) => value)), HEIGHT - BOTTOM, TOP);
  return `${[
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${title}: ${series.map(spoken).join('; ')}" font-family="system-ui, sans-serif" font-size="13">`,
    STYLE,
    `<text x="${LEFT}" y="22" font-weight="600">${title}</text>`,
    ...x.ticks.map(
      (tick) =>
        `<text x="${x.at(tick)}" y="${HEIGHT - BOTTOM + 19}" text-anchor="middle">${withCommas(tick)}</text>`,
    ),
    ...y.ticks.flatMap((tick) => [
      `<line class="grid" x1="${LEFT}" y1="${y.at(tick)}" x2="${WIDTH - RIGHT}" y2="${y.at(tick)}"/>`,
      `<text x="${LEFT - 8}" y="${y.at(tick) + 4}" text-anchor="end">${withCommas(tick)}</text>`,
    ]),
    `<path class="ink" d="M${LEFT} ${TOP}V${HEIGHT - BOTTOM}H${WIDTH - RIGHT}"/>`,
    `<text x="${(LEFT + WIDTH - RIGHT) / 2}" y="${HEIGHT - 12}" text-anchor="middle">${xLabel}</text>`,
    `<text transform="translate(16 ${(TOP + HEIGHT - BOTTOM) / 2}) rotate(-90)" text-anchor="middle">${yLabel}</text>`,
    ...series.flatMap((one, index) => curve(one, { key: KEYS[index], x, y })),
    ...legend(series.map(({ name }) => name)),
    '</svg>',
  ].join('\n')}\n`;
}

function curve({ name, points }, { key, x, y }) {
  const [first, last] = [points[0], points.at(-1)];
  const path = points.map(([px, py], at) => `${at === 0 ? 'M' : 'L'}${x.at(px)} ${y.at(py)}`).join('');
  return [
    `<line class="ideal" x1="${x.at(first[0])}" y1="${y.at(first[1])}" x2="${x.at(last[0])}" y2="${y.at(last[1])}"/>`,
    `<path fill="none" stroke-width="2" class="${key}" d="${path}"/>`,
    ...points.map(
      ([px, py]) =>
        `<g class="dot-${key}">${MARKS[key](x.at(px), y.at(py))}<title>${name}: ${withCommas(px)} → ${withCommas(Math.round(py))}</title></g>`,
    ),
    `<text x="${x.at(last[0]) + 10}" y="${y.at(last[1]) + 4}">${withCommas(Math.round(last[1]))}</text>`,
  ];
}

const legend = (names) => [
  ...names.flatMap((name, index) => [
    `<g class="dot-${KEYS[index]}">${MARKS[KEYS[index]](LEFT + 20, TOP + 14 + index * 20)}</g>`,
    `<text x="${LEFT + 34}" y="${TOP + 18 + index * 20}">${name}</text>`,
  ]),
  `<line class="ideal" x1="${LEFT + 10}" y1="${TOP + 14 + names.length * 20}" x2="${LEFT + 30}" y2="${TOP + 14 + names.length * 20}"/>`,
  `<text x="${LEFT + 34}" y="${TOP + 18 + names.length * 20}">straight from the first to the last: linear</text>`,
];

/** An axis from 0, with at most six round steps, from pixel `first` to pixel `last`. */
function scale(highest, first, last) {
  const step = [1, 2, 2.5, 5, 10].map((part) => part * 10 ** Math.floor(Math.log10(highest / 5)));
  const each = step.find((size) => Math.ceil(highest / size) <= 6) ?? highest;
  const count = Math.ceil(highest / each);
  const at = (value) => Math.round((first + (value / (each * count)) * (last - first)) * 10) / 10;
  return { at, ticks: Array.from({ length: count + 1 }, (_, index) => index * each) };
}

const spoken = ({ name, points }) =>
  `${name} ${points.map(([px, py]) => `${withCommas(Math.round(py))} at ${withCommas(px)}`).join(', ')}`;

const withCommas = (number) => String(number).replace(/\B(?=(\d{3})+$)/g, ',');

const KEYS = ['a', 'b'];
const MARKS = {
  a: (cx, cy) => `<circle cx="${cx}" cy="${cy}" r="4.5"/>`,
  b: (cx, cy) => `<rect x="${cx - 4.5}" y="${cy - 4.5}" width="9" height="9"/>`,
};
const STYLE =
  '<style>.ink{stroke:#24292f;fill:none}text{fill:#24292f}.grid{stroke:#8c959f55}.a{stroke:#0969da}.b{stroke:#bc4c00}.ideal{stroke:#6e7781;stroke-dasharray:4 4}.dot-a{fill:#0969da}.dot-b{fill:#bc4c00}@media(prefers-color-scheme:dark){.ink{stroke:#e6edf3}text{fill:#e6edf3}.a{stroke:#4493f8}.b{stroke:#f0883e}.ideal{stroke:#9198a1}.dot-a{fill:#4493f8}.dot-b{fill:#f0883e}}</style>';
const [WIDTH, HEIGHT] = [680, 400];
const [LEFT, RIGHT, TOP, BOTTOM] = [74, 72, 40, 56];

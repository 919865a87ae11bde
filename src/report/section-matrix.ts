import { formatFallback } from '../model/cell.ts';
import { formatOsRange } from '../model/os-range.ts';
import { PLATFORMS, type Platform } from '../model/platform.ts';
import { count } from '../render/units.ts';
import type { ReportFacts } from './facts.ts';
import { type Html, html, userText } from './html.ts';
import type { MatrixColumn, MatrixTable, TableCell } from './matrix-table.ts';
import { STATE_WORDS } from './state-words.ts';

/** The matrix as a heat map: one table, or one per platform where that would be wider than a page. */
export function matrixSection({ matrix, support }: ReportFacts): Html {
  return html`<section id="matrix" aria-labelledby="matrix-h"><h2 id="matrix-h">Who gets what</h2>
<p class="lead">${proof(matrix)} Proved over every OS version that the app supports: ${support.map(
    ({ platform, os }, index) => html`${index === 0 ? '' : ', '}${platform} ${os}`,
  )}.</p>
${matrix.rows.length === 0 ? html`<p class="empty">The matrix has no adapter yet.</p>` : tables(matrix)}</section>`;
}

/** What the cells prove, as one sentence. */
export function proof({ counts, total, inferred }: MatrixTable): string {
  if (total === 0) return 'There is no device kind to decide.';
  const rest =
    inferred === 0 ? '' : ` ${count(inferred, 'cell')} ${inferred === 1 ? 'rests' : 'rest'} on inference.`;
  return counts.gap === 0
    ? `${total === 1 ? 'The one cell is' : `All ${total} cells are`} decided.${rest}`
    : `${counts.gap} of ${count(total, 'cell')} ${counts.gap === 1 ? 'is a gap' : 'are gaps'}.${rest}`;
}

function tables(matrix: MatrixTable): Html {
  const groups = columnGroups(matrix.columns);
  const isDense = groups.some(({ length }) => length > MOST_COLUMNS);
  return html`${legend(matrix, isDense)}${matrix.rows.length > FEW_ROWS ? filter(matrix) : null}${groups.map(
    (indices) => table(matrix, indices, isDense),
  )}`;
}

const filter = ({ counts }: MatrixTable): Html =>
  html`<p class="filter" hidden><label for="filter">Show adapters whose name contains</label> <input id="filter" type="search" autocomplete="off" spellcheck="false">${
    counts.gap === 0
      ? null
      : html` <label><input id="filter-gaps" type="checkbox" autocomplete="off"> only those with a gap</label>`
  } <span id="filter-count" role="status"></span></p>`;

/** The places of the columns of each table. */
function columnGroups(columns: readonly MatrixColumn[]): readonly (readonly number[])[] {
  const all = columns.map((_, index) => index);
  if (columns.length <= MOST_COLUMNS) return [all];
  return PLATFORMS.map((platform) => all.filter((index) => columns[index]?.platform === platform)).filter(
    (indices) => indices.length > 0,
  );
}

function table({ columns, rows }: MatrixTable, indices: readonly number[], isDense: boolean): Html {
  const shown = indices.flatMap((index) => columns[index] ?? []);
  const platforms = [...new Set(shown.map(({ platform }) => platform))];
  const name = `What each device kind gets of each adapter: ${platforms.join(', ')}`;
  const shape = `${isDense ? ' dense' : ''}${rows.length > FEW_ROWS ? ' tall' : ''}`;
  return html`<div class="scroll${shape}" tabindex="0" role="region" aria-label="${name}"><table class="heat" data-first="${indices[0] ?? 0}">
<thead><tr><th scope="col" rowspan="2">Adapter</th>${platforms.map((platform) => platformHead(platform, shown))}</tr>
<tr>${shown.map(columnHead)}</tr></thead>
<tbody>${rows.map(
    ({ adapter, cells }) =>
      html`<tr><th scope="row">${userText(adapter)}</th>${indices.flatMap((index) => {
        const cell = cells[index];
        return cell === undefined ? [] : [cellMarkup(cell)];
      })}</tr>
`,
  )}</tbody></table></div>`;
}

const platformHead = (platform: Platform, shown: readonly MatrixColumn[]): Html =>
  html`<th scope="colgroup" colspan="${shown.filter((column) => column.platform === platform).length}">${platform}</th>`;

const columnHead = ({ os, systemModel, variant, inferred }: MatrixColumn): Html =>
  html`<th scope="col"><span>${formatOsRange(os)}<small>${systemModel === null ? 'no system model' : userText(systemModel)}</small>${
    variant === null ? null : html`<small>variant ${userText(variant)}</small>`
  }${inferred ? html`<small class="inferred">inferred</small>` : null}</span></th>`;

function cellMarkup({ state, build, fallback }: TableCell): Html {
  const { label, className } = STATE_WORDS[state];
  if (state === 'covered') return html`<td class="${className}">${build ?? label}</td>`;
  const instead =
    fallback === null || fallback === 'base-model'
      ? null
      : html` title="${`uses ${formatFallback(fallback)}`}"`;
  return html`<td class="${className}"${instead}>${label}</td>`;
}

/** In a dense table a letter stands for the word of a state, and for the covered the version. */
const legend = ({ counts }: MatrixTable, isDense: boolean): Html =>
  html`<dl class="legend${isDense ? ' dense' : ''}">${MATRIX_STATES.map((state) => {
    const { label, className, meaning } = STATE_WORDS[state];
    return html`<div><dt><span class="swatch ${className}">${label}</span> <b>${counts[state]}</b></dt><dd>${meaning}</dd></div>`;
  })}</dl>`;

const MATRIX_STATES = ['covered', 'declined', 'sunset', 'not-offered', 'gap'] as const;

/** A wider table would not fit a window or a page of paper. */
const MOST_COLUMNS = 8;

/** More adapters than that are worth a filter. */
const FEW_ROWS = 12;

import type { TableData } from '../page-data.ts';

/** Makes a click on a cell of the matrix ask the simulator about the first device of that cell. */
export function openMatrixClick({ columns, states }: TableData): void {
  const form = document.querySelector<HTMLFormElement>('#simulator');
  if (form === null) return;
  for (const table of document.querySelectorAll<HTMLTableElement>('.heat')) {
    table.classList.add('asks');
    table.tBodies[0]?.addEventListener('click', ({ target }) => {
      const cell = target instanceof Element ? target.closest('td') : null;
      const row = cell?.closest('tr');
      if (cell === null || row === null || row === undefined) return;
      const column = columns[Number(table.dataset['first']) + cell.cellIndex - 1];
      const adapter = states[row.sectionRowIndex]?.[0];
      if (column === undefined || adapter === undefined) return;
      const [platform, os, variant] = column;
      fill(form, { source: 'matrix', adapter, platform, os, variant: variant ?? '', signature: '' });
      document.querySelector('#device')?.scrollIntoView();
    });
  }
}

/** Fills in the form and lets it answer: what to answer from comes first, since it decides which adapters there are. */
function fill(form: HTMLFormElement, values: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(values)) {
    const field = form.elements.namedItem(name);
    if (!(field instanceof HTMLSelectElement || field instanceof HTMLInputElement)) continue;
    field.value = value;
    field.dispatchEvent(new Event('input', { bubbles: true }));
  }
}

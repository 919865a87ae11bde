/** Makes the boxes above the matrix hide the adapters that are not asked for: by their name, or those without a gap. */
export function openMatrixFilter(): void {
  const box = document.querySelector<HTMLInputElement>('#filter');
  const gaps = document.querySelector<HTMLInputElement>('#filter-gaps');
  const said = document.querySelector('#filter-count');
  if (box === null || said === null) return;
  const rows = adapterRows();
  box.closest('p')?.removeAttribute('hidden');
  const apply = (): void => {
    const wanted = box.value.trim().toLowerCase();
    const onlyGaps = gaps?.checked === true;
    let shown = 0;
    for (const [name, own] of rows) {
      const isShown = name.toLowerCase().includes(wanted) && !(onlyGaps && !own.some(hasGap));
      for (const row of own) row.hidden = !isShown;
      if (isShown) shown += 1;
    }
    said.textContent = wanted === '' && !onlyGaps ? '' : `${shown} of ${rows.size}`;
  };
  box.addEventListener('input', apply);
  gaps?.addEventListener('input', apply);
}

/** The rows of each adapter: one in each table. */
function adapterRows(): ReadonlyMap<string, readonly HTMLTableRowElement[]> {
  const rows = new Map<string, HTMLTableRowElement[]>();
  for (const row of document.querySelectorAll<HTMLTableRowElement>('.heat tbody tr')) {
    const name = row.cells[0]?.textContent ?? '';
    const own = rows.get(name);
    if (own === undefined) rows.set(name, [row]);
    else own.push(row);
  }
  return rows;
}

const hasGap = (row: HTMLTableRowElement): boolean => row.querySelector('td.g') !== null;

/** Makes the box above the matrix hide the adapters whose name does not contain what is typed. */
export function openMatrixFilter(): void {
  const box = document.querySelector<HTMLInputElement>('#filter');
  const said = document.querySelector('#filter-count');
  if (box === null || said === null) return;
  const rows = [...document.querySelectorAll<HTMLTableRowElement>('.heat tbody tr')];
  const tables = document.querySelectorAll('.heat').length;
  box.closest('p')?.removeAttribute('hidden');
  box.addEventListener('input', () => {
    const wanted = box.value.trim().toLowerCase();
    let shown = 0;
    for (const row of rows) {
      row.hidden = !(row.cells[0]?.textContent ?? '').toLowerCase().includes(wanted);
      if (!row.hidden) shown += 1;
    }
    said.textContent = wanted === '' ? '' : `${shown / tables} of ${rows.length / tables}`;
  });
}

import type { PageData } from '../page-data.ts';
import { type DeviceQuestion, simulate } from '../simulation.ts';
import { unpackPageData } from '../unpack-page-data.ts';
import { offerCopies } from './copy-commands.ts';
import { openMatrixClick } from './matrix-click.ts';
import { openMatrixFilter } from './matrix-filter.ts';
import { resolveAll } from './self-check.ts';
import { openSimulator } from './simulator.ts';

declare global {
  interface Window {
    /** For the browser's console: `fmrelease.resolve({ adapter, platform, os })` answers as `fmrelease resolve --json`. */
    fmrelease: {
      readonly resolve: (question: DeviceQuestion) => ReturnType<typeof simulate>;
      readonly resolveAll: () => ReturnType<typeof resolveAll>;
    };
  }
}

const data = JSON.parse(document.getElementById('data')?.textContent ?? '{}') as PageData;
const simulation = unpackPageData(data);
window.fmrelease = {
  resolve: (question) => simulate(simulation, question),
  resolveAll: () => resolveAll(simulation, data.table),
};
openSimulator(simulation, data.table);
openMatrixFilter();
openMatrixClick(data.table);
offerCopies();
// What is folded must not be missing on paper.
window.addEventListener('beforeprint', () => {
  for (const folded of document.querySelectorAll('details:not(.screen-only)'))
    folded.setAttribute('open', '');
});

import type { Progress } from '../progress.ts';
import { silent } from '../progress.ts';
import { formatBytes } from '../render/units.ts';
import { writeStderr } from './output.ts';

/** Draws progress on stderr: a bar on a terminal, one plain line a step elsewhere, nothing when quiet. */
export function openProgress({
  quiet,
  terminal,
}: {
  readonly quiet: boolean;
  readonly terminal: boolean;
}): Progress & { readonly end: () => void } {
  if (quiet) return Object.assign(silent, { end: () => undefined });
  return terminal ? drawBar() : printSteps();
}

function printSteps(): Progress & { readonly end: () => void } {
  const said = new Set<string>();
  const say = (text: string): void => {
    if (said.has(text)) return;
    said.add(text);
    writeStderr(`${text}\n`);
  };
  const progress: Progress = (event) => {
    if (event.kind === 'step') say(event.text);
    else if (event.totalBytes >= WORTH_A_LINE_BYTES) say(`${event.text} (${formatBytes(event.totalBytes)})`);
  };
  return Object.assign(progress, { end: () => undefined });
}

function drawBar(): Progress & { readonly end: () => void } {
  let drawn = false;
  let lastMs = 0;
  const clear = (): void => {
    if (drawn) writeStderr('\r\u001b[2K');
    drawn = false;
  };
  const progress: Progress = (event) => {
    const now = performance.now();
    if (event.kind === 'step') {
      clear();
      writeStderr(event.text);
      drawn = true;
      return;
    }
    if (now - lastMs < REDRAW_MS && event.doneBytes < event.totalBytes) return;
    lastMs = now;
    const filled = Math.round((BAR_WIDTH * event.doneBytes) / Math.max(1, event.totalBytes));
    clear();
    writeStderr(
      `${'█'.repeat(filled)}${'░'.repeat(Math.max(0, BAR_WIDTH - filled))} ${formatBytes(event.doneBytes)} of ${formatBytes(event.totalBytes)}  ${event.text}`,
    );
    drawn = true;
  };
  return Object.assign(progress, { end: clear });
}

const WORTH_A_LINE_BYTES = 32_000_000;
const REDRAW_MS = 100;
const BAR_WIDTH = 24;

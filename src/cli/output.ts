import { writeSync } from 'node:fs';

/** One JSON document: an answer or an error, never both. */
export type JsonOutcome = { readonly result: unknown } | { readonly error: unknown };

/** Writes the one JSON document of a command to stdout. A second, such as of an interrupt behind the answer, is dropped. */
export function writeJsonDocument(command: string, outcome: JsonOutcome): void {
  if (answered) return;
  answered = true;
  process.stdout.write(`${JSON.stringify({ formatVersion: 1, command, ...outcome }, null, 2)}\n`);
}

/** Writes lines to stdout: the answer. */
export function writeLines(lines: readonly string[]): void {
  if (lines.length > 0) process.stdout.write(`${lines.join('\n')}\n`);
}

/** Writes one line to stderr at once, so that it is there even when the process ends next. */
export function writeStderr(text: string): void {
  try {
    writeSync(2, text);
  } catch {
    // A closed or full stderr must not decide how the command ends.
  }
}

let answered = false;

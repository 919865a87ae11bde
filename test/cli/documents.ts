import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { expect } from 'vitest';
import { type CliRun, PACKAGE_ROOT } from '../support/run-cli.ts';

/** What `--json` prints, loosely typed: its schema has been checked. */
export interface JsonDocument {
  readonly formatVersion: 1;
  readonly command: string;
  readonly result?: {
    readonly [field: string]: unknown;
    readonly help?: string;
    readonly blockers?: readonly unknown[];
  };
  readonly error?: {
    readonly code: string;
    readonly message: string;
    readonly hint: string | null;
    readonly retryable: boolean;
    readonly details?: readonly string[];
  };
}

/**
 * Returns the one document that a run with --json printed, after checking that stdout holds nothing else and that
 * the schema of its command describes it.
 */
export function readDocument(run: CliRun, schema?: string): JsonDocument {
  expect(run.stdout, run.stderr).toMatch(/^\{\n[\s\S]*\n\}\n$/);
  const document: JsonDocument = JSON.parse(run.stdout);
  expect(run.stdout).toBe(`${JSON.stringify(document, null, 2)}\n`);
  expect(Object.keys(document)).toEqual([
    'formatVersion',
    'command',
    document.error === undefined ? 'result' : 'error',
  ]);
  expect(explainSchemaFaults(document, schema ?? document.command)).toEqual([]);
  return document;
}

/** The faults of a document against `schemas/output/<command>.schema.json`; that of errors where no command is. */
export function explainSchemaFaults(document: unknown, command: string): readonly string[] {
  const validate = validatorOf(command);
  if (validate(document)) return [];
  return (validate.errors ?? []).map(
    ({ instancePath, message }) => `${instancePath || '/'} ${message ?? ''}`,
  );
}

/** Where the schema of a command's document is. */
export const schemaPath = (command: string): string =>
  join(PACKAGE_ROOT, 'schemas', 'output', `${command.replaceAll(' ', '-')}.schema.json`);

function validatorOf(command: string): ValidateFunction {
  const name = command !== '' && existsSync(schemaPath(command)) ? command : 'error';
  const known = validators.get(name);
  if (known !== undefined) return known;
  const validate = ajv.compile(JSON.parse(readFileSync(schemaPath(name), 'utf8')));
  validators.set(name, validate);
  return validate;
}

/** Checks what holds for every run: no emphasis without a terminal, no stack, no words of the shell's parser. */
export function expectCleanStreams({ stdout, stderr }: CliRun): void {
  const both = stdout + stderr;
  expect(both).not.toContain('\u001b');
  expect(both).not.toMatch(/^\s+at .+[:(]/m);
  expect(both).not.toMatch(/oclif|CLIError|See more help|"parse":|node:internal|Nonexistent/i);
}

/** Checks that an error went to stderr alone, in its three parts, and returns its code. */
export function expectPlainError({ stdout, stderr }: CliRun): string {
  expect(stdout).toBe('');
  expect(stderr).toMatch(/^Error: .+\.$/m);
  expect(stderr).toMatch(/^Try this: .+\.$/m);
  return /^Code: ([A-Z][A-Z_]+)$/m.exec(stderr)?.[1] ?? 'no code';
}

const ajv = new Ajv2020({ strict: true, allErrors: true, strictRequired: false, allowUnionTypes: true });
const validators = new Map<string, ValidateFunction>();

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PACKAGE_ROOT } from '../support/run-cli.ts';
import { MANIFEST_VECTORS } from './manifest-cases.ts';
import { PROGRESS_VECTORS } from './progress-cases.ts';
import { MANIFESTS, RESOLUTION_VECTORS } from './resolution-cases.ts';
import { SIGNATURE_VECTORS } from './signature-cases.ts';

/** What each file of `conformance/` must hold. */
export const FILES = {
  resolution: { manifests: MANIFESTS, vectors: RESOLUTION_VECTORS },
  manifests: { vectors: MANIFEST_VECTORS },
  signatures: { vectors: SIGNATURE_VECTORS },
  progress: { vectors: PROGRESS_VECTORS },
} as const;

export type FileName = keyof typeof FILES;

/** The text of a file as it is made from the cases. */
export const textOf = (name: FileName): string =>
  `${JSON.stringify({ $schema: './vectors.schema.json', formatVersion: 1, kind: name, ...FILES[name] }, null, 2)}\n`;

export const readVectors = <Name extends FileName>(name: Name): (typeof FILES)[Name] =>
  JSON.parse(readText(name)) as (typeof FILES)[Name];

export const readText = (name: FileName): string => readFileSync(pathOf(name), 'utf8');

export const writeText = (name: FileName): void => writeFileSync(pathOf(name), textOf(name));

const pathOf = (name: FileName): string => join(PACKAGE_ROOT, 'conformance', `${name}.json`);

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, test } from 'vitest';
import { ReleaseError } from '../../src/errors.ts';
import type { Fallback } from '../../src/model/cell.ts';
import { readManifest, resolve } from '../../src/resolve/library.ts';
import type { Seen } from '../../src/trust/seen.ts';
import { PACKAGE_ROOT } from '../support/run-cli.ts';
import { FILES, type FileName, readText, readVectors, textOf, writeText } from './files.ts';
import { lookIndependently } from './independent-verifier.ts';
import { look } from './verifier.ts';

const names = Object.keys(FILES) as readonly FileName[];

if (process.env['FMRELEASE_WRITE_VECTORS'] === '1') names.forEach(writeText);

describe('the files', () => {
  test.each(names)('%s.json is what its cases make', (name) => {
    expect(readText(name)).toBe(textOf(name));
  });

  test.each(names)('%s.json follows the schema, names each vector once, and says why', (name) => {
    const document: unknown = JSON.parse(readText(name));
    expect(explain(document)).toEqual([]);
    const { vectors } = readVectors(name);
    expect(new Set(vectors.map((vector) => vector.name)).size).toBe(vectors.length);
  });

  test('the schema refuses what it should', () => {
    const sound = JSON.parse(readText('progress')) as { vectors: readonly object[] };
    const [first] = sound.vectors;
    expect(explain({ ...sound, kind: 'signatures' })).not.toEqual([]);
    expect(explain({ ...sound, vectors: [{ ...first, why: '' }] })).not.toEqual([]);
    expect(explain({ ...sound, vectors: [{ ...first, steps: [] }] })).not.toEqual([]);
  });

  test('there are enough of each kind', () => {
    const counts = names.map((name) => readVectors(name).vectors.length);
    expect(counts.every((count) => count >= 15)).toBe(true);
    expect(counts.reduce((sum, count) => sum + count, 0)).toBeGreaterThanOrEqual(60);
  });
});

describe('resolution', () => {
  const { manifests, vectors } = readVectors('resolution');
  test.each(vectors)('$name: $why', ({ manifest, query, expect: expected }) => {
    expect(answerOf(() => resolve(readManifest(manifests[manifest] ?? ''), query))).toEqual(expected);
  });
});

describe('manifests', () => {
  test.each(readVectors('manifests').vectors)('$name: $why', ({ base64, expect: expected }) => {
    expect(readable(Buffer.from(base64, 'base64'))).toBe(expected);
  });
});

describe('signatures', () => {
  test.each(readVectors('signatures').vectors)('$name: $why', ({ shown, policy, expect: expected }) => {
    expect(look(shown, policy).verdict).toBe(expected);
    expect(lookIndependently(shown, policy)).toBe(expected === 'accepted');
  });
});

describe('progress', () => {
  test.each(readVectors('progress').vectors)('$name: $why', ({ policy, steps }) => {
    let seen: Seen | null = null;
    for (const [index, { shown, expect: expected }] of steps.entries()) {
      const outcome: ReturnType<typeof look> = look(shown, policy, seen);
      expect(outcome.verdict, `step ${index + 1}`).toBe(expected);
      if (expected !== 'accepted') expect(outcome.seen).toBe(seen);
      seen = outcome.seen;
    }
  });
});

function answerOf(ask: () => ReturnType<typeof resolve>): object {
  try {
    const { state, pack, fallback } = ask();
    return { state, pack: pack?.id ?? null, fallback: nameOf(fallback) };
  } catch (error) {
    if (error instanceof ReleaseError) return { error: error.code };
    throw error;
  }
}

const nameOf = (fallback: Fallback | null): string | null =>
  fallback === null || fallback === 'base-model' ? fallback : fallback.adapter;

function readable(bytes: Buffer): 'accepted' | 'refused' {
  try {
    readManifest(bytes);
    return 'accepted';
  } catch (error) {
    if (error instanceof ReleaseError && error.code === 'DOCUMENT_DAMAGED') return 'refused';
    throw error;
  }
}

/** What the schema of the vectors says of a file. */
function explain(document: unknown): readonly string[] {
  const schema: object = JSON.parse(
    readFileSync(join(PACKAGE_ROOT, 'conformance', 'vectors.schema.json'), 'utf8'),
  );
  const ajv = new Ajv2020({ strict: false });
  return ajv.validate(schema, document)
    ? []
    : (ajv.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}

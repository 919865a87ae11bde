import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { SOURCE_MUTANTS } from '../../scripts/mutants.mjs';

test.each(SOURCE_MUTANTS)(
  'the seeded bug "$bug" still finds its place in $file',
  ({ file, text, test: own }) => {
    const source = readFileSync(fileURLToPath(new URL(`../../${file}`, import.meta.url)), 'utf8');
    expect(source.split(text)).toHaveLength(2);
    expect(readFileSync(fileURLToPath(new URL(`../../${own}`, import.meta.url)), 'utf8')).not.toBe('');
  },
);

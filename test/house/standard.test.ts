import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));

describe('the house standard holds', () => {
  test.each([
    ['formatter', ['node_modules/@biomejs/biome/bin/biome', 'ci', '.']],
    ['lint rules and layers', ['node_modules/eslint/bin/eslint.js', '.']],
    ['types', ['node_modules/typescript/bin/tsc', '--noEmit']],
  ])(
    '%s',
    (_, args) => {
      const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8' });
      expect(status, `${stdout}${stderr}`.slice(-4000)).toBe(0);
    },
    240_000,
  );

  test('every export of src/ has a docstring', () => {
    const missing = sources('src').flatMap((path) => undocumentedExports(path));
    expect(missing).toEqual([]);
  });

  test('no file is named after a drawer', () => {
    const drawers = [...sources('src'), ...sources('commands')].filter((path) =>
      /(^|\/)(utils?|helpers?|common|misc|types)(\/|\.ts$)/.test(path),
    );
    expect(drawers).toEqual([]);
  });

  test('every path that ARCHITECTURE.md and README.md name exists', () => {
    const named = ['ARCHITECTURE.md', 'README.md', 'CONTRIBUTING.md'].flatMap((file) => {
      const text = readFileSync(join(root, file), 'utf8');
      const links = [...text.matchAll(/\]\((?!https?:)([^)#]+)/g)].map(([, path]) => path ?? '');
      const places = [
        ...text.matchAll(/`((?:src|commands|schemas|scripts|test|docs|bin|templates)\/[\w./-]*)`/g),
      ].map(([, path]) => path ?? '');
      return [...links, ...places].map((path) => ({ file, path }));
    });
    expect(named.length).toBeGreaterThan(20);
    expect(named.filter(({ path }) => !existsSync(join(root, path)) && path !== 'src/generated/')).toEqual(
      [],
    );
  });
});

function sources(folder: string): readonly string[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter(
      (entry) => entry.isFile() && entry.name.endsWith('.ts') && !entry.parentPath.includes('generated'),
    )
    .map((entry) => relative(root, join(entry.parentPath, entry.name)));
}

/** Exported declarations whose line above is not the end of a docstring; re-exports of the index need none. */
function undocumentedExports(path: string): readonly string[] {
  if (path === 'src/index.ts') return [];
  const lines = readFileSync(join(root, path), 'utf8').split('\n');
  return lines.flatMap((line, index) => {
    const name =
      /^export (?:default )?(?:async )?(?:abstract )?(?:function\*?|const|class|interface|type|enum) (\w+)/.exec(
        line,
      )?.[1];
    if (name === undefined) return [];
    const above = (lines[index - 1] ?? '').trim();
    const documented =
      above.endsWith('*/') ||
      (above.startsWith('// eslint-disable') && (lines[index - 2] ?? '').trim().endsWith('*/'));
    return documented ? [] : [`${path}: ${name}`];
  });
}

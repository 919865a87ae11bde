import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { locateFindings } from '../../src/audit/locate.ts';
import { repositoryRoot } from '../../src/audit/repository-root.ts';
import { toSarif } from '../../src/render/audit-sarif.ts';
import { scratchFolder } from '../support/scratch.ts';

describe('the folder that paths of findings are relative to', () => {
  test('is the checkout, where the project lies in it; else the git repository; else here', () => {
    const root = scratchFolder();
    const project = join(root, 'apps', 'one');
    mkdirSync(project, { recursive: true });
    expect(repositoryRoot(project, root)).toBe(root);
    expect(repositoryRoot(project, join(root, 'other'))).toBe(process.cwd());
    mkdirSync(join(root, 'apps', '.git'));
    expect(repositoryRoot(project, null)).toBe(join(root, 'apps'));
  });

  test('is what a SARIF path begins at, each part of it percent-encoded', async () => {
    const repository = scratchFolder();
    const root = join(repository, 'apps #1', 'one');
    mkdirSync(root, { recursive: true });
    writeFileSync(join(root, 'fmrelease.config.json'), '{}');
    const config = { root, matrix: 'fmrelease.matrix.json', file: 'fmrelease.config.json' };
    const words = { code: 'unsigned', severity: 'note', subject: 'x', message: 'A.', fix: 'B.' } as const;
    const findings = await locateFindings([words], config, repository);
    expect(findings[0]?.place.file).toBe('apps #1/one/fmrelease.config.json');
    const sarif = JSON.stringify(toSarif({ findings, waived: [], toolVersion: '1.0.0' }));
    expect(sarif).toContain('"uri":"apps%20%231/one/fmrelease.config.json"');
    expect(sarif).not.toContain('docs/findings');
  });
});

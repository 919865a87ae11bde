import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { digestInPicture, digestOfPage, preparePicture } from '../../scripts/picture-source.mjs';
import { PACKAGE_ROOT, runCli } from '../support/run-cli.ts';

test("the README's picture is of the page as it is today", { timeout: 60_000 }, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'fmrelease-picture-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const { file, args, ...options } = preparePicture(folder);
  const run = await runCli(args, options);
  expect(run.code, run.stderr).toBe(0);
  const shown = digestInPicture(join(PACKAGE_ROOT, 'docs/images/report.png'));
  expect(shown, 'docs/images/report.png is stale: run `npm run picture`').toBe(
    digestOfPage(readFileSync(file, 'utf8')),
  );
});

test('the digest of a page is of what can be seen', () => {
  const page = '<p>a</p><script>1</script><footer>Made by fmrelease 1.0.0 from</footer>';
  expect(digestOfPage(page.replace('1.0.0', '2.0.0').replace('>1<', '>2<'))).toBe(digestOfPage(page));
  expect(digestOfPage(page.replace('<p>a', '<p>b'))).not.toBe(digestOfPage(page));
});

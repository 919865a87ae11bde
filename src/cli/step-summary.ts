import { appendFile } from 'node:fs/promises';
import { ReleaseError } from '../errors.ts';

/**
 * Appends lines of Markdown to the summary of a GitHub Actions step.
 *
 * @param file - what GITHUB_STEP_SUMMARY holds; null outside GitHub Actions
 * @throws ReleaseError `USAGE` without such a file, `FILE_UNWRITABLE`
 */
export async function writeStepSummary(file: string | null, lines: readonly string[]): Promise<void> {
  if (file === null)
    throw new ReleaseError('USAGE', '--summary needs GITHUB_STEP_SUMMARY, which is not set.', {
      fix: 'Leave --summary out, or run it in a step of GitHub Actions.',
    });
  try {
    await appendFile(file, `${lines.join('\n')}\n`);
  } catch (cause) {
    throw new ReleaseError('FILE_UNWRITABLE', 'The file in GITHUB_STEP_SUMMARY cannot be written.', {
      fix: 'Leave --summary out, or see to it that the file can be written.',
      cause,
    });
  }
}

import { ReleaseError } from '../errors.ts';
import { APP_HOSTINGS, type AppAnswers, type MissingAnswer, missingAnswers } from '../init/app-request.ts';
import { ask } from './confirm.ts';
import type { Environment } from './environment.ts';

/** True when any flag about an app was typed: without one, `init` writes a config and a matrix and asks nothing. */
export const isAboutApp = ({ platforms, ...answers }: AppAnswers): boolean =>
  platforms.length > 0 || Object.values(answers).some((answer) => answer !== undefined);

/**
 * Completes the answers by asking for what is missing, where somebody can be asked.
 *
 * @throws ReleaseError `USAGE` that names the missing flags where nobody can be asked
 */
export async function completeAnswers(
  answers: AppAnswers,
  {
    yes,
    json,
    environment,
  }: { readonly yes: boolean; readonly json: boolean; readonly environment: Environment },
): Promise<AppAnswers> {
  const missing = missingAnswers(answers);
  if (missing.length === 0) return answers;
  if (yes || json || !environment.canAsk) {
    throw new ReleaseError(
      'USAGE',
      `${missing.map((flag) => `--${flag}`).join(' and ')} ${missing.length === 1 ? 'is' : 'are'} missing, and nobody is asked here.`,
      { fix: `Pass ${missing.map((flag) => `--${flag} ${EXAMPLES[flag]}`).join(' ')}.` },
    );
  }
  const told: Partial<Record<MissingAnswer, string>> = {};
  for (const flag of missing)
    told[flag] = (await ask(`${QUESTIONS[flag]} (such as ${EXAMPLES[flag]}): `)).trim();
  return {
    ...answers,
    hosting: told.hosting ?? answers.hosting,
    appGroup: told['app-group'] ?? answers.appGroup,
    bundleId: told['bundle-id'] ?? answers.bundleId,
  };
}

const QUESTIONS: Readonly<Record<MissingAnswer, string>> = {
  hosting: `Who hosts the packs: ${APP_HOSTINGS.join(', ')}?`,
  'app-group': 'The app group of app and extension?',
  'bundle-id': 'The bundle id of the app?',
};

const EXAMPLES: Readonly<Record<MissingAnswer, string>> = {
  hosting: 'unmanaged',
  'app-group': 'group.com.example.app',
  'bundle-id': 'com.example.app',
};

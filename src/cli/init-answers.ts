import { ReleaseError } from '../errors.ts';
import {
  APP_HOSTINGS,
  type AppAnswers,
  DEFAULT_PLATFORMS,
  type MissingAnswer,
  missingAnswers,
  parseAppAnswers,
} from '../init/app-request.ts';
import { PLATFORMS } from '../model/platform.ts';
import { ask } from './confirm.ts';
import type { Environment } from './environment.ts';

/** Every answer as it was typed. */
export interface InitAnswers extends AppAnswers {
  /** Paths of exports, or names. */
  readonly adapters: readonly string[];
}

/** True when any flag about an app was typed: without one, `init` writes a config and a matrix and asks nothing. */
export const isAboutApp = ({ platforms, adapters: _adapters, ...answers }: InitAnswers): boolean =>
  platforms.length > 0 || Object.values(answers).some((answer) => answer !== undefined);

/**
 * Completes the answers by asking for what is missing, where somebody can be asked. Once it asks, it asks for platforms
 * and adapters too, which may stay untold.
 *
 * @throws ReleaseError `USAGE` that names the missing flags where nobody can be asked, or what is wrong with an answer
 */
export async function completeAnswers(
  answers: InitAnswers,
  {
    yes,
    json,
    environment,
  }: { readonly yes: boolean; readonly json: boolean; readonly environment: Environment },
): Promise<InitAnswers> {
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
  const completed = {
    ...answers,
    hosting: told.hosting ?? answers.hosting,
    appGroup: told['app-group'] ?? answers.appGroup,
    bundleId: told['bundle-id'] ?? answers.bundleId,
  };
  parseAppAnswers(completed); // refuses what is wrong before it asks for more
  return {
    ...completed,
    platforms: answers.platforms.length > 0 ? answers.platforms : await askPlatforms(),
    adapters: answers.adapters.length > 0 ? answers.adapters : await askAdapters(),
  };
}

async function askPlatforms(): Promise<readonly string[]> {
  const answer = await ask(`Platforms: ${PLATFORMS.join(', ')}? (empty: ${DEFAULT_PLATFORMS.join(', ')}): `);
  return answer.split(/[\s,]+/).filter((word) => word !== '');
}

/** Asks until an answer is empty. */
async function askAdapters(): Promise<readonly string[]> {
  const answers: string[] = [];
  for (;;) {
    const another = answers.length === 0 ? 'An adapter' : 'Another adapter';
    const answer = (
      await ask(
        `${another}: the path of its export, or its name? (empty: ${answers.length === 0 ? 'none' : 'no more'}): `,
      )
    ).trim();
    if (answer === '') return answers;
    answers.push(answer);
  }
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

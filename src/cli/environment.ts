import { ReleaseError } from '../errors.ts';
import type { ReleaseSource } from '../model/release.ts';

/** What the surroundings tell a command. */
export interface Environment {
  /** The clock: SOURCE_DATE_EPOCH where it is set. */
  readonly now: () => Date;
  readonly isCi: boolean;
  /** True when a question could be answered: terminals on both ends, no CI. */
  readonly canAsk: boolean;
  readonly source: ReleaseSource | null;
  readonly wantsColour: (refused: boolean) => boolean;
  /** How wide lines may be: the terminal, else COLUMNS where it is set; null does not wrap. */
  readonly columns: number | null;
  /** Where GitHub Actions takes the summary of a step. */
  readonly stepSummary: string | null;
  /** Where GitHub Actions has checked out the repository. */
  readonly workspace: string | null;
}

/** Reads the environment of this process. */
export function readEnvironment(env: NodeJS.ProcessEnv = process.env): Environment {
  const isCi = isSet(env['CI']);
  return {
    now: () => readClock(env['SOURCE_DATE_EPOCH']),
    isCi,
    canAsk: !isCi && process.stdin.isTTY && process.stderr.isTTY,
    source: readSource(env),
    wantsColour: (refused) => {
      if (refused || isNonEmpty(env['NO_COLOR'])) return false;
      if (isNonEmpty(env['FORCE_COLOR'])) return env['FORCE_COLOR'] !== '0';
      return process.stdout.isTTY && env['TERM'] !== 'dumb';
    },
    columns: process.stdout.isTTY ? process.stdout.columns : readColumns(env['COLUMNS']),
    workspace: isNonEmpty(env['GITHUB_WORKSPACE']) ? env['GITHUB_WORKSPACE'] : null,
    stepSummary: isNonEmpty(env['GITHUB_STEP_SUMMARY']) ? env['GITHUB_STEP_SUMMARY'] : null,
  };
}

/** `CI=false` and `CI=0` count as unset, as most tools read them. */
const isSet = (value: string | undefined): boolean => isNonEmpty(value) && value !== 'false' && value !== '0';

const isNonEmpty = (value: string | undefined): value is string => value !== undefined && value !== '';

const readColumns = (text: string | undefined): number | null =>
  isNonEmpty(text) && /^[1-9]\d{0,3}$/.test(text) ? Number(text) : null;

function readClock(epoch: string | undefined): Date {
  if (!isNonEmpty(epoch)) return new Date();
  if (/^\d{1,11}$/.test(epoch)) return new Date(Number(epoch) * 1000);
  throw new ReleaseError('USAGE', `SOURCE_DATE_EPOCH is "${epoch}": expected whole seconds since 1970.`, {
    fix: 'Set it to an integer, or unset it.',
  });
}

/** Commit, ref, run and actor as GitHub Actions and GitLab CI tell them. */
function readSource(env: NodeJS.ProcessEnv): ReleaseSource | null {
  const pick = (...names: readonly string[]): string | null =>
    names.map((name) => env[name]).find(isNonEmpty) ?? null;
  const github = isNonEmpty(env['GITHUB_RUN_ID'])
    ? `${env['GITHUB_SERVER_URL'] ?? ''}/${env['GITHUB_REPOSITORY'] ?? ''}/actions/runs/${env['GITHUB_RUN_ID']}`
    : null;
  const source = {
    commit: pick('GITHUB_SHA', 'CI_COMMIT_SHA'),
    ref: pick('GITHUB_REF', 'CI_COMMIT_REF_NAME'),
    runUrl: github ?? pick('CI_PIPELINE_URL'),
    actor: pick('GITHUB_ACTOR', 'GITLAB_USER_LOGIN'),
  };
  return Object.values(source).some((value) => value !== null) ? source : null;
}

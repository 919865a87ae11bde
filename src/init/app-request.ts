import { ReleaseError } from '../errors.ts';
import { isLoopback } from '../model/loopback.ts';
import { explainPlatform, isPlatform, type Platform } from '../model/platform.ts';

/** Who hosts and who unpacks: Apple, the system from your CDN, or the app itself from your CDN. */
export type AppHosting = 'apple' | 'managed' | 'unmanaged';

/** All hostings, as they are typed. */
export const APP_HOSTINGS = ['apple', 'managed', 'unmanaged'] as const satisfies readonly AppHosting[];

/** The answers as they were typed; undefined was not told. */
export interface AppAnswers {
  readonly hosting?: string | undefined;
  readonly appGroup?: string | undefined;
  readonly bundleId?: string | undefined;
  readonly publicUrl?: string | undefined;
  readonly app?: string | undefined;
  readonly platforms: readonly string[];
  readonly ci?: string | undefined;
}

/** What to write for an app, checked. */
export interface AppRequest {
  readonly hosting: AppHosting;
  readonly appGroup: string;
  readonly bundleId: string;
  /** Ends with a slash. */
  readonly publicUrl: string;
  /** True when nobody told a URL: the one that stands there must be replaced. */
  readonly isPlaceholder: boolean;
  /** Where the app pieces go, as it was typed; null for none. */
  readonly folder: string | null;
  readonly platforms: readonly Platform[];
  readonly ci: 'github' | null;
}

/** The platforms when none is told. */
export const DEFAULT_PLATFORMS: readonly Platform[] = ['iOS', 'macOS'];

/** The address that stands in the files until the real one is known. */
export const PLACEHOLDER_URL = 'https://cdn.example.com/';

/**
 * The address that an app fetches from: Background Assets takes HTTPS alone, on this machine too. A target at plain http
 * on loopback is served over HTTPS by `fmrelease serve --https`.
 */
export const appUrlOf = (publicUrl: string): string => publicUrl.replace(/^http:/, 'https:');

/** True for a name as an app group has it: `group.com.example.app`. */
export const isAppGroup = (text: string): boolean => /^group(\.[A-Za-z0-9-]+)+$/.test(text);

/**
 * Checks the answers.
 *
 * @throws ReleaseError `USAGE` with every fault
 */
export function parseAppAnswers(answers: AppAnswers): AppRequest {
  const faults = [
    ...faultsOfHosting(answers.hosting),
    ...faultsOfGroup(answers),
    ...faultsOfBundleId(answers),
    ...answers.platforms.filter((platform) => !isPlatform(platform)).map(explainPlatform),
    ...faultsOfUrl(answers.publicUrl),
    ...(answers.ci === undefined || answers.ci === 'github'
      ? []
      : [`--ci "${answers.ci}" is not known: expected github.`]),
    ...(answers.ci !== undefined && answers.hosting === 'apple'
      ? ['--ci is for packs on your own CDN: publishing to Apple is not built yet.']
      : []),
    ...(answers.app?.trim() === '' ? ['--app is empty: expected a folder.'] : []),
    ...(answers.app !== undefined && /\p{Cc}/u.test(answers.app)
      ? ['--app has a control character in it: expected a folder.']
      : []),
  ];
  if (faults.length > 0)
    throw new ReleaseError('USAGE', faults.join(' '), {
      fix: 'Correct these flags; nothing was written.',
      ...(faults.length > 1 ? { details: faults } : {}),
    });
  const platforms = [...new Set(answers.platforms.filter(isPlatform))];
  const url = answers.publicUrl ?? PLACEHOLDER_URL;
  return {
    hosting: APP_HOSTINGS.find((hosting) => hosting === answers.hosting) ?? 'unmanaged',
    appGroup: answers.appGroup ?? '',
    bundleId: answers.bundleId ?? '',
    publicUrl: new URL(url.endsWith('/') ? url : `${url}/`).href,
    isPlaceholder: answers.publicUrl === undefined && answers.hosting !== 'apple',
    folder: answers.app ?? null,
    platforms: platforms.length === 0 ? DEFAULT_PLATFORMS : platforms,
    ci: answers.ci === 'github' ? 'github' : null,
  };
}

/** The flags that are needed and not told; the app's own names matter only where app pieces are written. */
export const missingAnswers = ({
  hosting,
  appGroup,
  bundleId,
  app,
}: AppAnswers): readonly MissingAnswer[] => [
  ...(hosting === undefined ? (['hosting'] as const) : []),
  ...(app !== undefined && appGroup === undefined ? (['app-group'] as const) : []),
  ...(app !== undefined && bundleId === undefined ? (['bundle-id'] as const) : []),
];

/** A flag that `init` may ask for. */
export type MissingAnswer = 'hosting' | 'app-group' | 'bundle-id';

const faultsOfHosting = (hosting: string | undefined): readonly string[] =>
  APP_HOSTINGS.some((known) => known === hosting)
    ? []
    : [`--hosting ${quoted(hosting)} is not known: expected ${APP_HOSTINGS.join(', ')}.`];

const faultsOfGroup = ({ appGroup, app }: AppAnswers): readonly string[] =>
  (appGroup === undefined && app === undefined) || isAppGroup(appGroup ?? '')
    ? []
    : [`--app-group ${quoted(appGroup)} is no app group: expected one like group.com.example.app.`];

const faultsOfBundleId = ({ bundleId, app }: AppAnswers): readonly string[] =>
  (bundleId === undefined && app === undefined) ||
  (/^[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$/.test(bundleId ?? '') && (bundleId ?? '').length <= 155)
    ? []
    : [`--bundle-id ${quoted(bundleId)} is no bundle id: expected one like com.example.app.`];

function faultsOfUrl(text: string | undefined): readonly string[] {
  if (text === undefined) return [];
  const fault = (why: string): readonly string[] => [`--public-url "${text}" ${why}.`];
  if (!URL.canParse(text)) return fault('is no URL: expected https://host/path/');
  const url = new URL(text);
  if (url.username !== '' || url.password !== '') return ['--public-url carries credentials: expected none.']; // not quoted, so that none is printed
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopback(url.hostname)))
    return fault(`uses ${url.protocol.replace(':', '')}: expected https, or http on loopback`);
  return /[?#]/.test(text) ? fault('has a query or a fragment: expected none') : [];
}

const quoted = (text: string | undefined): string => (text === undefined ? '(not given)' : `"${text}"`);

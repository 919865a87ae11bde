import { DOWNLOAD_ALLOWANCE, MAX_INSTALL_SIZE } from '../../init/app-files.ts';
import { escapeXml } from '../../init/fill.ts';
import type { AppExpectation } from './expect-app.ts';
import { type AppFacts, isDict } from './read-app.ts';

/** What the values of missing keys follow from. */
export interface MissingKeyPlace {
  readonly facts: AppFacts;
  readonly expected: AppExpectation;
  /** Where the manifest is that the app should read. */
  readonly manifestUrl: string;
}

/** A key with a value that fits the target, as it is pasted into a plist's source. */
export const pasteableKey = (key: string, place: MissingKeyPlace): string =>
  `<key>${key}</key>${fittingValue(key, place)}`;

function fittingValue(key: string, place: MissingKeyPlace): string {
  const { expected, facts, manifestUrl } = place;
  const { all, essential } = expected.sizes;
  switch (key) {
    case 'BAAppGroupID':
      return textOf(groupOf(facts) ?? 'group.com.example.app');
    case 'BAManifestURL':
      return textOf(manifestUrl);
    case 'BADownloadDomainAllowList':
      return `<array>${textOf(new URL(manifestUrl).hostname)}</array>`;
    case 'BADownloadAllowance':
      return numberOf(Math.max(all, DOWNLOAD_ALLOWANCE));
    case 'BAMaxInstallSize':
      return numberOf(Math.max(all, MAX_INSTALL_SIZE));
    case 'BAEssentialDownloadAllowance':
    case 'BAEssentialMaxInstallSize':
      return numberOf(essential);
    case 'BAInitialDownloadRestrictions':
      return `<dict>${RESTRICTION_KEYS.map((inner) => pasteableKey(inner, place)).join('')}</dict>`;
    default:
      return '<true/>';
  }
}

/** The keys inside of `BAInitialDownloadRestrictions`. */
export const RESTRICTION_KEYS = [
  'BADownloadDomainAllowList',
  'BADownloadAllowance',
  'BAEssentialDownloadAllowance',
] as const;

/** The app group that the entitlements, or another plist of the app, already name. */
function groupOf({ appEntitlements, apps }: AppFacts): string | undefined {
  const groups = [
    ...appEntitlements.map(({ values }) => values['com.apple.security.application-groups']),
    ...apps.map(({ values }) => values['BAAppGroupID']),
  ].flatMap((value): readonly unknown[] => (Array.isArray(value) ? value : isDict(value) ? [] : [value]));
  return groups.find((group): group is string => typeof group === 'string');
}

const textOf = (text: string): string => `<string>${escapeXml(text)}</string>`;

const numberOf = (value: number): string => `<integer>${value}</integer>`;

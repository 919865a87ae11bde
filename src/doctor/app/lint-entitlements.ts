import { errorFinding, type Finding } from '../../model/finding.ts';
import type { AppExpectation } from './expect-app.ts';
import type { AppFacts, ReadPlist } from './read-app.ts';

/** The rights that app and extension must each have, and the app group that they must share with the Info.plist. */
export function lintEntitlements(facts: AppFacts, expected: AppExpectation): readonly Finding[] {
  const groups = facts.apps.flatMap(({ values }) => {
    const group = values['BAAppGroupID'];
    return typeof group === 'string' ? [group] : [];
  });
  const sides = [
    { who: 'app', files: facts.appEntitlements },
    ...(facts.extensions.length === 0
      ? []
      : [{ who: 'downloader extension', files: facts.extensionEntitlements }]),
  ];
  return [
    ...lintOneGroup(groups),
    ...sides.flatMap(({ who, files }) =>
      files.length === 0
        ? [
            missing(
              'entitlements',
              `The ${who} has no .entitlements file.`,
              `Add one to the ${who}'s target.`,
            ),
          ]
        : files.flatMap((file) => [
            ...lintRights(file, who, expected),
            ...lintGroups(file, who, [...new Set(groups)]),
          ]),
    ),
  ];
}

function lintRights(
  { path, values }: ReadPlist,
  who: string,
  { hasAdapters, hosting, platforms }: AppExpectation,
): readonly Finding[] {
  const needed = [
    ...(hasAdapters ? [ADAPTER] : []),
    ...(hosting === 'unmanaged' && platforms.includes('macOS') ? [SANDBOX] : []),
  ];
  return needed
    .filter((right) => values[right] !== true)
    .map((right) =>
      missing(
        path,
        `The ${who}'s entitlements lack ${right}${Object.hasOwn(values, right) ? ': it is not true' : ''}.`,
        `Set ${right} to true in "${path}".`,
      ),
    );
}

function lintGroups({ path, values }: ReadPlist, who: string, wanted: readonly string[]): readonly Finding[] {
  const groups = values[GROUPS];
  if (!Array.isArray(groups) || groups.length === 0)
    return [missing(path, `The ${who}'s entitlements name no app group.`, `Add ${GROUPS} to "${path}".`)];
  return wanted
    .filter((group) => !groups.includes(group))
    .map((group) =>
      errorFinding('app-group-mismatch', {
        subject: path,
        message: `BAAppGroupID is "${group}", and the ${who}'s entitlements have ${groups.map((one) => `"${String(one)}"`).join(', ')}.`,
        fix: `Add "${group}" to ${GROUPS} in "${path}", or correct BAAppGroupID.`,
      }),
    );
}

function lintOneGroup(groups: readonly string[]): readonly Finding[] {
  const [first, ...others] = [...new Set(groups)];
  if (first === undefined || others.length === 0) return [];
  return [
    errorFinding('app-group-mismatch', {
      subject: 'BAAppGroupID',
      message: `The Info.plist files name several app groups: ${[first, ...others].map((group) => `"${group}"`).join(', ')}.`,
      fix: 'Give BAAppGroupID one value everywhere.',
    }),
  ];
}

const missing = (subject: string, message: string, fix: string): Finding =>
  errorFinding('app-entitlement-missing', { subject, message, fix });

const ADAPTER = 'com.apple.developer.foundation-model-adapter';
const SANDBOX = 'com.apple.security.app-sandbox';
const GROUPS = 'com.apple.security.application-groups';

import { errorFinding, type Finding } from '../../model/finding.ts';
import { compareOsVersions, formatOsVersion, type OsVersion } from '../../model/os-version.ts';
import type { AppExpectation } from './expect-app.ts';
import { lintEntitlements } from './lint-entitlements.ts';
import { lintKeys } from './lint-keys.ts';
import type { AppFacts } from './read-app.ts';
import { extensionPointOf } from './read-app.ts';

/**
 * Compares an app's project with what its target needs. Pure; findings in the order in which they are best mended: what
 * cannot be read, the extension, keys, entitlements, deployment targets.
 */
export const lintApp = (facts: AppFacts, expected: AppExpectation): readonly Finding[] => [
  ...facts.unreadable.map(({ path, why }) =>
    errorFinding('app-plist-unreadable', {
      subject: path,
      message: `"${path}" was not checked: ${why}.`,
      fix: why.includes('binary')
        ? `Convert it with \`plutil -convert xml1 ${path}\`.`
        : 'Open it in Xcode and save it as a property list.',
    }),
  ),
  ...lintExtension(facts),
  ...lintKeys(facts, expected),
  ...lintEntitlements(facts, expected),
  ...lintDeploymentTargets(facts, expected),
];

function lintExtension({ extensions }: AppFacts): readonly Finding[] {
  if (extensions.length === 0)
    return [
      errorFinding('app-extension-missing', {
        subject: 'Info.plist',
        message: `No Info.plist declares the extension point "${EXTENSION_POINT}": the system ends the app when it asks for a pack.`,
        fix: 'Add a Background Download extension target to the app.',
      }),
    ];
  return extensions.flatMap(({ path, values }) => {
    const point = extensionPointOf(values);
    return point === EXTENSION_POINT
      ? []
      : [
          errorFinding('app-extension-missing', {
            subject: path,
            message: `"${path}" declares the extension point "${point}", expected "${EXTENSION_POINT}": the system never registers this extension.`,
            fix: `Set EXExtensionPointIdentifier to ${EXTENSION_POINT}.`,
          }),
        ];
  });
}

function lintDeploymentTargets(
  { deploymentTargets }: AppFacts,
  { support, hasAdapters, config }: AppExpectation,
): readonly Finding[] {
  return deploymentTargets.flatMap(({ path, platform, version }) => {
    const supported = support[platform];
    const shown = `${platform} ${formatOsVersion(version)}`;
    if (hasAdapters && ADAPTER_PLATFORMS.has(platform) && compareOsVersions(version, ADAPTERS_END) >= 0)
      return [
        errorFinding('app-deployment-target', {
          subject: path,
          message: `"${path}" has the deployment target ${shown}, where SystemLanguageModel.Adapter is obsoleted: the app does not compile.`,
          fix: 'Set the deployment target to 26.0, or remove the adapter files from the app.',
        }),
      ];
    if (supported === undefined || compareOsVersions(version, supported.from) >= 0) return [];
    return [
      errorFinding('app-deployment-target', {
        subject: path,
        message: `"${path}" has the deployment target ${shown}, and \`support\` begins at ${formatOsVersion(supported.from)}: nothing is proved for the versions between.`,
        fix: `Set support.${platform} in ${config} to ">=${formatOsVersion(version)}", or raise the deployment target.`,
      }),
    ];
  });
}

/** As Xcode's template and what the system registers have it; "content-request" is a name that never worked. */
const EXTENSION_POINT = 'com.apple.background-asset-downloader-extension';
const ADAPTERS_END: OsVersion = [27, 0, 0];
const ADAPTER_PLATFORMS: ReadonlySet<string> = new Set(['iOS', 'macOS', 'visionOS']);

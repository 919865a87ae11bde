import { type AppHosting, appUrlOf, isAppGroup } from '../../init/app-request.ts';
import { errorFinding, type Finding, type FindingCode } from '../../model/finding.ts';
import { manifestKey, platformManifestKey } from '../../release/layout.ts';
import type { AppExpectation } from './expect-app.ts';
import { pasteableKey, RESTRICTION_KEYS } from './missing-key.ts';
import { type AppFacts, isDict, type PlistDict, type ReadPlist } from './read-app.ts';

/** The Background Assets keys of each Info.plist of an app, against what the hosting of its target needs. */
export function lintKeys(facts: AppFacts, expected: AppExpectation): readonly Finding[] {
  const { apps } = facts;
  const relevant = apps.filter(({ values }) => Object.keys(values).some(isOurs));
  const files = relevant.length > 0 ? relevant : apps.slice(0, 1);
  return (files.length > 0 ? files : [{ path: 'Info.plist', values: {} }]).flatMap((file) => [
    ...lintPresence(file, facts, expected),
    ...lintValues(file, expected),
  ]);
}

function lintPresence(
  { path, values }: ReadPlist,
  facts: AppFacts,
  expected: AppExpectation,
): readonly Finding[] {
  const { hosting, publicUrl } = expected;
  const manifestUrl = publicUrl === null ? '' : (manifestUrls(publicUrl, expected)[0] ?? '');
  const restrictions = values[RESTRICTIONS];
  const { required, forbidden } = RULES[hosting];
  const absent = required.filter((key) => !Object.hasOwn(values, key));
  const inner =
    required.includes(RESTRICTIONS) && isDict(restrictions)
      ? RESTRICTION_KEYS.filter((key) => !Object.hasOwn(restrictions, key))
      : [];
  const extra = Object.keys(values).filter(
    (key) =>
      (forbidden.includes(key) && values[key] !== false) ||
      (hosting === 'apple' && isOurs(key) && !required.includes(key)),
  );
  return [
    ...[
      ...absent.map((key) => ({ key, name: key, place: `"${path}"` })),
      ...inner.map((key) => ({ key, name: `${RESTRICTIONS}.${key}`, place: `${RESTRICTIONS} of "${path}"` })),
    ].map(({ key, name, place }) =>
      errorFinding('app-key-missing', {
        subject: path,
        message: `"${path}" lacks ${name}, which ${HOSTING_WORDS[hosting]} needs.`,
        fix: `Add ${pasteableKey(key, { facts, expected, manifestUrl })} to ${place}.`,
      }),
    ),
    ...extra.map((key) =>
      errorFinding('app-key-forbidden', {
        subject: path,
        message: `"${path}" has ${key}, which must not be there with ${HOSTING_WORDS[hosting]}.`,
        fix: `Remove ${key} from "${path}".`,
      }),
    ),
  ];
}

function lintValues(file: ReadPlist, expected: AppExpectation): readonly Finding[] {
  const { path, values } = file;
  const wrong = (code: FindingCode, message: string, fix: string): Finding =>
    errorFinding(code, { subject: path, message, fix });
  const flags = RULES[expected.hosting].required
    .filter((key) => FLAGS.has(key) && Object.hasOwn(values, key) && values[key] !== true)
    .map((key) =>
      wrong(
        'app-key-invalid',
        `${key} in "${path}" is ${show(values[key])}, expected true.`,
        `Set ${key} to true.`,
      ),
    );
  const group = values['BAAppGroupID'];
  const groupFaults =
    group === undefined || (typeof group === 'string' && isAppGroup(group))
      ? []
      : [
          wrong(
            'app-key-invalid',
            `BAAppGroupID in "${path}" is ${show(group)}, expected an app group such as group.com.example.app.`,
            'Correct BAAppGroupID.',
          ),
        ];
  return [
    ...flags,
    ...groupFaults,
    ...(expected.publicUrl === null ? [] : lintAddress(file, expected.publicUrl, expected)),
    ...(expected.publicUrl === null ? [] : lintSizes(file, expected)),
  ];
}

function lintAddress(
  { path, values }: ReadPlist,
  publicUrl: string,
  expected: AppExpectation,
): readonly Finding[] {
  const found: Finding[] = [];
  const address = values['BAManifestURL'];
  const wanted = manifestUrls(publicUrl, expected);
  if (address !== undefined && !(typeof address === 'string' && /^https:\/\//.test(address)))
    found.push(
      errorFinding('app-key-invalid', {
        subject: path,
        message: `BAManifestURL in "${path}" is ${show(address)}, expected an https URL, on localhost too.`,
        fix: 'Correct BAManifestURL.',
      }),
    );
  else if (address !== undefined && !wanted.some((url) => url === address))
    found.push(
      errorFinding('app-manifest-url', {
        subject: path,
        message: `BAManifestURL in "${path}" is ${show(address)}, and target "${expected.target}" serves ${wanted.join(', ')}.`,
        fix: `Set BAManifestURL to ${wanted[0] ?? ''}, or pass another --target.`,
      }),
    );
  const hosts = restrictionsOf(values)['BADownloadDomainAllowList'];
  const { hostname } = new URL(publicUrl);
  if (hosts !== undefined && !isAllowed(hosts, hostname))
    found.push(
      errorFinding('app-host-not-allowed', {
        subject: path,
        message: `BADownloadDomainAllowList in "${path}" is ${show(hosts)}, and packs come from "${hostname}".`,
        fix: `Add ${hostname} to BADownloadDomainAllowList.`,
      }),
    );
  return found;
}

function lintSizes({ path, values }: ReadPlist, { sizes, hosting }: AppExpectation): readonly Finding[] {
  const restrictions = restrictionsOf(values);
  const limits = [
    { key: 'BADownloadAllowance', value: restrictions['BADownloadAllowance'], needed: sizes.all },
    {
      key: 'BAEssentialDownloadAllowance',
      value: restrictions['BAEssentialDownloadAllowance'],
      needed: sizes.essential,
    },
    { key: 'BAMaxInstallSize', value: values['BAMaxInstallSize'], needed: sizes.all },
    { key: 'BAEssentialMaxInstallSize', value: values['BAEssentialMaxInstallSize'], needed: sizes.essential },
  ];
  return limits.flatMap(({ key, value, needed }) => {
    if (value === undefined || hosting === 'apple') return [];
    if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0)
      return [
        errorFinding('app-key-invalid', {
          subject: path,
          message: `${key} in "${path}" is ${show(value)}, expected a number of bytes.`,
          fix: `Set ${key} to ${needed} or more.`,
        }),
      ];
    if (value >= needed) return [];
    return [
      errorFinding('app-size-limit', {
        subject: path,
        message: `${key} in "${path}" is ${value} bytes, and the packs of one device come to ${needed}.`,
        fix: `Set ${key} to ${needed} or more.`,
      }),
    ];
  });
}

/** Where the manifests of the target's channels are for this hosting, those under the keys of shipped apps last. */
function manifestUrls(
  publicUrl: string,
  { channels, hosting, platforms, extraKeys }: AppExpectation,
): readonly string[] {
  const own = channels.flatMap((channel) =>
    hosting === 'managed'
      ? platforms.map((platform) => platformManifestKey(channel, platform))
      : [manifestKey(channel)],
  );
  const extra = Object.values(extraKeys).flatMap((byChannel) => Object.values(byChannel));
  return [...own, ...extra].map((key) => `${appUrlOf(publicUrl)}${key}`);
}

/** `*.example.com` covers every host below example.com. */
const isAllowed = (hosts: unknown, hostname: string): boolean =>
  Array.isArray(hosts) &&
  hosts.some(
    (host) =>
      typeof host === 'string' &&
      (host.toLowerCase() === hostname ||
        (host.startsWith('*.') && hostname.endsWith(host.slice(1).toLowerCase()))),
  );

const restrictionsOf = (values: PlistDict): PlistDict => {
  const restrictions = values[RESTRICTIONS];
  return isDict(restrictions) ? restrictions : {};
};

const show = (value: unknown): string => JSON.stringify(value);

const isOurs = (key: string): boolean => /^BA[A-Z]/.test(key);

const RESTRICTIONS = 'BAInitialDownloadRestrictions';
const FLAGS: ReadonlySet<string> = new Set(['BAHasManagedAssetPacks', 'BAUsesAppleHosting']);

/** What apps with Background Assets were seen to need on devices; Apple's own pages list fewer keys. */
const RULES: Readonly<
  Record<AppHosting, { readonly required: readonly string[]; readonly forbidden: readonly string[] }>
> = {
  apple: { required: ['BAAppGroupID', 'BAHasManagedAssetPacks', 'BAUsesAppleHosting'], forbidden: [] },
  managed: {
    required: ['BAAppGroupID', 'BAHasManagedAssetPacks', 'BAManifestURL', RESTRICTIONS],
    forbidden: ['BAUsesAppleHosting'],
  },
  unmanaged: {
    required: [
      'BAAppGroupID',
      'BAManifestURL',
      RESTRICTIONS,
      'BAMaxInstallSize',
      'BAEssentialMaxInstallSize',
    ],
    forbidden: ['BAHasManagedAssetPacks', 'BAUsesAppleHosting'],
  },
};

const HOSTING_WORDS: Readonly<Record<AppHosting, string>> = {
  apple: 'Apple hosting',
  managed: 'managed hosting on your own CDN',
  unmanaged: 'unmanaged hosting',
};

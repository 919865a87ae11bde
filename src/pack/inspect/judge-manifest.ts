import { isJsonObject, type JsonObject, type JsonValue } from '../../json/read.ts';
import { errorFinding, type Finding } from '../../model/finding.ts';
import { ADAPTER_NAME, ASSET_PACK_ID } from '../../model/names.ts';
import { explainPlatform, isPlatform } from '../../model/platform.ts';

/** A pack's manifest with what surrounds it. */
export interface ManifestQuestion {
  readonly manifest: JsonObject;
  readonly subject: string;
  /** Names of the adapters in the pack. */
  readonly adapters: readonly string[];
}

/**
 * Returns everything in a pack's `manifest.json` that Apple's upload or the runtime would not take (apple-formats §4.3,
 * §4.4). Pure.
 */
export function judgeManifest({ manifest, subject, adapters }: ManifestQuestion): readonly Finding[] {
  const build = buildCommand(manifest, adapters);
  return [
    ...judgeId(manifest['assetPackID'], subject, build),
    ...judgePolicy(manifest['downloadPolicy'], subject, build),
    ...judgePlatforms(manifest['platforms'], subject, build),
    ...judgeTool({ manifest, subject, adapters }, build),
  ];
}

/**
 * The command that builds such a pack right, with what is known of it filled in. It is there to be pasted into a shell,
 * so nothing of the pack stands in it but ids, names and events of the known forms.
 */
export function buildCommand(manifest: JsonObject, adapters: readonly string[]): string {
  const asked = manifest['assetPackID'];
  const dashed = typeof asked === 'string' ? asked.replaceAll('.', '-') : '';
  const id = ASSET_PACK_ID.test(dashed) ? dashed : '<id>';
  const [named] = adapters;
  if (named === undefined) return `ba-package package <manifest.json> --output-path ${id}.aar`;
  const platforms = Array.isArray(manifest['platforms']) ? manifest['platforms'] : [];
  const known = platforms
    .map((platform) => (platform === 'iPadOS' ? 'iOS' : asText(platform)))
    .filter(isPlatform);
  return [
    `ba-package foundation-models package --adapter-path ${nameToPaste(named)}.fmadapter --asset-pack-id ${id}`,
    `--output-path ${id}.aar --platforms ${[...new Set(known)].join(' ') || 'iOS'}`,
    policyFlags(manifest['downloadPolicy']),
  ].join(' ');
}

/** The name of an adapter for a command to paste: one of another form than names have is not repeated. */
export const nameToPaste = (name: string): string => (ADAPTER_NAME.test(name) ? name : '<name>');

function policyFlags(policy: JsonValue | undefined): string {
  const [kind, value] = isJsonObject(policy) ? (Object.entries(policy)[0] ?? []) : [];
  if (kind !== 'essential' && kind !== 'prefetch') return '--on-demand';
  const events =
    isJsonObject(value) && Array.isArray(value['installationEventTypes'])
      ? value['installationEventTypes']
      : [];
  const known = events.map(asText).filter((event) => EVENTS.includes(event));
  return `--${kind} --installation-event-types ${known.join(' ') || 'firstInstallation'}`;
}

function judgeId(id: JsonValue | undefined, subject: string, build: string): readonly Finding[] {
  if (typeof id !== 'string' || id === '')
    return [badManifest(subject, { message: 'The manifest has no "assetPackID".', build })];
  if (id.includes('.'))
    return [
      errorFinding('pack-id-dotted', {
        subject,
        message: `The pack id "${id}" has a dot, which App Store Connect refuses.`,
        fix: `Build it under another id: \`${build}\`.`,
      }),
    ];
  if (ASSET_PACK_ID.test(id)) return [];
  const message = `"${id}" is no asset pack id: expected letters, digits, hyphens and underscores, 128 at most.`;
  return [badManifest(subject, { message, build })];
}

function judgePolicy(policy: JsonValue | undefined, subject: string, build: string): readonly Finding[] {
  const bad = (message: string): readonly Finding[] => [badManifest(subject, { message, build })];
  if (!isJsonObject(policy)) return bad('The manifest has no "downloadPolicy".');
  const [kind, ...more] = Object.keys(policy);
  if (kind === undefined || more.length > 0 || !POLICIES.includes(kind))
    return bad(
      `The download policy has ${kind === undefined ? 'no key' : [kind, ...more].map((key) => `"${key}"`).join(', ')}: expected exactly one of ${POLICIES.join(', ')}.`,
    );
  const value = policy[kind];
  if (kind === 'onDemand') {
    if (value === null)
      return [
        errorFinding('on-demand-null', {
          subject,
          message: 'The manifest has "onDemand": null, which Apple\'s upload refuses (ITMS-91140).',
          fix: `Build the pack with a newer ba-package, which writes {}: \`${build}\`.`,
        }),
      ];
    return isJsonObject(value) && Object.keys(value).length === 0
      ? []
      : bad('"onDemand" is no empty object.');
  }
  const events = isJsonObject(value) ? value['installationEventTypes'] : undefined;
  const known =
    Array.isArray(events) && events.length > 0 && events.every((event) => EVENTS.includes(asText(event)));
  return known ? [] : bad(`"${kind}" has no installationEventTypes: expected ${EVENTS.join(' or ')}.`);
}

function judgePlatforms(
  platforms: JsonValue | undefined,
  subject: string,
  build: string,
): readonly Finding[] {
  if (!Array.isArray(platforms))
    return [badManifest(subject, { message: 'The manifest has no "platforms".', build })];
  return platforms
    .map(asText)
    .filter((platform) => !isPlatform(platform))
    .map((platform) =>
      errorFinding('platform-invalid', {
        subject,
        message: explainPlatform(platform),
        fix: `Build the pack for the right platforms: \`${build}\`.`,
      }),
    );
}

/** Only the generic subcommand selects files; an adapter needs the one that knows adapters (apple-formats §4.2). */
function judgeTool({ manifest, subject, adapters }: ManifestQuestion, build: string): readonly Finding[] {
  const [adapter] = adapters;
  if (adapter === undefined || manifest['fileSelectors'] === undefined) return [];
  return [
    {
      code: 'generic-pack',
      severity: 'warning',
      subject,
      message: `The manifest selects files, as \`ba-package package\` does, and the pack holds the adapter "${adapter}": as far as is known the runtime ignores such a pack.`,
      fix: `Build it with the subcommand for adapters: \`${build}\`.`,
    },
  ];
}

const badManifest = (
  subject: string,
  { message, build }: { readonly message: string; readonly build: string },
): Finding => errorFinding('bad-manifest', { subject, message, fix: `Build the pack again: \`${build}\`.` });

/** A list's item as text, whatever it is. */
const asText = (value: JsonValue): string => (typeof value === 'string' ? value : JSON.stringify(value));

const POLICIES = ['essential', 'prefetch', 'onDemand'];
const EVENTS = ['firstInstallation', 'subsequentUpdate'];

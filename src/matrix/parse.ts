import { toOsRelease, toSystemModel } from '../catalogue/catalogue.ts';
import type {
  AdapterDocument,
  BuildDocument,
  MatrixDocument,
  ServeEntryDocument,
} from '../generated/matrix.ts';
import { isBuildVersion } from '../model/build-version.ts';
import type { TreeDigest } from '../model/digest.ts';
import { errorFinding, type Finding } from '../model/finding.ts';
import {
  type Adapter,
  type Build,
  type DownloadPolicy,
  ON_DEMAND,
  type ServeDecision,
  type ServeEntry,
} from '../model/matrix.ts';
import { ADAPTER_NAME, ASSET_PACK_ID } from '../model/names.ts';
import { explainPlatform, isPlatform } from '../model/platform.ts';
import type { BaseModelSignature } from '../model/signature.ts';
import type { OsRelease, SystemModel, Toolkit } from '../model/system-model.ts';

/** What one matrix file holds, with every fault that its schema cannot state. */
export interface ParsedMatrix {
  readonly adapters: readonly Adapter[];
  readonly systemModels: readonly SystemModel[];
  readonly osReleases: readonly OsRelease[];
  readonly toolkits: readonly Toolkit[];
  readonly findings: readonly Finding[];
}

/**
 * Turns a checked matrix document into the matrix. Faults do not stop it: what is unusable is left out, so that
 * `audit` can show everything at once; commands that act refuse any error among the findings.
 *
 * @throws ReleaseError `CONFIG_INVALID` when an OS range is malformed
 */
export function parseMatrix(document: MatrixDocument): ParsedMatrix {
  const parsed = Object.entries(document.adapters).map(([name, adapter]) => ({
    adapter: toAdapter(name, adapter),
    findings: adapterFaults(name, adapter),
  }));
  const rows = document.systemModels ?? [];
  const releases = document.osReleases ?? [];
  return {
    adapters: parsed.map(({ adapter }) => adapter),
    systemModels: rows.map(toSystemModel),
    osReleases: releases.map(toOsRelease),
    toolkits: document.toolkits ?? [],
    findings: [
      ...parsed.flatMap(({ findings }) => findings),
      ...rows.flatMap((row) => platformFaults(row.id, Object.keys(row.os))),
      ...releases.flatMap(({ version, platforms }) => platformFaults(`OS ${version}`, platforms)),
    ],
  };
}

function toAdapter(name: string, document: AdapterDocument): Adapter {
  return {
    name,
    kind: document.kind ?? 'fmadapter',
    packId: document.packId ?? null,
    platforms: document.platforms.filter(isPlatform),
    downloadPolicy: toPolicy(document.downloadPolicy),
    builds: document.builds.map(toBuild),
    serve: document.serve.map(toServeEntry),
  };
}

const toPolicy = (policy: AdapterDocument['downloadPolicy']): DownloadPolicy =>
  policy === undefined || 'onDemand' in policy ? ON_DEMAND : policy;

/** Turns a checked build record into a build; the schema has vouched for the patterns of digest and signature. */
export const toBuild = (document: BuildDocument): Build => ({
  version: document.version,
  path: document.path,
  addedAt: document.addedAt,
  baseModelSignature: (document.baseModelSignature ?? null) as BaseModelSignature | null,
  digest: document.digest as TreeDigest,
  sizeBytes: document.sizeBytes,
  draft: document.draft ?? false,
  toolkit: document.toolkit ?? null,
  evals: document.evals ?? [],
});

function toServeEntry(document: ServeEntryDocument): ServeEntry {
  const subject: ServeEntry['subject'] =
    document.systemModel === undefined
      ? { kind: 'signature', signature: (document.baseModelSignature ?? '') as BaseModelSignature }
      : { kind: 'systemModel', id: document.systemModel };
  const decision: ServeDecision =
    document.version === undefined
      ? {
          kind: 'none',
          fallback: document.none ?? 'base-model',
          reason: document.reason ?? null,
          until: document.until ?? null,
        }
      : { kind: 'build', version: document.version };
  return { subject, decision };
}

function adapterFaults(name: string, document: AdapterDocument): readonly Finding[] {
  const kind = document.kind ?? 'fmadapter';
  return [
    ...nameFaults(name, document),
    ...platformFaults(name, document.platforms),
    ...(document.downloadPolicy !== undefined &&
    'onDemand' in document.downloadPolicy &&
    document.downloadPolicy.onDemand === null
      ? [
          errorFinding('on-demand-null', {
            subject: name,
            message: `"${name}" has "onDemand": null, which Apple's upload refuses (ITMS-91140).`,
            fix: `Write "downloadPolicy": { "onDemand": {} } for "${name}" in the matrix.`,
          }),
        ]
      : []),
    ...document.builds.flatMap((build) => buildFaults(name, kind, build)),
  ];
}

function nameFaults(name: string, { kind = 'fmadapter', packId }: AdapterDocument): readonly Finding[] {
  const faults: Finding[] = [];
  if (kind === 'fmadapter' && !ADAPTER_NAME.test(name)) {
    faults.push(
      errorFinding('bad-name', {
        subject: name,
        message: `"${name}" is no adapter name: expected letters, digits and underscores, 64 at most.`,
        fix: 'Export the adapter again under such a name; a hyphen keeps the runtime from finding it.',
      }),
    );
  }
  const id = packId ?? name;
  if (kind === 'files' && !ASSET_PACK_ID.test(id)) {
    const code = id.includes('.') ? 'pack-id-dotted' : 'bad-name';
    faults.push(
      errorFinding(code, {
        subject: name,
        message: `"${id}" is no asset pack id: expected letters, digits, hyphens and underscores, 128 at most.`,
        fix: `Set \`packId\` of "${name}" in the matrix to such an id, for example "${id.replace(/[^A-Za-z0-9_-]+/g, '-').slice(0, 128)}".`,
      }),
    );
  }
  if (kind === 'fmadapter' && packId !== undefined) {
    faults.push(
      errorFinding('bad-name', {
        subject: name,
        message: `"${name}" sets packId "${packId}", but the pack id of an adapter is its identifier.`,
        fix: `Remove \`packId\` of "${name}" from the matrix.`,
      }),
    );
  }
  return faults;
}

const platformFaults = (subject: string, platforms: readonly string[]): readonly Finding[] =>
  platforms
    .filter((platform) => !isPlatform(platform))
    .map((platform) =>
      errorFinding('platform-invalid', {
        subject: subject,
        message: explainPlatform(platform),
        fix: `Correct the platforms of "${subject}" in the matrix.`,
      }),
    );

function buildFaults(name: string, kind: Adapter['kind'], build: BuildDocument): readonly Finding[] {
  const faults: Finding[] = [];
  const subject = `${name} ${build.version}`;
  if (!isBuildVersion(build.version)) {
    faults.push(
      errorFinding('bad-name', {
        subject: subject,
        message: `"${build.version}" is not strict semver such as 1.5.0.`,
        fix: `Register it with \`fmrelease adapter add ${build.path} --build <version>\`, a version of three integers.`,
      }),
    );
  }
  if (kind === 'fmadapter' && build.baseModelSignature === undefined) {
    faults.push(
      errorFinding('signature-mismatch', {
        subject: subject,
        message: `Build ${build.version} of "${name}" has no baseModelSignature.`,
        fix: `Copy it from ${build.path}/metadata.json.`,
      }),
    );
  }
  if (kind === 'files' && build.baseModelSignature !== undefined) {
    faults.push(
      errorFinding('signature-mismatch', {
        subject: subject,
        message: `Build ${build.version} of "${name}" carries a baseModelSignature, but its kind is files.`,
        fix: `Remove the signature, or set \`kind\` of "${name}" to fmadapter.`,
      }),
    );
  }
  return faults;
}

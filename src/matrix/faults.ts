import { compareBuildVersions, isBuildVersion } from '../model/build-version.ts';
import type { MatrixCell } from '../model/cell.ts';
import { errorFinding, type Finding } from '../model/finding.ts';
import type { Adapter, Build, ServeEntry } from '../model/matrix.ts';
import { formatOsRange, rangesOverlap, toOsRangeText } from '../model/os-range.ts';
import { PLATFORMS, type Platform } from '../model/platform.ts';
import type { Catalogue, SystemModel } from '../model/system-model.ts';
import { findBuild, packIdOf, servedBuilds, signatureOf } from './decide.ts';

/**
 * Returns every error of the matrix and the catalogue that makes an answer about `adapters` untrustworthy. Signatures
 * stand whole in its messages, as they do in the matrix, so that they can be searched for.
 */
export function findMatrixFaults(adapters: readonly Adapter[], catalogue: Catalogue): readonly Finding[] {
  return [
    ...findOverlaps(catalogue.systemModels),
    ...adapters.flatMap((adapter) => [
      ...findDuplicateVersions(adapter),
      ...findServeFaults(adapter, catalogue.systemModels),
    ]),
    ...findPackIdConflicts(adapters, catalogue.systemModels),
  ];
}

/** Two rows of one platform may share OS versions only when their variants differ. */
export function findOverlaps(rows: readonly SystemModel[]): readonly Finding[] {
  return rows.flatMap((a, index) =>
    rows.slice(index + 1).flatMap((b) => {
      const told = a.variant !== null && b.variant !== null && a.variant !== b.variant;
      const platform = PLATFORMS.find((name) => {
        const [left, right] = [a.os[name], b.os[name]];
        return left !== undefined && right !== undefined && rangesOverlap(left, right);
      });
      if (told || platform === undefined) return [];
      return [
        errorFinding('os-overlap', {
          subject: `${a.id}, ${b.id}`,
          message: `System models "${a.id}" (${placeOn(platform, a)}) and "${b.id}" (${placeOn(platform, b)}) claim the same OS versions, and no variant tells them apart.`,
          fix: 'Narrow one of the two ranges in `systemModels` of the matrix, or give both a `variant`.',
        }),
      ];
    }),
  );
}

/** `iOS 26.3 to <26.4`: what a row claims on a platform. */
function placeOn(platform: Platform, { os }: SystemModel): string {
  const range = os[platform];
  return range === undefined ? platform : `${platform} ${formatOsRange(toOsRangeText(range))}`;
}

function findDuplicateVersions(adapter: Adapter): readonly Finding[] {
  return adapter.builds.flatMap((build, index) =>
    adapter.builds
      .slice(index + 1)
      .filter((other) => collide(build, other))
      .map((other) =>
        errorFinding('duplicate-version', {
          subject: `${adapter.name} ${build.version}`,
          message: `Builds ${build.version} and ${other.version} of "${adapter.name}" have equal precedence for ${build.baseModelSignature === null ? 'one adapter' : `signature ${build.baseModelSignature}`}.`,
          fix: 'Give one of them another version; what follows "+" does not count.',
        }),
      ),
  );
}

/** True when two builds of one signature have equal semver precedence. */
export const collide = (a: Build, b: Build): boolean =>
  a.baseModelSignature === b.baseModelSignature &&
  (a.version === b.version ||
    (isBuildVersion(a.version) &&
      isBuildVersion(b.version) &&
      compareBuildVersions(a.version, b.version) === 0));

function findServeFaults(adapter: Adapter, systemModels: readonly SystemModel[]): readonly Finding[] {
  const keys = adapter.serve.map(subjectKey);
  const repeated = adapter.serve.filter((entry, index) => keys.indexOf(subjectKey(entry)) !== index);
  return [
    ...repeated.map((entry) =>
      errorFinding('signature-mismatch', {
        subject: adapter.name,
        message: `"${adapter.name}" decides twice about ${subjectName(entry)}.`,
        fix: 'Remove one of the two `serve` entries from the matrix.',
      }),
    ),
    ...adapter.serve.flatMap((entry) => findEntryFault(adapter, entry, systemModels)),
  ];
}

function findEntryFault(
  adapter: Adapter,
  { subject, decision }: ServeEntry,
  systemModels: readonly SystemModel[],
): readonly Finding[] {
  const say = (message: string, fix: string): readonly Finding[] => [
    errorFinding('signature-mismatch', { subject: adapter.name, message: message, fix: fix }),
  ];
  const model = subject.kind === 'systemModel' ? systemModels.find(({ id }) => id === subject.id) : undefined;
  if (subject.kind === 'systemModel' && model === undefined) {
    return say(
      `"${adapter.name}" decides about system model "${subject.id}", which the catalogue does not list.`,
      'Correct the id (`fmrelease systems` lists them), or add that system model with `fmrelease systems import <file>`.',
    );
  }
  if (subject.kind === 'signature' && adapter.kind === 'files') {
    return say(
      `"${adapter.name}" is served by signature, but files carry none.`,
      'Write `systemModel` instead of `baseModelSignature` in that `serve` entry.',
    );
  }
  if (decision.kind === 'none') return [];
  if (adapter.kind === 'fmadapter' && model?.signature === null) {
    return say(
      `"${adapter.name}" serves build ${decision.version} to "${model.id}", which has no base model signature.`,
      `Decline it there with \`fmrelease adapter decline ${adapter.name} --system-model ${model.id}\`.`,
    );
  }
  const signature = signatureOf(subject, model);
  if (findBuild(adapter, signature, decision.version) !== undefined) return [];
  const elsewhere = adapter.builds.find(({ version }) => version === decision.version);
  const found =
    elsewhere?.baseModelSignature === undefined || elsewhere.baseModelSignature === null
      ? 'no build has this version'
      : `that build carries ${elsewhere.baseModelSignature}`;
  return say(
    `"${adapter.name}" serves build ${decision.version} for ${signature ?? 'a system model'}, but ${found}.`,
    'Register that build with `fmrelease adapter add <path> --build <version>`, or serve another version.',
  );
}

function findPackIdConflicts(
  adapters: readonly Adapter[],
  systemModels: readonly SystemModel[],
): readonly Finding[] {
  const served = adapters.flatMap((adapter) =>
    servedBuilds(adapter, systemModels).map((build) => ({
      id: packIdOf(adapter, build),
      adapter: adapter.name,
      build,
    })),
  );
  const sharing = new Map<string, (typeof served)[number][]>();
  for (const pack of served) sharing.set(pack.id, [...(sharing.get(pack.id) ?? []), pack]);
  return served.flatMap((pack) => {
    const same = sharing.get(pack.id) ?? [];
    const other = same
      .slice(same.indexOf(pack) + 1)
      .find(({ adapter, build }) => adapter !== pack.adapter || build !== pack.build);
    if (other === undefined) return [];
    return [
      errorFinding('pack-id-conflict', {
        subject: pack.id,
        message: `Asset pack "${pack.id}" would carry two builds: ${pack.adapter} ${pack.build.version} and ${other.adapter} ${other.build.version}.`,
        fix: 'Serve one of them, or give a files adapter another `packId`.',
      }),
    ];
  });
}

/** Returns the fallbacks that are not covered in their cell, or that run in a circle. `cells` spans all adapters. */
export function findBrokenFallbacks(cells: readonly MatrixCell[]): readonly Finding[] {
  const byPlace = new Map(cells.map((cell) => [placeKey(cell, cell.adapter), cell]));
  const faults = new Map<string, Finding>();
  for (const cell of cells) {
    if (cell.fallback === null || cell.fallback === 'base-model') continue;
    const target = byPlace.get(placeKey(cell, cell.fallback.adapter));
    if (target?.state === 'covered') continue;
    const state =
      target === undefined
        ? 'is not in the matrix'
        : leadsBack(cell, byPlace)
          ? 'leads back to it'
          : target.state === 'not-offered'
            ? 'is not offered there'
            : target.state === 'gap'
              ? 'has no decision there'
              : `is ${target.state} there`;
    const subject = `${cell.adapter} → ${cell.fallback.adapter}`;
    const where = `${cell.platform} ${formatOsRange(toOsRangeText(cell.range))} (${cell.systemModel?.id ?? 'no system model'})`;
    if (!faults.has(subject)) {
      faults.set(
        subject,
        errorFinding('fallback-broken', {
          subject: subject,
          message: `"${cell.adapter}" falls back to "${cell.fallback.adapter}" on ${where}, which ${state}.`,
          fix: `${coverThere(cell, cell.fallback.adapter, target?.state)}, or let "${cell.adapter}" fall back to "base-model".`,
        }),
      );
    }
  }
  return [...faults.values()];
}

const coverThere = (
  { platform, systemModel }: MatrixCell,
  fallback: string,
  state: MatrixCell['state'] | undefined,
): string =>
  state === 'not-offered'
    ? `Add "${platform}" to \`platforms\` of "${fallback}" in the matrix and serve a build there`
    : `Serve a build of "${fallback}" there with \`fmrelease adapter serve ${fallback} <version>${systemModel === null ? '' : ` --system-model ${systemModel.id}`}\``;

function leadsBack(start: MatrixCell, byPlace: ReadonlyMap<string, MatrixCell>): boolean {
  const seen = new Set<string>();
  let cell: MatrixCell | undefined = start;
  while (
    cell !== undefined &&
    cell.fallback !== null &&
    cell.fallback !== 'base-model' &&
    !seen.has(cell.adapter)
  ) {
    seen.add(cell.adapter);
    cell = byPlace.get(placeKey(cell, cell.fallback.adapter));
  }
  return cell?.adapter === start.adapter;
}

const placeKey = ({ platform, range, systemModel }: MatrixCell, adapter: string): string =>
  `${adapter}|${platform}|${range.from.join('.')}|${systemModel?.id ?? ''}`;

const subjectKey = ({ subject }: ServeEntry): string =>
  subject.kind === 'signature' ? `signature ${subject.signature}` : `systemModel ${subject.id}`;

const subjectName = ({ subject }: ServeEntry): string =>
  subject.kind === 'signature' ? `signature ${subject.signature}` : `system model "${subject.id}"`;

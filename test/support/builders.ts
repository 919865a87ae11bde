import type { BuildDocument, MatrixDocument } from '../../src/generated/matrix.ts';
import type { Fallback } from '../../src/model/cell.ts';
import { sha256Of, treeDigest } from '../../src/model/digest.ts';
import {
  type Adapter,
  type Build,
  ON_DEMAND,
  type ServeEntry,
  type ServeSubject,
} from '../../src/model/matrix.ts';
import type { OsRange } from '../../src/model/os-range.ts';
import { parseOsRange } from '../../src/model/parse-os-range.ts';
import type { Platform } from '../../src/model/platform.ts';
import { type BaseModelSignature, parseBaseModelSignature } from '../../src/model/signature.ts';
import type { Catalogue, OsRelease, SystemModel } from '../../src/model/system-model.ts';

/** The one signature that OS 26 is known to carry. */
export const SIGNATURE = parseBaseModelSignature('9799725ff8e851184037110b422d891ad3b92ec1');

/** Another signature, which shares no digit prefix with {@link SIGNATURE}. */
export const OTHER_SIGNATURE = parseBaseModelSignature('0f1e2d3c4b5a69788796a5b4c3d2e1f001234567');

/** A signature with the first seven digits of {@link SIGNATURE} and other digits behind them. */
export const NEAR_SIGNATURE = parseBaseModelSignature(`9799725${'0'.repeat(33)}`);

/** Returns a whole signature that starts with `digits`. */
export const signatureOf = (digits: string): BaseModelSignature =>
  parseBaseModelSignature(digits.padEnd(40, '0'));

/** Returns a build, version 1.0.0 for {@link SIGNATURE} unless told otherwise; its digest follows from the two. */
export function aBuild(given: Partial<Build> = {}): Build {
  const version = given.version ?? '1.0.0';
  const signature = given.baseModelSignature === undefined ? SIGNATURE : given.baseModelSignature;
  return {
    version,
    path: 'adapters/summarizer.fmadapter',
    addedAt: '2026-11-22T10:00:00Z',
    baseModelSignature: signature,
    digest: treeDigest([{ path: 'weights', sizeBytes: 1, sha256: sha256Of(`${signature} ${version}`) }]),
    sizeBytes: 139_460_608,
    draft: false,
    toolkit: null,
    evals: [],
    ...given,
  };
}

/** Returns an adapter on iOS and macOS that serves its only build to {@link SIGNATURE} unless told otherwise. */
export function anAdapter(given: Partial<Adapter> = {}): Adapter {
  return {
    name: 'summarizer',
    kind: 'fmadapter',
    packId: null,
    platforms: ['iOS', 'macOS'],
    downloadPolicy: ON_DEMAND,
    builds: [aBuild()],
    serve: [serveBuild(SIGNATURE, '1.0.0')],
    ...given,
  };
}

/** Returns an adapter of kind `files` with one build and no serve entry unless told otherwise. */
export const aFilesAdapter = (given: Partial<Adapter> = {}): Adapter =>
  anAdapter({
    name: 'core-ai',
    kind: 'files',
    builds: [aBuild({ baseModelSignature: null })],
    serve: [],
    ...given,
  });

/** Returns a serve entry that gives a build to a signature, or to a system model by its id. */
export const serveBuild = (
  subject: BaseModelSignature | { readonly systemModel: string },
  version: string,
): ServeEntry => ({
  subject: toSubject(subject),
  decision: { kind: 'build', version },
});

/** Returns a serve entry that gives a signature or a system model nothing on purpose. */
export const serveNone = (
  subject: BaseModelSignature | { readonly systemModel: string },
  { fallback = 'base-model', reason = null, until = null }: Partial<Decline> = {},
): ServeEntry => ({ subject: toSubject(subject), decision: { kind: 'none', fallback, reason, until } });

interface Decline {
  readonly fallback: Fallback;
  readonly reason: string | null;
  readonly until: string | null;
}

/** What {@link aSystemModel} takes: a row whose ranges are text and whose signature is its digits. */
export interface SystemModelGiven extends Partial<Omit<SystemModel, 'os' | 'signature'>> {
  readonly os?: Readonly<Partial<Record<Platform, string | OsRange>>>;
  /** 40 digits are complete, fewer are a prefix, null is a row without an adapter base. */
  readonly signature?: string | null;
}

/** Returns a proved, supported row of iOS 26.0 to 26.4 that carries {@link SIGNATURE} unless told otherwise. */
export function aSystemModel({
  os = { iOS: '>=26.0 <26.4' },
  signature = SIGNATURE,
  ...given
}: SystemModelGiven = {}): SystemModel {
  return {
    id: 'os26.0',
    os: Object.fromEntries(
      Object.entries(os).map(([platform, range]) => [
        platform,
        typeof range === 'string' ? parseOsRange(range) : range,
      ]),
    ),
    variant: null,
    signature: signature === null ? null : { digits: signature, complete: signature.length === 40 },
    adapterSupport: 'supported',
    toolkit: null,
    certainty: 'proved',
    evidence: [],
    ...given,
  };
}

/** Returns a catalogue of one row and of the releases 26.0 and 27.0 on every platform unless told otherwise. */
export const aCatalogue = (given: Partial<Catalogue> = {}): Catalogue => ({
  systemModels: [aSystemModel()],
  osReleases: [anOsRelease([26, 0, 0]), anOsRelease([27, 0, 0])],
  toolkits: [],
  ...given,
});

/** Returns a release of one OS version on every platform. */
export const anOsRelease = (version: OsRelease['version']): OsRelease => ({
  version,
  platforms: ['iOS', 'macOS', 'tvOS', 'visionOS'],
  date: '2026-09-30',
  dateIs: 'released',
  source: 'test',
});

/** Returns a build record as `fmrelease.matrix.json` holds it. */
export const aBuildDocument = (given: Partial<BuildDocument> = {}): BuildDocument => ({
  version: '1.0.0',
  path: 'adapters/summarizer.fmadapter',
  addedAt: '2026-11-22T10:00:00Z',
  baseModelSignature: SIGNATURE,
  digest: `sha256:${'a'.repeat(64)}`,
  sizeBytes: 139_460_608,
  ...given,
});

/** Returns a sound matrix document with the adapter `summarizer`, whose fields `adapter` replaces. */
export const aMatrixDocument = (
  adapter: Partial<MatrixDocument['adapters'][string]> = {},
): MatrixDocument => ({
  formatVersion: 1,
  systemModels: [],
  adapters: {
    summarizer: {
      kind: 'fmadapter',
      platforms: ['iOS', 'macOS'],
      downloadPolicy: { onDemand: {} },
      builds: [aBuildDocument()],
      serve: [{ baseModelSignature: SIGNATURE, version: '1.0.0' }],
      ...adapter,
    },
  },
});

const toSubject = (subject: BaseModelSignature | { readonly systemModel: string }): ServeSubject =>
  typeof subject === 'string'
    ? { kind: 'signature', signature: subject }
    : { kind: 'systemModel', id: subject.systemModel };

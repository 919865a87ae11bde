import type { Cell } from '../model/cell.ts';
import { type Adapter, type Build, ON_DEMAND, type ServeDecision, type ServeEntry } from '../model/matrix.ts';
import type { BaseModelSignature } from '../model/signature.ts';
import { packKey } from '../release/layout.ts';
import type { AnswerablePack, PublishedRelease } from '../resolve/answer-release.ts';
import { valueAt } from './interner.ts';
import type { AdapterData, PackData, PageData, ReleaseData, ServeData } from './page-data.ts';
import type { Simulation } from './simulation.ts';

/**
 * Returns what {@link packPageData} was given, as far as resolving reads it: of a build, the page knows version,
 * signature and pack; where its files lie and how it was evaluated stays with the project.
 */
export function unpackPageData(data: PageData): Simulation {
  const text = (index: number | undefined): string => valueAt(data.texts, index) ?? '';
  const packs = data.packs.map((pack) => unpackPack(pack, { text, packsUrl: data.packsUrl }));
  const packOf = new Map<Build, AnswerablePack>();
  const adapters = data.adapters.map((adapter) => unpackAdapter(adapter, { text, packs, packOf }));
  return {
    adapters,
    packOf,
    systemModels: data.systemModels.map((row) => ({ ...row, toolkit: null, evidence: [] })),
    release: data.release === null ? null : unpackRelease(data.release, text, packs),
    unsound: new Map(data.unsound.map(([name, message, fix]) => [name, { message, fix }])),
  };
}

type TextAt = (index: number | undefined) => string;

function unpackAdapter(
  { builds, serve, ...adapter }: AdapterData,
  {
    text,
    packs,
    packOf,
  }: {
    readonly text: TextAt;
    readonly packs: readonly AnswerablePack[];
    readonly packOf: Map<Build, AnswerablePack>;
  },
): Adapter {
  return {
    ...adapter,
    downloadPolicy: ON_DEMAND,
    builds: builds.map(([version, signature, packIndex]) => {
      const build = { ...UNSEEN, version: text(version), baseModelSignature: signatureAt(text, signature) };
      const pack = valueAt(packs, packIndex);
      if (pack !== null) packOf.set(build, pack);
      return build;
    }),
    serve: serve.map((entry) => unpackServe(entry, text)),
  };
}

function unpackServe([kind, subject, version, decline]: ServeData, text: TextAt): ServeEntry {
  return {
    subject:
      kind === 0
        ? { kind: 'signature', signature: text(subject) as BaseModelSignature }
        : { kind: 'systemModel', id: text(subject) },
    decision:
      decline === undefined
        ? { kind: 'build', version: text(version) }
        : { kind: 'none', ...(JSON.parse(text(decline)) as DeclineWords) },
  };
}

type DeclineWords = Omit<Extract<ServeDecision, { kind: 'none' }>, 'kind'>;

function unpackPack(
  [id, version, sha256, downloadSize, adapter, build, signature, url]: PackData,
  { text, packsUrl }: { readonly text: TextAt; readonly packsUrl: string },
): AnswerablePack {
  return {
    id: text(id),
    version,
    url: url ?? `${packsUrl}${packKey(sha256, text(id))}`,
    sha256,
    downloadSize,
    adapter: text(adapter),
    build: text(build),
    baseModelSignature: signatureAt(text, signature),
  };
}

function unpackRelease(
  { channel, revision, places, outcomes, lists, cells }: ReleaseData,
  text: TextAt,
  packs: readonly AnswerablePack[],
): PublishedRelease {
  const unpacked = cells.flatMap(([adapter, list, results, carriers]) =>
    results.flatMap((result, index): readonly Cell[] => {
      const place = valueAt(places, lists[list]?.[index]);
      const outcome = valueAt(outcomes, result);
      if (place === null || outcome === null) return [];
      return [
        { adapter: text(adapter), ...place, ...outcome, pack: valueAt(packs, carriers[index])?.id ?? null },
      ];
    }),
  );
  return { channel, source: 'log', revision, cells: unpacked, packs };
}

const signatureAt = (text: TextAt, index: number): BaseModelSignature | null =>
  index < 0 ? null : (text(index) as BaseModelSignature);

/** What a page does not know of a build. */
const UNSEEN: Omit<Build, 'version' | 'baseModelSignature'> = {
  path: '',
  addedAt: '',
  digest: 'sha256:',
  sizeBytes: 0,
  draft: false,
  toolkit: null,
  evals: [],
};

import type { Cell } from '../model/cell.ts';
import { type Adapter, type Build, ON_DEMAND, type ServeDecision, type ServeEntry } from '../model/matrix.ts';
import type { BaseModelSignature } from '../model/signature.ts';
import { packKey } from '../release/layout.ts';
import type { AnswerablePack, PublishedRelease } from '../resolve/answer-release.ts';
import { valueAt } from './interner.ts';
import type { AdapterData, ChannelData, PackData, PageData, ReleaseData, ServeData } from './page-data.ts';
import type { SimulatedChannel, Simulation } from './simulation.ts';

/**
 * Returns what {@link packPageData} was given, as far as resolving reads it: of a build, the page knows version,
 * signature and pack; where its files lie and how it was evaluated stays with the project.
 */
export function unpackPageData(data: PageData): Simulation {
  const text = (index: number | undefined): string => valueAt(data.texts, index) ?? '';
  const adapters = data.adapters.map((adapter) => unpackAdapter(adapter, text));
  return {
    adapters,
    channels: data.channels.map((channel) => unpackChannel(channel, adapters, { text, packs: data.packs })),
    systemModels: data.systemModels.map((row) => ({ ...row, toolkit: null, evidence: [] })),
    unsound: new Map(data.unsound.map(([name, message, fix]) => [name, { message, fix }])),
  };
}

type TextAt = (index: number | undefined) => string;

const unpackAdapter = ({ builds, serve, ...adapter }: AdapterData, text: TextAt): Adapter => ({
  ...adapter,
  downloadPolicy: ON_DEMAND,
  builds: builds.map(([version, signature]) => ({
    ...UNSEEN,
    version: text(version),
    baseModelSignature: signatureAt(text, signature),
  })),
  serve: serve.map((entry) => unpackServe(entry, text)),
});

function unpackChannel(
  { target, publicUrl, urls, carriers, release }: ChannelData,
  adapters: readonly Adapter[],
  { text, packs: data }: { readonly text: TextAt; readonly packs: readonly PackData[] },
): SimulatedChannel {
  const unusual = new Map(urls);
  const packs = data.map((pack, index) =>
    unpackPack(pack, { text, packsUrl: publicUrl, url: unusual.get(index) }),
  );
  const packOf = new Map<Build, AnswerablePack>();
  adapters.forEach(({ builds }, row) => {
    builds.forEach((build, index) => {
      const pack = valueAt(packs, carriers[row]?.[index]);
      if (pack !== null) packOf.set(build, pack);
    });
  });
  return {
    target,
    publicUrl,
    packOf,
    release: release === null ? null : unpackRelease(release, text, packs),
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
  [id, version, sha256, downloadSize, adapter, build, signature]: PackData,
  {
    text,
    packsUrl,
    url,
  }: { readonly text: TextAt; readonly packsUrl: string; readonly url?: string | undefined },
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
  { channel, revision, packs: own, places, outcomes, lists, cells }: ReleaseData,
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
  const published = own.flatMap((index) => valueAt(packs, index) ?? []);
  return { channel, source: 'log', revision, cells: unpacked, packs: published };
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

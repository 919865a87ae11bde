import type { Cell } from '../model/cell.ts';
import type { Adapter, Build, ServeEntry } from '../model/matrix.ts';
import type { Platform } from '../model/platform.ts';
import type { SystemModel } from '../model/system-model.ts';
import { packKey } from '../release/layout.ts';
import type { AnswerablePack, PublishedRelease } from '../resolve/answer-release.ts';
import { type Interner, openInterner } from './interner.ts';
import type { MatrixTable } from './matrix-table.ts';
import type { SimulatedChannel, Simulation } from './simulation.ts';

/** What the page of a report holds for its script, as small as JSON can be: texts once, everything else by place. */
export interface PageData {
  readonly texts: readonly string[];
  readonly systemModels: readonly Omit<SystemModel, 'evidence' | 'toolkit'>[];
  readonly adapters: readonly AdapterData[];
  /** The packs of all channels, each once. */
  readonly packs: readonly PackData[];
  readonly channels: readonly ChannelData[];
  readonly unsound: readonly (readonly [name: string, message: string, fix: string])[];
  readonly table: TableData;
}

/** A channel at one target; packs by place. */
export interface ChannelData {
  readonly target: string;
  /** What the URLs of packs start with; `urls` are those that are not what digest and id make. */
  readonly publicUrl: string;
  readonly urls: readonly (readonly [pack: number, url: string])[];
  /** Adapter by adapter: the pack that carries each of its builds, or -1. */
  readonly carriers: readonly (readonly number[])[];
  readonly release: ReleaseData | null;
}

/** An adapter as far as resolving reads it; the numbers are places in the texts, builds and serve entries as tuples. */
export interface AdapterData extends Pick<Adapter, 'name' | 'kind' | 'packId' | 'platforms'> {
  readonly builds: readonly (readonly [version: number, signature: number])[];
  readonly serve: readonly ServeData[];
}

/** A decision: by signature (0) or by system model (1); a build's version, or none with its words. */
export type ServeData =
  | readonly [kind: 0 | 1, subject: number, version: number]
  | readonly [kind: 0 | 1, subject: number, version: -1, decline: number];

/** A published pack, without its URL. */
export type PackData = readonly [
  id: number,
  version: number,
  sha256: string,
  downloadSize: number,
  adapter: number,
  build: number,
  signature: number,
];

/** A release: who asks (places) and what that comes to (outcomes), each once; per adapter its places, outcomes, packs. */
export interface ReleaseData {
  readonly channel: string;
  readonly revision: number;
  readonly packs: readonly number[];
  readonly places: readonly Pick<
    Cell,
    'platform' | 'os' | 'systemModel' | 'variant' | 'baseModelSignature'
  >[];
  readonly outcomes: readonly Pick<Cell, 'state' | 'fallback'>[];
  readonly lists: readonly (readonly number[])[];
  readonly cells: readonly AdapterCells[];
}

/** The cells of one adapter: its list of places, and for each place an outcome and a pack, or -1. */
export type AdapterCells = readonly [
  adapter: number,
  list: number,
  outcomes: readonly number[],
  packs: readonly number[],
];

/** The matrix as the page shows it: a device for each column, and a letter for each state, adapter by adapter. */
export interface TableData {
  readonly columns: readonly (readonly [platform: Platform, os: string, variant: string | null])[];
  readonly states: readonly (readonly [adapter: string, letters: string])[];
}

/** Packs a simulation and the table beside it. */
export function packPageData(
  { adapters, systemModels, channels, unsound }: Simulation,
  table: MatrixTable,
): PageData {
  const texts = openInterner<string>((text) => text);
  const packs = openInterner<AnswerablePack>(packKeyOf);
  const build = (own: Build): AdapterData['builds'][number] => [
    texts.indexOf(own.version),
    texts.indexOf(own.baseModelSignature),
  ];
  const packed = adapters.map(({ name, kind, packId, platforms, builds, serve }) => ({
    name,
    kind,
    packId,
    platforms,
    builds: builds.map(build),
    serve: serve.map((entry) => packServe(entry, texts.indexOf)),
  }));
  return {
    systemModels: systemModels.map(({ evidence: _, toolkit: __, ...row }) => row),
    adapters: packed,
    channels: channels.map((channel) => packChannel(channel, adapters, { texts, packs })),
    packs: packs.values.map((pack) => packPack(pack, texts.indexOf)),
    unsound: [...unsound].map(([name, { message, fix }]) => [name, message, fix]),
    table: {
      columns: table.columns.map(({ platform, os, variant }) => [platform, os.from, variant]),
      states: table.rows.map(({ adapter, cells }) => [
        adapter,
        cells.map(({ state }) => state.charAt(0)).join(''),
      ]),
    },
    texts: texts.values,
  };
}

type TextIndex = (text: string | null) => number;

interface Interners {
  readonly texts: Interner<string>;
  readonly packs: Interner<AnswerablePack>;
}

const packKeyOf = ({ id, version, sha256, downloadSize, ...origin }: AnswerablePack): string =>
  [id, version, sha256, downloadSize, origin.adapter, origin.build, origin.baseModelSignature].join(' ');

function packChannel(
  { target, publicUrl, packOf, release }: SimulatedChannel,
  adapters: Simulation['adapters'],
  { texts, packs }: Interners,
): ChannelData {
  const published = release?.packs ?? [];
  return {
    target,
    publicUrl,
    urls: published
      .filter(({ url, sha256, id }) => url !== `${publicUrl}${packKey(sha256, id)}`)
      .map((pack) => [packs.indexOf(pack), pack.url]),
    carriers: adapters.map(({ builds }) => builds.map((own) => packs.indexOf(packOf.get(own) ?? null))),
    release: release === null ? null : packRelease(release, texts.indexOf, packs.indexOf),
  };
}

function packServe({ subject, decision }: ServeEntry, indexOf: TextIndex): ServeData {
  const kind = subject.kind === 'signature' ? 0 : 1;
  const about = indexOf(subject.kind === 'signature' ? subject.signature : subject.id);
  if (decision.kind === 'build') return [kind, about, indexOf(decision.version)];
  const { fallback, reason, until } = decision;
  return [kind, about, -1, indexOf(JSON.stringify({ fallback, reason, until }))];
}

function packPack(pack: AnswerablePack, indexOf: TextIndex): PackData {
  const { id, version, sha256, downloadSize } = pack;
  const origin = [pack.adapter, pack.build, pack.baseModelSignature].map(indexOf);
  const [adapter = -1, build = -1, signature = -1] = origin;
  return [indexOf(id), version, sha256, downloadSize, adapter, build, signature];
}

function packRelease(
  { channel, revision, cells, packs }: PublishedRelease,
  indexOf: TextIndex,
  packIndex: (pack: AnswerablePack | null) => number,
): ReleaseData {
  const places = openInterner<ReleaseData['places'][number]>((place) => JSON.stringify(place));
  const outcomes = openInterner<ReleaseData['outcomes'][number]>((outcome) => JSON.stringify(outcome));
  const lists = openInterner<readonly number[]>((list) => list.join());
  const byId = new Map(packs.map((pack) => [pack.id, pack]));
  const byAdapter = new Map<string, { place: number; outcome: number; pack: number }[]>();
  for (const cell of cells) {
    const { platform, os, systemModel, variant, baseModelSignature, state, fallback } = cell;
    const place = places.indexOf({ platform, os, systemModel, variant, baseModelSignature });
    const pack = packIndex(cell.pack === null ? null : (byId.get(cell.pack) ?? null));
    const own = byAdapter.get(cell.adapter) ?? [];
    own.push({ place, outcome: outcomes.indexOf({ state, fallback }), pack });
    byAdapter.set(cell.adapter, own);
  }
  return {
    channel,
    revision,
    packs: packs.map(packIndex),
    cells: [...byAdapter].map(([adapter, own]) => [
      indexOf(adapter),
      lists.indexOf(own.map(({ place }) => place)),
      own.map(({ outcome }) => outcome),
      own.map(({ pack }) => pack),
    ]),
    places: places.values,
    outcomes: outcomes.values,
    lists: lists.values,
  };
}

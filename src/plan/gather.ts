import { countCells, toCell } from '../matrix/coverage.ts';
import {
  type Intent,
  loadIntent,
  requireSoundMatrix,
  selectAdapters,
  unknownAdapters,
} from '../matrix/load.ts';
import type { AdapterChange, Coverage, Plan, PlannedPack } from '../model/plan.ts';
import type { Recipe, Release } from '../model/release.ts';
import { type ArchiveEntry, archiveSizeBytes } from '../pack/archive/entry-header.ts';
import { mostBlockStreamBytes } from '../pack/archive/zlib-blocks.ts';
import { archiveKey, packRootName, toolFor } from '../pack/build-pack.ts';
import { openSoundBuild } from '../pack/build-source.ts';
import { packEntries } from '../pack/entries.ts';
import { dueSignature } from '../publish/seal.ts';
import { publishedAdapters } from '../release/adapters.ts';
import { refuseMixedHosting } from '../release/compose.ts';
import { readVersionLedger } from '../release/highest-versions.ts';
import { isProjectedAs } from '../release/projection.ts';
import { findPublishedPacks } from '../release/published-packs.ts';
import { foreignObjects, readWholeChannel } from '../release/whole-channel.ts';
import type { OpenChannel, Session } from '../session.ts';
import { vouchesIn } from '../trust/vouch.ts';
import type { PlanFacts } from './assemble.ts';
import { findDeclines } from './declines.ts';
import { desiredStatesOf } from './desired.ts';

/** What a plan may do that needs saying, and which adapters it is about (none named: all). */
export interface PlanWishes {
  readonly only: readonly string[];
  readonly allow: PlanFacts['allow'];
}

/**
 * Reads everything that a plan is decided from: matrix, head, published packs, and the local files of those builds
 * alone that must be packed. Writes nothing but the digest cache.
 *
 * @throws ReleaseError as the matrix, the store and the builds do; `PACK_TOOL_MISSING` where an asset pack must be built
 */
export async function gatherPlanFacts(session: Session, wishes: PlanWishes): Promise<PlanFacts> {
  const { config, channel } = session;
  const intent = await loadIntent(config);
  const whole = await readWholeChannel(channel);
  const { release: head } = whole;
  const desired = desiredStates({ intent, head, target: channel.target }, wishes.only);
  refuseUnknownLifts(wishes.allow.liftHolds, intent, head);
  const packs = desired.flatMap((state) => state.packs);
  const inScope = new Set(desired.map(({ adapter }) => adapter));
  const others = (head?.entry.packs ?? []).filter(({ adapter }) => !inScope.has(adapter));
  refuseMixedHosting(head, [...others, ...packs], { channel: channel.name, target: channel.target });
  const published = await findPublishedPacks(channel.store, head, {
    needs: packs,
    vouches: vouchesIn(channel),
  });
  const toBuild = await measureBuilds(
    packs.filter(({ id }) => !published.has(id)),
    session,
  );
  const foreign = foreignObjects(whole);
  return {
    target: channel.target.name,
    channel: channel.name,
    head,
    desired,
    coverage: coverageOf(intent, desired),
    outOfScope: remarksOutside(intent, wishes.only),
    published,
    ...toBuild,
    ledger: await readVersionLedger(channel.store, { channel: channel.name, head, foreign }),
    signatureDue: await dueSignature(session, head),
    urlsMoved: head !== null && !isProjectedAs(head, channel.target),
    allow: wishes.allow,
  };
}

interface DesiredFrom {
  readonly intent: Intent;
  readonly head: Release | null;
  readonly target: OpenChannel['target'];
}

/** The wanted state of every adapter in scope; one that only the channel still has gets an empty state. */
function desiredStates(
  { intent, head, target }: DesiredFrom,
  only: readonly string[],
): readonly AdapterChange[] {
  const published = publishedAdapters(head);
  const adapters = selectAdapters(intent, only, published);
  requireSoundMatrix(intent, only);
  const known = new Set(intent.adapters.map(({ name }) => name));
  const dropped = published.filter((name) => !known.has(name) && (only.length === 0 || only.includes(name)));
  return [
    ...desiredStatesOf(adapters, intent, target),
    ...dropped.map((adapter): AdapterChange => ({ adapter, packs: [], cells: [] })),
  ];
}

function refuseUnknownLifts(names: readonly string[], intent: Intent, head: Release | null): void {
  const known = new Set([
    ...intent.adapters.map(({ name }) => name),
    ...publishedAdapters(head),
    ...(head?.entry.holds ?? []).map(({ adapter }) => adapter),
  ]);
  const unknown = names.filter((name) => !known.has(name));
  if (unknown.length > 0) throw unknownAdapters(unknown, [...known]);
}

/** What `--only` leaves aside, told without blocking: faults of other adapters, and how many of their cells are gaps. */
function remarksOutside({ adapters, cells, faults }: Intent, only: readonly string[]): Plan['outOfScope'] {
  if (only.length === 0) return [];
  return adapters
    .filter(({ name }) => !only.includes(name))
    .flatMap(({ name }) => {
      const own = faults.filter(({ subject }) => subject === name || subject.startsWith(`${name} `));
      const gaps = cells.filter(({ adapter, state }) => adapter === name && state === 'gap').length;
      const remarks = own.map(({ message }) => message);
      if (gaps > 0) remarks.push(`"${name}" has ${gaps} ${gaps === 1 ? 'gap' : 'gaps'}.`);
      return remarks.map((message) => ({ adapter: name, message }));
    });
}

function coverageOf(intent: Intent, desired: readonly AdapterChange[]): Coverage {
  const inScope = new Set(desired.map(({ adapter }) => adapter));
  const cells = intent.cells.filter(({ adapter }) => inScope.has(adapter));
  return {
    cells: cells.map(toCell),
    ...countCells(cells),
    declines: [
      ...findDeclines(
        intent.adapters.filter(({ name }) => inScope.has(name)),
        cells,
      ),
    ],
  };
}

async function measureBuilds(
  packs: readonly PlannedPack[],
  { config, io }: Session,
): Promise<Pick<PlanFacts, 'archiveSizes' | 'builtDigests'>> {
  const archiveSizes = new Map<string, number>();
  const builtDigests = new Map<string, string>();
  for (const pack of packs) {
    const cached = await io.cache.find(archiveKey(pack, await toolFor(pack, io.packTool)));
    if (cached !== undefined) {
      archiveSizes.set(pack.id, cached.sizeBytes);
      builtDigests.set(pack.id, cached.sha256);
      continue;
    }
    const { files } = await openSoundBuild(pack, { projectRoot: config.root, ...io });
    const entries = packEntries(packRootName(pack), files);
    const sizeBytes = forecastBytes(pack.recipe, entries);
    if (sizeBytes !== undefined) archiveSizes.set(pack.id, sizeBytes);
  }
  await io.digests.save();
  return { archiveSizes, builtDigests };
}

/** The exact size of a stored archive, or the most that a compressed one can have; unknown for a zip. */
function forecastBytes(
  { format, compression }: Recipe,
  entries: readonly ArchiveEntry[],
): number | undefined {
  if (format === 'zip') return undefined;
  const storedBytes = archiveSizeBytes(entries);
  return compression === 'none' ? storedBytes : mostBlockStreamBytes(storedBytes);
}

import { basename, join } from 'node:path';
import { writeFileAtomically } from '../disk/atomic-write.ts';
import { writeJson } from '../json/write.ts';
import type { PlannedPack } from '../model/plan.ts';
import type { ChannelManifest, PackRecord, Release } from '../model/release.ts';
import { toTimestamp } from '../model/timestamp.ts';
import { buildPack } from '../pack/build-pack.ts';
import { assemblePlan } from '../plan/assemble.ts';
import { gatherPlanFacts } from '../plan/gather.ts';
import { bytesOf, composeRevision, type ReadyPack, toReadyPack } from '../release/compose.ts';
import { manifestKey, platformManifestKey } from '../release/layout.ts';
import {
  type DownloadManifest,
  type ProjectionTarget,
  projectDownloadManifest,
  projectManifest,
  recordedPlatforms,
} from '../release/projection.ts';
import type { Session } from '../session.ts';

/** A manifest as it would be published: its key, its platform where Apple's form needs one, its content. */
export interface GeneratedManifest {
  readonly key: string;
  readonly platform?: string;
  readonly content: ChannelManifest | DownloadManifest;
}

/**
 * Generates what a publish would serve now, without touching the channel. Without changes it is what the newest
 * revision serves; with changes, packs that are not published yet are built into the local cache for their digests.
 */
export async function generateManifests(
  session: Session,
  only: readonly string[],
): Promise<readonly GeneratedManifest[]> {
  const { channel, io } = session;
  const facts = await gatherPlanFacts(session, { only, allow: { remove: [], gap: false, liftHolds: [] } });
  const plan = assemblePlan(facts);
  const { target } = channel;
  if (facts.head !== null && !plan.hasChanges) return manifestsOf(facts.head, target);
  const adapters = await Promise.all(
    plan.change.adapters.map(async (state) => {
      const packs: ReadyPack[] = [];
      for (const pack of state.packs)
        packs.push(await readyPack(session, pack, facts.published.get(pack.id)));
      return { ...state, packs };
    }),
  );
  await io.digests.save();
  const next = composeRevision(
    facts.head,
    { adapters, holds: facts.head?.entry.holds ?? [] },
    {
      channel: channel.name,
      kind: 'publish',
      operation: plan.operation,
      createdAt: toTimestamp(io.now()),
      toolVersion: io.toolVersion,
      source: io.source,
      message: null,
      target,
      ledger: facts.ledger,
    },
  );
  return manifestsOf(next, target);
}

/** `manifest.json`, then one download manifest per platform under its own key. */
const manifestsOf = (
  { entry, cells }: Pick<Release, 'entry' | 'cells'>,
  { publicUrl }: ProjectionTarget,
): readonly GeneratedManifest[] => [
  { key: manifestKey(entry.channel), content: projectManifest(entry, cells, publicUrl) },
  ...recordedPlatforms(entry).map((platform) => ({
    key: platformManifestKey(entry.channel, platform),
    platform,
    content: projectDownloadManifest(entry, platform, publicUrl),
  })),
];

async function readyPack(
  { config, io }: Session,
  pack: PlannedPack,
  published: PackRecord | undefined,
): Promise<ReadyPack> {
  if (published !== undefined) return toReadyPack(pack, bytesOf(published));
  return toReadyPack(pack, await buildPack(pack, io.cache, { projectRoot: config.root, ...io }));
}

/** Writes each manifest into a folder under the last part of its key; returns the paths. */
export async function writeManifests(
  folder: string,
  files: readonly GeneratedManifest[],
): Promise<readonly string[]> {
  const written = files.map(({ key, content }) => ({ path: join(folder, basename(key)), content }));
  for (const { path, content } of written) await writeFileAtomically(path, writeJson(content));
  return written.map(({ path }) => path);
}

import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { writeFileAtomically } from '../disk/atomic-write.ts';
import { isSystemError, ReleaseError } from '../errors.ts';
import { type JsonObject, type JsonValue, readJsonBytes } from '../json/read.ts';
import { writeJson } from '../json/write.ts';
import type { PlannedPack } from '../model/plan.ts';
import type { ChannelManifest, PackRecord } from '../model/release.ts';
import { toTimestamp } from '../model/timestamp.ts';
import { buildPack } from '../pack/build-pack.ts';
import { assemblePlan } from '../plan/assemble.ts';
import { gatherPlanFacts } from '../plan/gather.ts';
import { composeRevision, type ReadyPack, toReadyPack } from '../release/compose.ts';
import { manifestKey } from '../release/layout.ts';
import { projectManifest } from '../release/projection.ts';
import type { Session } from '../session.ts';

/** A manifest as it would be published: its key, its platform where Apple's form needs one, its content. */
export interface GeneratedManifest {
  readonly key: string;
  readonly platform?: string;
  readonly content: ChannelManifest;
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
  const key = manifestKey(channel.name);
  const { publicUrl } = channel.target;
  if (facts.head !== null && !plan.hasChanges)
    return [{ key, content: projectManifest(facts.head.entry, facts.head.cells, publicUrl) }];
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
      publicUrl,
      ledger: facts.ledger,
    },
  );
  return [{ key, content: projectManifest(next.entry, next.cells, publicUrl) }];
}

async function readyPack(
  { config, io }: Session,
  pack: PlannedPack,
  published: PackRecord | undefined,
): Promise<ReadyPack> {
  if (published !== undefined)
    return toReadyPack(pack, { sha256: published.sha256, sizeBytes: published.downloadSize });
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

/**
 * Compares a committed manifest with the generated one and names the fields that differ. `createdAt` does not count,
 * and neither do signatures: generating again at another time, and without signing, is no difference.
 *
 * @throws ReleaseError `FILE_NOT_FOUND` or `JSON_INVALID`
 */
export async function checkManifestFile(
  path: string,
  files: readonly GeneratedManifest[],
): Promise<readonly string[]> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch (cause) {
    if (!isSystemError(cause, 'ENOENT', 'ENOTDIR', 'EISDIR')) throw cause;
    throw new ReleaseError('FILE_NOT_FOUND', `There is no manifest file "${path}".`, {
      fix: 'Write it with `fmrelease manifest --out <folder>`.',
      cause,
    });
  }
  const committed = readJsonBytes(bytes, path);
  const expected = files.find(({ key }) => basename(key) === basename(path)) ?? files[0];
  return expected === undefined
    ? []
    : differences(committed, readJsonBytes(Buffer.from(writeJson(expected.content)), 'manifest'), '');
}

function differences(
  found: JsonValue | undefined,
  expected: JsonValue | undefined,
  place: string,
): readonly string[] {
  if (UNCOMPARED.has(place) || JSON.stringify(found) === JSON.stringify(expected)) return [];
  if (isObject(found) && isObject(expected)) {
    const keys = [...new Set([...Object.keys(expected), ...Object.keys(found)])];
    return keys.flatMap((key) =>
      differences(
        childOf(found, key),
        childOf(expected, key),
        Array.isArray(expected) ? `${place}[${key}]` : `${place}.${key}`,
      ),
    );
  }
  return [`${place.slice(1) || '(document)'}: expected ${textOf(expected)}, found ${textOf(found)}`];
}

/** What another time, or a signature that only a publish makes, must not make a difference. */
const UNCOMPARED: ReadonlySet<string> = new Set(['.createdAt', '.statements', '.signature']);

const childOf = (value: JsonValue[] | JsonObject, key: string): JsonValue | undefined =>
  Array.isArray(value) ? value[Number(key)] : value[key];

const textOf = (value: JsonValue | undefined): string =>
  value === undefined ? 'nothing' : JSON.stringify(value);

const isObject = (value: JsonValue | undefined): value is JsonValue[] | JsonObject =>
  value !== null && typeof value === 'object';

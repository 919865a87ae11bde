import { ReleaseError } from '../errors.ts';
import type { Device } from '../matrix/resolve.ts';
import { formatOsVersion } from '../model/os-version.ts';
import type { Release } from '../model/release.ts';
import { parseManifest } from '../release/documents.ts';
import { MANIFEST, manifestKey, packKey } from '../release/layout.ts';
import { readHead, readRelease } from '../release/read-channel.ts';
import type { OpenChannel, Session } from '../session.ts';
import { collect, type PublishedReader } from '../verify/reader.ts';
import type { AdapterDevice } from './answer-matrix.ts';
import { DEVICE_CHECKLIST } from './device-checklist.ts';
import { resolveFromMatrix } from './from-matrix.ts';
import { resolveFromRelease } from './from-release.ts';
import type { ResolveResult } from './result.ts';
import { answerOf, formatAnswer, isSameAnswer, nothingOf, type TraceAnswer } from './trace-answer.ts';

/** One place on the way to a device, and whether it says what the place before says. */
export interface TraceStep {
  readonly step: 'matrix' | 'log' | 'projection' | 'pack';
  readonly agrees: boolean;
  /** The revision that speaks; null for the matrix, and where there is none. */
  readonly revision: number | null;
  readonly detail: string;
}

/** Where two places first say different things. `since`: the revision it began at; null where none ever agreed or is known. */
export interface Disagreement {
  readonly between: readonly [TraceStep['step'], TraceStep['step']];
  readonly since: number | null;
  readonly message: string;
  readonly fix: string;
}

/** The way of an adapter to a device, up to the first disagreement, and what only the device can show. */
export interface Trace {
  readonly steps: readonly TraceStep[];
  readonly disagreement: Disagreement | null;
  readonly checklist: readonly string[];
}

/** A device and its adapter, with what a trace reads. */
interface Traced {
  readonly channel: OpenChannel;
  readonly adapter: string;
  readonly device: Device;
}

/**
 * Follows an adapter to a device: matrix → newest log entry → projection as it is served → pack. Stops at the first
 * disagreement. Reads what is served where the target verifies: over `publicUrl`, or in the store. An adapter that the
 * matrix no longer has, but the log, is answered from the log.
 *
 * @throws ReleaseError as resolving from the matrix and reading the store do
 */
export async function traceDevice(
  { config, channel }: Session,
  { adapter: named, ...device }: AdapterDevice,
): Promise<{ readonly result: ResolveResult; readonly trace: Trace }> {
  const { result, wanted } = await askMatrix({ config, channel }, { ...device, adapter: named });
  const traced: Traced = { channel, adapter: result.adapter, device };
  const matrix: TraceStep = { step: 'matrix', agrees: true, revision: null, detail: formatAnswer(wanted) };
  const rest = await followFrom(wanted, traced);
  return { result, trace: { checklist: DEVICE_CHECKLIST, ...rest, steps: [matrix, ...rest.steps] } };
}

async function askMatrix(
  { config, channel }: Pick<Session, 'config' | 'channel'>,
  device: AdapterDevice,
): Promise<{ readonly result: ResolveResult; readonly wanted: TraceAnswer }> {
  try {
    const result = await resolveFromMatrix(config, channel, device);
    const { state, build, pack, fallback } = result;
    const unknown = { version: null, sha256: null, downloadSize: null };
    return { result, wanted: { state, build, packId: pack?.id ?? null, fallback, ...unknown } };
  } catch (error) {
    if (!(error instanceof ReleaseError) || error.code !== 'ADAPTER_UNKNOWN') throw error;
    const { release } = await readHead(channel.store, channel.name);
    if (release?.cells.some(({ adapter }) => adapter === device.adapter) !== true) throw error;
    const result = await resolveFromRelease(channel, { source: 'log', revision: null }, device);
    return { result, wanted: nothingOf('not-in-matrix') };
  }
}

type Followed = Pick<Trace, 'steps' | 'disagreement'>;

async function followFrom(wanted: TraceAnswer, traced: Traced): Promise<Followed> {
  const { channel, adapter, device } = traced;
  const { release: head } = await readHead(channel.store, channel.name);
  if (head === null) {
    const detail = `"${channel.name}" has no release yet`;
    return stop({ step: 'log', agrees: false, revision: null, detail }, [], {
      between: ['matrix', 'log'],
      since: null,
      message: 'Nothing is published yet.',
      fix: 'Publish with `fmrelease publish`.',
    });
  }
  const committed = answerOf({ cells: head.cells, packs: head.entry.packs }, adapter, device);
  const agrees = isSameAnswer(wanted, committed);
  const log: TraceStep = {
    step: 'log',
    agrees,
    revision: head.entry.revision,
    detail: formatAnswer(committed),
  };
  if (!agrees) return stop(log, [], await matrixDiffers({ wanted, committed, head }, traced));
  const served = await readServed(traced, { committed, head });
  return { ...served, steps: [log, ...served.steps] };
}

const stop = (step: TraceStep, before: readonly TraceStep[], disagreement: Disagreement): Followed => ({
  steps: [...before, step],
  disagreement,
});

interface Compared {
  readonly wanted: TraceAnswer;
  readonly committed: TraceAnswer;
  readonly head: Release;
}

/** The log has said what it says since the first revision of the unbroken run up to its newest. */
async function matrixDiffers(
  { wanted, committed, head }: Compared,
  { channel, adapter, device }: Traced,
): Promise<Disagreement> {
  const since = await runStart(channel, head, ({ cells, entry }) => {
    const answer = answerOf({ cells, packs: entry.packs }, adapter, device);
    return answer.state === committed.state && answer.build === committed.build;
  });
  return {
    between: ['matrix', 'log'],
    since,
    message: `The matrix gives ${formatAnswer(wanted)}; the log gives ${formatAnswer(committed)}, since revision ${since}.`,
    fix: `Run \`fmrelease plan --only ${adapter}\`: what it lists under ${device.platform} ${formatOsVersion(device.os)} is not published yet. If that is not wanted, \`fmrelease history\` shows who made revision ${since}, and why.`,
  };
}

/** What is served, compared with what is committed; then the pack itself. */
async function readServed(traced: Traced, { committed, head }: Omit<Compared, 'wanted'>): Promise<Followed> {
  const { channel, adapter, device } = traced;
  const reader = await openReader(channel);
  const object = await reader.get(manifestKey(channel.name));
  const differs = (revision: number | null, detail: string, since: number | null): Followed =>
    stop({ step: 'projection', agrees: false, revision, detail }, [], {
      between: ['log', 'projection'],
      since,
      message: `The log gives ${formatAnswer(committed)}; ${reader.place} serves ${detail}${since === null ? '' : `: it lags since revision ${since}`}.`,
      fix: 'Run `fmrelease publish` to roll the manifest forward; if it did, wait for the edge or look at its caching.',
    });
  if (object === null) return differs(null, 'no manifest', null);
  const manifest = await parseManifest(await collect(object.bytes), MANIFEST).catch(unreadable);
  if (manifest === null) return differs(null, 'something that is no manifest of fmrelease', null);
  const served = answerOf({ cells: manifest.cells, packs: manifest.assetPacks }, adapter, device);
  if (!isSameAnswer(committed, served))
    return differs(
      manifest.revision,
      `revision ${manifest.revision}, ${formatAnswer(served)}`,
      manifest.revision < head.entry.revision
        ? await runStart(
            channel,
            head,
            ({ cells, entry }) =>
              entry.revision > manifest.revision &&
              !isSameAnswer(served, answerOf({ cells, packs: entry.packs }, adapter, device)),
          )
        : null,
    );
  const projection: TraceStep = {
    step: 'projection',
    agrees: true,
    revision: manifest.revision,
    detail: `${reader.place} serves revision ${manifest.revision}: ${formatAnswer(served)}`,
  };
  const url = manifest.assetPacks.find(({ id }) => id === served.packId)?.url ?? null;
  const pack = await checkPack(reader, { ...served, url }, { traced, head });
  return { ...pack, steps: [projection, ...pack.steps] };
}

/**
 * The first revision of the unbroken run, up to the head, of which something holds. `holds` is true of the head; what
 * cannot be read ends the run.
 */
async function runStart(
  { store, name }: OpenChannel,
  head: Release,
  holds: (release: Release) => boolean,
): Promise<number> {
  let since = head.entry.revision;
  while (since > 1) {
    const before = await readRelease(store, name, since - 1).catch(unreadable);
    if (before === null || !holds(before)) break;
    since -= 1;
  }
  return since;
}

async function checkPack(
  reader: PublishedReader,
  { packId, sha256, downloadSize, state, url }: TraceAnswer & { readonly url: string | null },
  { traced, head }: { readonly traced: Traced; readonly head: Release },
): Promise<Followed> {
  if (packId === null || sha256 === null) {
    const detail = `nothing to download: the device is ${state}`;
    return { steps: [{ step: 'pack', agrees: true, revision: null, detail }], disagreement: null };
  }
  const key = packKey(sha256, packId);
  const since = await runStart(traced.channel, head, ({ entry }) =>
    entry.packs.some((pack) => pack.key === key),
  );
  const differs = (detail: string): Followed =>
    stop({ step: 'pack', agrees: false, revision: since, detail }, [], {
      between: ['projection', 'pack'],
      since,
      message: `The manifest names ${key}, first in revision ${since}: ${detail}.`,
      fix: 'Run `fmrelease verify --full`, then publish from a machine that has the build.',
    });
  const { publicUrl } = traced.channel.target;
  if (url !== `${publicUrl}${key}`)
    return differs(`its URL is ${url ?? 'missing'}, expected ${publicUrl}${key}`);
  const object = await reader.get(key, { first: 0, last: 0 });
  if (object === null) return differs('it is absent, or may not be read');
  await collect(object.bytes);
  if (object.totalBytes !== downloadSize)
    return differs(`it has ${object.totalBytes} bytes, expected ${downloadSize ?? 0}`);
  const detail = `${key} is there with its ${object.totalBytes} bytes; only its size was looked at, \`fmrelease verify --full\` reads the bytes`;
  return { steps: [{ step: 'pack', agrees: true, revision: since, detail }], disagreement: null };
}

/** Older cells may be gone, and what is served may be anything: a trace goes on without it, or says so. */
function unreadable(error: unknown): null {
  if (error instanceof ReleaseError && error.code === 'DOCUMENT_DAMAGED') return null;
  throw error;
}

async function openReader({ store, target }: OpenChannel): Promise<PublishedReader> {
  if (target.verify === 'edge') return (await import('../verify/edge.ts')).edgeReader(target.publicUrl);
  return (await import('../verify/origin.ts')).originReader(store);
}

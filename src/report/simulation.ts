import { ReleaseError } from '../errors.ts';
import { resolve } from '../matrix/resolve.ts';
import type { Adapter, Build } from '../model/matrix.ts';
import type { SystemModel } from '../model/system-model.ts';
import { answerForAdapter } from '../resolve/answer-adapter.ts';
import { type AnswerablePack, answerFromRelease, type PublishedRelease } from '../resolve/answer-release.ts';
import { toDevice } from '../resolve/device-query.ts';
import type { ResolveResult } from '../resolve/result.ts';

/** Everything that answering for a device takes: what the command `resolve` would read. */
export interface Simulation {
  readonly adapters: readonly Adapter[];
  readonly systemModels: readonly SystemModel[];
  /** The channel at each target, at least one. */
  readonly channels: readonly SimulatedChannel[];
  /** Why an adapter cannot be resolved from the matrix, where it cannot. */
  readonly unsound: ReadonlyMap<string, { readonly message: string; readonly fix: string }>;
}

/** What one target serves. */
export interface SimulatedChannel {
  readonly target: string;
  readonly publicUrl: string;
  /** The pack that carries a build on the channel. */
  readonly packOf: ReadonlyMap<Build, AnswerablePack>;
  /** The newest release of the channel; null before the first. */
  readonly release: PublishedRelease | null;
}

/** A device as it is typed: the flags of `resolve`. */
export interface DeviceQuestion {
  /** The first target where none is named. */
  readonly target?: string | undefined;
  readonly source?: 'matrix' | 'log';
  readonly adapter: string;
  readonly platform: string;
  readonly os: string;
  readonly signature?: string | undefined;
  readonly variant?: string | undefined;
}

/**
 * Answers as `fmrelease resolve --json` does, from the facts at hand. Pure.
 *
 * @throws ReleaseError `USAGE`, `TARGET_UNKNOWN`, `ADAPTER_UNKNOWN`, `RELEASE_NOT_FOUND`, `MATRIX_UNSOUND`, `RESOLUTION_AMBIGUOUS`
 */
export function simulate(simulation: Simulation, question: DeviceQuestion): ResolveResult {
  const { signature, variant } = question;
  const { adapter: named, ...device } = toDevice({
    ...question,
    signature: isGiven(signature) ? signature : undefined,
    variant: isGiven(variant) ? variant : undefined,
  });
  const name = named ?? question.adapter;
  const channel = pickChannel(simulation, question.target);
  if (question.source === 'log') {
    const release = requireRelease(channel.release);
    if (!adaptersOf(release).includes(name)) throw unknownAdapter(name);
    return answerFromRelease(release, { ...device, adapter: name });
  }
  const adapter = simulation.adapters.find((other) => other.name === name);
  if (adapter === undefined) throw unknownAdapter(name);
  const fault = simulation.unsound.get(name);
  if (fault !== undefined) throw new ReleaseError('MATRIX_UNSOUND', fault.message, { fix: fault.fix });
  const { systemModels } = simulation;
  const resolution = resolve(adapter, systemModels, device);
  const published = resolution.build === null ? null : (channel.packOf.get(resolution.build) ?? null);
  return answerForAdapter({ adapter, systemModels, device }, resolution, published);
}

/** The adapters that a release knows, in its order. */
export const adaptersOf = ({ cells }: PublishedRelease): readonly string[] => [
  ...new Set(cells.map(({ adapter }) => adapter)),
];

/**
 * The channel at a target, or at the first one.
 *
 * @throws ReleaseError `TARGET_UNKNOWN`
 */
export function pickChannel({ channels }: Simulation, target: string | undefined): SimulatedChannel {
  const found = isGiven(target) ? channels.find((own) => own.target === target) : channels[0];
  if (found !== undefined) return found;
  throw new ReleaseError('TARGET_UNKNOWN', `This report knows no target "${target ?? ''}".`, {
    fix: `Name one of ${channels.map((own) => own.target).join(', ')}.`,
  });
}

function requireRelease(release: PublishedRelease | null): PublishedRelease {
  if (release !== null) return release;
  throw new ReleaseError('RELEASE_NOT_FOUND', 'The channel has no release yet.', {
    fix: 'Publish one with `fmrelease publish`.',
  });
}

const unknownAdapter = (name: string): ReleaseError =>
  new ReleaseError('ADAPTER_UNKNOWN', `There is no adapter "${name}" here.`, {
    fix: 'Name one that the report lists.',
  });

const isGiven = (text: string | undefined): text is string => text !== undefined && text.trim() !== '';

import { randomUUID } from 'node:crypto';
import type { S3Target } from '../../config/config.ts';
import type { ProbeCheck, StoreProbe } from '../probe.ts';
import { connect, type S3Connection } from './client.ts';
import { PATIENT, type Patience } from './patience.ts';
import { cleanUp, PROBE_STEPS } from './probe-steps.ts';

/** What a step works with: the bucket, and keys that nobody else uses. */
export interface Probing {
  readonly connection: S3Connection;
  /** A key of this run, below the prefix of packs: there the same policies apply as to what is published. */
  readonly key: (name: string) => string;
  /** One below the prefix of tombstones, where writers may replace what they have read. */
  readonly mark: (name: string) => string;
}

/** What a step found. */
export interface Finding {
  readonly ok: boolean;
  readonly detail: string;
  readonly fix?: string;
}

/** One step of the probe. A refusal for lack of permission is a finding as well. */
export interface ProbeStep {
  readonly name: string;
  readonly find: (probing: Probing) => Promise<Finding>;
}

/**
 * Tries on a bucket what publishing stands on: create-only, stale etags, races, conditional completion, the list of
 * parts, wrong bodies, ranges, metadata and headers, and who may delete. Writes a few small objects under a random
 * name below `v1/packs/` and `v1/tombstones/` and removes them; where deleting is denied it says what is left.
 */
export const probeBucket = (target: S3Target, place: string, patience: Patience = PATIENT): StoreProbe =>
  async function* () {
    const connection = connect(target, place, patience);
    const run = `probe-${randomUUID()}/`;
    const folders = [`v1/packs/${run}`, `v1/tombstones/${run}`] as const;
    const probing: Probing = {
      connection,
      key: (name) => `${folders[0]}${name}`,
      mark: (name) => `${folders[1]}${name}`,
    };
    for (const step of PROBE_STEPS) yield await take(step, probing);
    yield await take(cleanUp(folders), probing);
  };

async function take({ name, find }: ProbeStep, probing: Probing): Promise<ProbeCheck> {
  try {
    const { ok, detail, fix = null } = await find(probing);
    return { name, ok, detail, fix };
  } catch (error) {
    const { message, fix = null } = error as { readonly message: string; readonly fix?: string | null };
    return { name, ok: false, detail: message, fix };
  }
}

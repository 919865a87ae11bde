import type { Fallback } from '../model/cell.ts';
import type { Adapter, Build, ServeEntry, ServeSubject } from '../model/matrix.ts';
import { adapterIdentifier } from '../model/names.ts';
import type { SystemModel } from '../model/system-model.ts';

/** What one adapter's entries say about one system model, before any OS version is looked at. */
export type Decision =
  | { readonly state: 'covered'; readonly build: Build }
  | {
      readonly state: 'declined' | 'sunset';
      readonly fallback: Fallback;
      readonly reason: string | null;
      readonly until: string | null;
    }
  | { readonly state: 'gap'; readonly why: string };

/**
 * Decides what `adapter` gives to devices with `systemModel` (design: resolution, steps 4 and 5): a system model
 * that never loads adapters is a sunset; else the entry by system model, then the entry by signature.
 */
export function decide(adapter: Adapter, systemModel: SystemModel): Decision {
  const entry = findEntry(adapter, systemModel);
  const decision = entry?.decision;
  if (adapter.kind === 'fmadapter' && systemModel.adapterSupport === 'unsupported') {
    const declared = decision?.kind === 'none' ? decision : undefined;
    return {
      state: 'sunset',
      fallback: declared?.fallback ?? 'base-model',
      reason: declared?.reason ?? null,
      until: declared?.until ?? null,
    };
  }
  if (entry === undefined || decision === undefined)
    return { state: 'gap', why: 'no serve entry names this system model or its signature' };
  if (decision.kind === 'none') {
    return { state: 'declined', fallback: decision.fallback, reason: decision.reason, until: decision.until };
  }
  const build = findBuild(adapter, signatureOf(entry.subject, systemModel), decision.version);
  return build === undefined
    ? {
        state: 'gap',
        why: `the serve entry names build ${decision.version}, which is not registered for this signature`,
      }
    : { state: 'covered', build };
}

/** Every build that a serve entry names, whether or not a supported cell reaches it, in entry order without repeats. */
export function servedBuilds(adapter: Adapter, systemModels: readonly SystemModel[]): readonly Build[] {
  const builds = adapter.serve.flatMap(({ subject, decision }) => {
    if (decision.kind === 'none') return [];
    const model =
      subject.kind === 'systemModel' ? systemModels.find(({ id }) => id === subject.id) : undefined;
    const build = findBuild(adapter, signatureOf(subject, model), decision.version);
    return build === undefined ? [] : [build];
  });
  return [...new Set(builds)];
}

/** The asset pack id of a build: its adapter identifier, or the `packId` of a `files` adapter. */
export const packIdOf = (adapter: Adapter, build: Build): string =>
  adapter.kind === 'fmadapter'
    ? adapterIdentifier(adapter.name, build.baseModelSignature ?? '')
    : (adapter.packId ?? adapter.name);

/** The build with this version for this signature; `files` builds have none and match by version alone. */
export const findBuild = (adapter: Adapter, signature: string | null, version: string): Build | undefined =>
  adapter.builds.find(
    (build) =>
      build.version === version &&
      (adapter.kind === 'files' ||
        (signature !== null && build.baseModelSignature?.startsWith(signature) === true)),
  );

/** The digits that a served build must carry: the entry's own signature, else what is known of its system model's. */
export const signatureOf = (subject: ServeSubject, systemModel: SystemModel | undefined): string | null =>
  subject.kind === 'signature' ? subject.signature : (systemModel?.signature?.digits ?? null);

function findEntry(adapter: Adapter, systemModel: SystemModel): ServeEntry | undefined {
  const byModel = adapter.serve.find(
    ({ subject }) => subject.kind === 'systemModel' && subject.id === systemModel.id,
  );
  if (byModel !== undefined) return byModel;
  const digits = systemModel.signature?.digits;
  if (digits === undefined) return undefined;
  return adapter.serve.find(
    ({ subject }) => subject.kind === 'signature' && subject.signature.startsWith(digits),
  );
}

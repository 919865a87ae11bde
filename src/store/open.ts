import type { Target } from '../config/config.ts';
import { ReleaseError } from '../errors.ts';
import type { StoreProbe } from './probe.ts';
import type { ReleaseStore } from './store.ts';

/** A target that releases can be published to. */
export type StoreTarget = Exclude<Target, { readonly kind: 'app-store-connect' }>;

/** What a user vouches for when a store is opened. */
export interface OpenOptions {
  /** Nobody else publishes meanwhile: a bucket that knows no conditional writes may be written to. */
  readonly singleWriter?: boolean;
}

/**
 * Opens the store of a target. Nothing is contacted or created yet.
 *
 * @param place - what to call it in messages, such as the path relative to the project
 * @throws ReleaseError `TARGET_NOT_SUPPORTED` for kinds that are not built yet
 */
export async function openStore(
  target: Target,
  place: string,
  options: OpenOptions = {},
): Promise<{ readonly store: ReleaseStore; readonly target: StoreTarget }> {
  switch (target.kind) {
    case 'directory': {
      const { openDirectoryStore } = await import('./directory.ts');
      return { store: openDirectoryStore(target.path, place), target };
    }
    case 's3': {
      const { openS3Store } = await import('./s3/store.ts');
      return { store: openS3Store(target, place, options), target };
    }
    case 'app-store-connect':
      throw notSupported(target);
  }
}

/**
 * What tries what the store of a target honours. Nothing is contacted yet.
 *
 * @throws ReleaseError `TARGET_NOT_SUPPORTED` for kinds that are not built yet
 */
export async function openProbe(target: Target, place: string): Promise<StoreProbe> {
  switch (target.kind) {
    case 'directory': {
      const { probeDirectory } = await import('./directory-probe.ts');
      return probeDirectory(target.path, place);
    }
    case 's3': {
      const { probeBucket } = await import('./s3/probe.ts');
      return probeBucket(target, place);
    }
    case 'app-store-connect':
      throw notSupported(target);
  }
}

const notSupported = ({ name, kind }: Target): ReleaseError =>
  new ReleaseError(
    'TARGET_NOT_SUPPORTED',
    `Target "${name}" is of kind "${kind}", which this version cannot publish to yet.`,
    { fix: 'Publish to a target of kind `s3` or `directory`.' },
  );

import type { OsRange } from './os-range.ts';
import type { OsVersion } from './os-version.ts';
import type { Platform } from './platform.ts';

/** What the adapter runtime of a system model does with adapters. */
export type AdapterSupport = 'supported' | 'deprecated' | 'unsupported';

/** Where a catalogue row's claim comes from. */
export interface Evidence {
  readonly kind: 'apple-doc' | 'sdk' | 'apple-staff' | 'device-probe' | 'third-party';
  readonly reference: string;
  readonly date: string;
  /** Where a device probe was made: its platform and OS version. */
  readonly platform?: string;
  readonly os?: string;
}

/** One of Apple's on-device base models, as OS versions of each platform carry it. */
export interface SystemModel {
  readonly id: string;
  readonly os: Readonly<Partial<Record<Platform, OsRange>>>;
  readonly variant: string | null;
  /** The 40 digits, the digits known so far, or null where no adapter base exists. */
  readonly signature: { readonly digits: string; readonly complete: boolean } | null;
  readonly adapterSupport: AdapterSupport;
  readonly toolkit: string | null;
  readonly certainty: 'proved' | 'inferred';
  readonly evidence: readonly Evidence[];
}

/** An OS version, with the day it was released, was first seen in public, or is announced for. */
export interface OsRelease {
  readonly version: OsVersion;
  readonly platforms: readonly Platform[];
  readonly date: string;
  readonly dateIs: 'released' | 'first-seen' | 'announced';
  readonly source: string;
}

/** One version of Apple's adapter training toolkit. */
export interface Toolkit {
  readonly version: string;
  readonly withdrawn: boolean;
  /** The day that this was seen to be so. */
  readonly date: string;
  readonly source: string;
}

/** Everything the tool knows about system models: rows, OS releases, toolkits. */
export interface Catalogue {
  readonly systemModels: readonly SystemModel[];
  readonly osReleases: readonly OsRelease[];
  readonly toolkits: readonly Toolkit[];
}

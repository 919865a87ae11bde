import { parseOsVersion } from '../model/os-version.ts';
import { parsePlatform } from '../model/platform.ts';
import { parseSignatureQuery } from '../model/signature.ts';
import type { AdapterDevice } from './answer-matrix.ts';
import { pickAdapter } from './pick-adapter.ts';

/** A device as its user or its log would describe it: the flags of `fmrelease resolve`. */
export interface DeviceQuery {
  /** `iOS`, `macOS`, `tvOS` or `visionOS`. */
  readonly platform: string;
  /** The OS version, such as `26.4.1`. */
  readonly os: string;
  /** May be left out where there is one adapter only, or where `signature` is a whole identifier. */
  readonly adapter?: string | undefined;
  /** What the device reports: 7 to 40 hex digits, or a whole `fmadapter-<name>-<digits>`. */
  readonly signature?: string | undefined;
  /** The variant of the system model, such as `core3`. */
  readonly variant?: string | undefined;
}

/**
 * Reads a query as `fmrelease resolve` reads its flags.
 *
 * @throws ReleaseError `USAGE` for a field that cannot be read, or where `adapter` and `signature` disagree
 */
export function toDevice({ platform, os, adapter, signature, variant }: DeviceQuery): AdapterDevice {
  const query = signature === undefined ? undefined : parseSignatureQuery(signature);
  return {
    platform: parsePlatform(platform),
    os: parseOsVersion(os),
    signature: query?.prefix,
    variant,
    adapter: pickAdapter(adapter, query),
  };
}

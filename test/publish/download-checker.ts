import { createHash } from 'node:crypto';
import { EXTRA_KEY, PUBLIC_URL } from './simulated-project.ts';

/** As much of a log entry as the checker looks into. */
export interface ProjectedEntry {
  readonly projections: Readonly<Record<string, string>>;
}

/**
 * Looks at the download manifests of a channel as the system does, without any code of fmrelease: each must be what an
 * entry records, never go back, name packs that are there, and be at least as new as `manifest.json`.
 */
export class DownloadChecker {
  readonly #objects: ReadonlyMap<string, Uint8Array>;
  readonly #places: readonly { readonly name: string; readonly key: string }[];
  readonly #seen = new Map<string, { readonly bytes: Uint8Array; readonly revision: number }>();

  constructor(objects: ReadonlyMap<string, Uint8Array>, channel: string) {
    this.#objects = objects;
    this.#places = [
      ...['iOS', 'macOS', 'tvOS', 'visionOS'].map((platform) => ({
        name: `${platform}.json`,
        key: `v1/channels/${channel}/${platform}.json`,
      })),
      { name: 'iOS.json', key: EXTRA_KEY },
    ];
  }

  /** What is wrong now; `served` is the revision that `manifest.json` serves. */
  check(entries: readonly ProjectedEntry[], served: number): readonly string[] {
    const current = entries[served - 1];
    return this.#places.flatMap(({ name, key }) => {
      const bytes = this.#objects.get(key);
      const before = this.#seen.get(key);
      const faults: string[] = [];
      if (bytes !== undefined && bytes !== before?.bytes) {
        const revision = revisionOf(bytes);
        if (revision < (before?.revision ?? 0)) faults.push('I2: a download manifest went back');
        if (entries[revision - 1]?.projections[name] !== sha256(bytes))
          faults.push('I1: a download manifest that no log entry explains');
        faults.push(...this.#missing(bytes));
        this.#seen.set(key, { bytes, revision });
      }
      if (current?.projections[name] !== undefined && (this.#seen.get(key)?.revision ?? 0) < served)
        faults.push('I1: manifest.json is ahead of a download manifest');
      return faults;
    });
  }

  /** At rest every download manifest that the tip records is the tip's. */
  checkEnd(entries: readonly ProjectedEntry[]): readonly string[] {
    const tip = entries.at(-1);
    return this.#places.flatMap(({ name, key }) =>
      tip?.projections[name] === undefined || this.#seen.get(key)?.revision === entries.length
        ? []
        : ['I6: a download manifest is behind the log at rest'],
    );
  }

  #missing(bytes: Uint8Array): readonly string[] {
    const { assetPacks }: NaiveDownload = JSON.parse(Buffer.from(bytes).toString('utf8'));
    return assetPacks.flatMap(({ url, id, downloadSize, userInfo }) => {
      const pack = url.endsWith(`/${id}`) ? this.#objects.get(url.slice(PUBLIC_URL.length)) : undefined;
      return pack?.length === downloadSize && sha256(pack) === userInfo.sha256
        ? []
        : ['I1: a download manifest names a pack that is not there'];
    });
  }
}

/** Behind the document, on a line of its own: the revision in binary, a tab for 1 and a space for 0. */
function revisionOf(bytes: Uint8Array): number {
  const line = Buffer.from(bytes).toString('utf8').split('\n').at(-2) ?? '';
  return Number.parseInt(line.replaceAll(' ', '0').replaceAll('\t', '1'), 2) || 0;
}

interface NaiveDownload {
  readonly assetPacks: readonly {
    readonly id: string;
    readonly url: string;
    readonly downloadSize: number;
    readonly userInfo: { readonly sha256: string };
  }[];
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

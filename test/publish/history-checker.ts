import { createHash } from 'node:crypto';
import { DownloadChecker } from './download-checker.ts';
import { readNaively } from './naive-reader.ts';

/** How a run of a command ended, in its own words. */
export type Verdict = 'committed' | 'nothing to do' | 'not committed' | 'unknown';

/** What a publisher wanted last. */
export interface Goal {
  readonly adapter: string;
  readonly build: string;
}

/**
 * Looks at a store's objects after every step and remembers all that was ever seen, to check the invariants of the
 * design (§4.2: I1, I2, I4) without any code of fmrelease.
 */
export class HistoryChecker {
  readonly violations = new Set<string>();
  readonly #objects: ReadonlyMap<string, Uint8Array>;
  readonly #channel: string;
  readonly #publicUrl: string | undefined;
  /** Slot number → SHA-256 of its bytes when it was first seen. */
  readonly #slots = new Map<number, string>();
  readonly #entries: LogEntry[] = [];
  readonly #verdicts = new Map<string, { readonly verdict: Verdict; readonly operation: string }>();
  #projection: Uint8Array | undefined;
  #served = 0;
  readonly #downloads: DownloadChecker;

  constructor(objects: ReadonlyMap<string, Uint8Array>, channel = 'stable', publicUrl?: string) {
    this.#objects = objects;
    this.#channel = channel;
    this.#publicUrl = publicUrl;
    this.#downloads = new DownloadChecker(objects, channel);
  }

  /** Notes what a run said of itself; `message` is what it would have written into the log. */
  ended(message: string, verdict: Verdict, operation: string): void {
    this.#verdicts.set(message, { verdict, operation });
  }

  /** The messages of every entry after a revision. */
  messagesAfter(revision: number): readonly string[] {
    return this.#entries.slice(revision).map(({ message }) => message);
  }

  checkStep(): void {
    this.#checkLog();
    this.#checkProjection();
    for (const fault of this.#downloads.check(this.#entries, this.#served)) this.violations.add(fault);
    for (const { message } of this.#entries)
      if (this.#verdicts.get(message)?.verdict === 'not committed')
        this.violations.add('I4: a run that said "not committed" is in the log');
    for (const [, { verdict, operation }] of this.#verdicts)
      if (verdict === 'committed' && !this.#entries.some((entry) => entry.operation === operation))
        this.violations.add('I4: a run that said "committed" is not in the log');
  }

  /** At rest: the projection is the tip, nobody's work is lost, every operation is there once. */
  checkEnd(goals: readonly Goal[]): void {
    const tip = this.#entries.at(-1);
    if (this.#served !== this.#entries.length)
      this.violations.add('I6: the projection is behind the log at rest');
    for (const fault of this.#downloads.checkEnd(this.#entries)) this.violations.add(fault);
    for (const { adapter, build } of goals) {
      const pack = tip?.packs.find((one) => one.adapter === adapter);
      if (pack?.build !== build) this.violations.add('lost update');
    }
  }

  #checkLog(): void {
    const log = `v1/channels/${this.#channel}/log/`;
    const revisions = [...this.#objects.keys()]
      .filter((key) => key.startsWith(log))
      .map((key) => Number.parseInt(key.slice(log.length), 10));
    if (Math.max(0, ...revisions) !== revisions.length) this.violations.add('I2: the log has a hole');
    for (const revision of revisions.sort((a, b) => a - b)) {
      const bytes = this.#objects.get(`${log}${revision}.json`);
      if (bytes !== undefined) this.#checkSlot(revision, bytes);
    }
  }

  #checkSlot(revision: number, bytes: Uint8Array): void {
    const digest = sha256(bytes);
    const known = this.#slots.get(revision);
    if (known !== undefined) {
      if (known !== digest) this.violations.add('I2: a slot was rewritten');
      return;
    }
    this.#slots.set(revision, digest);
    const entry: LogEntry = JSON.parse(Buffer.from(bytes).toString('utf8'));
    const before = this.#entries.at(-1);
    if (entry.previousSha256 !== (this.#slots.get(revision - 1) ?? null))
      this.violations.add('I2: a slot does not follow from the one before');
    if (this.#entries.some(({ operation }) => operation === entry.operation))
      this.violations.add('I4: an operation is in the log twice');
    const touched = new Set(
      entry.packs
        .filter((pack) => before?.packs.find(({ id }) => id === pack.id)?.sha256 !== pack.sha256)
        .map(({ adapter }) => adapter),
    );
    const lost = before?.packs.filter(({ id }) => !entry.packs.some((pack) => pack.id === id)) ?? [];
    if (touched.size > 1 || lost.length > 0) this.violations.add('lost update: a release undoes another');
    this.#checkVersions(entry);
    this.#entries.push(entry);
  }

  #checkVersions({ packs }: LogEntry): void {
    for (const pack of packs)
      for (const old of this.#entries.flatMap((entry) => entry.packs).filter(({ id }) => id === pack.id)) {
        if (pack.version < old.version) this.violations.add('I2: a pack version fell');
        if (pack.version === old.version && pack.sha256 !== old.sha256)
          this.violations.add('I2: one version stands for two packs');
      }
  }

  #place(): Parameters<typeof readNaively>[1] {
    const publicUrl = this.#publicUrl;
    return { channel: this.#channel, ...(publicUrl === undefined ? {} : { publicUrl }) };
  }

  #checkProjection(): void {
    const bytes = this.#objects.get(`v1/channels/${this.#channel}/manifest.json`);
    if (bytes === undefined || bytes === this.#projection) return;
    this.#projection = bytes;
    try {
      const { revision = 0 } = readNaively((key) => this.#objects.get(key), this.#place()) ?? {};
      if (revision < this.#served) this.violations.add('I2: the projection went back');
      this.#served = revision;
      if (this.#entries[revision - 1]?.projections['manifest.json'] !== sha256(bytes))
        this.violations.add('I1: a projection that no log entry explains');
    } catch (error) {
      this.violations.add(`I1: ${error instanceof Error ? error.message.replace(/[0-9a-f]{64}/g, '…') : ''}`);
    }
  }
}

/** A log entry, as far as the checker looks into it. */
interface LogEntry {
  readonly operation: string;
  readonly message: string;
  readonly previousSha256: string | null;
  readonly projections: Readonly<Record<string, string>>;
  readonly packs: readonly {
    readonly id: string;
    readonly adapter: string;
    readonly build: string;
    readonly version: number;
    readonly sha256: string;
  }[];
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

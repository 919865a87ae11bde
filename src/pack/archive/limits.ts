/** What an archive may claim at most. Past a limit it is refused, before memory or time is spent on the claim. */
export interface ArchiveLimits {
  readonly entries: number;
  /** All entry headers together. */
  readonly headerBytes: number;
  readonly pathBytes: number;
  readonly depth: number;
  readonly fileBytes: number;
  readonly blocks: number;
  readonly blockBytes: number;
  /** Decoded bytes for each byte of the file, once more than `freeBytes` are decoded. */
  readonly ratio: number;
  readonly freeBytes: number;
}

/**
 * Limits that every real asset pack keeps: blocks are 4 MiB in Apple's archives, files 16 GiB at most (design §6), and
 * weights shrink by a tenth. 1023 bytes of path is the limit of Apple's library (apple-archive §1.3).
 */
export const ARCHIVE_LIMITS: ArchiveLimits = {
  entries: 100_000,
  headerBytes: 64 << 20,
  pathBytes: 1023,
  depth: 64,
  fileBytes: 16 * 2 ** 30,
  blocks: 1 << 18,
  blockBytes: 64 << 20,
  ratio: 1000,
  freeBytes: 64 << 20,
};

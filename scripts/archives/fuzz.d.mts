export interface FuzzReaders {
  readArchive(bytes: Buffer): Promise<string>;
  walkContainer(bytes: Buffer): Promise<string>;
  isRefusal(error: unknown): boolean;
}
export function fuzz(
  readers: FuzzReaders,
  options: { readonly seed: number; readonly runs: number; readonly onCase?: (seed: number) => void },
): Promise<{
  readonly failures: readonly string[];
  readonly outcomes: Readonly<Record<string, number>>;
  readonly slowestMs: number;
}>;

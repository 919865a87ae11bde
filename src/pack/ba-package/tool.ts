import { ReleaseError } from '../../errors.ts';

/** Apple's packer as it was found on this machine. */
export interface PackTool {
  /** What is started: a path, or `xcrun` and the name behind it. */
  readonly command: readonly [program: string, ...words: readonly string[]];
  readonly major: SupportedMajor;
  /** What it says of itself, for people and for the log: `ba-package 2.0`. */
  readonly label: string;
  /** How long it may be silent, with an output that does not grow, before it counts as hung. */
  readonly stallMs: number;
}

/** Finds the packer when it is needed; what is not needed is not looked for. */
export type OpenPackTool = () => Promise<PackTool>;

/** The major versions whose command line is known: 1.2 comes with Xcode 26.5, 2.0 with Xcode 27. */
export const SUPPORTED_MAJORS = [1, 2] as const;

/** One of {@link SUPPORTED_MAJORS}. */
export type SupportedMajor = (typeof SUPPORTED_MAJORS)[number];

/** The error of a machine without the packer; `why` says who needs it. */
export const packToolMissing = (why: string): ReleaseError =>
  new ReleaseError(
    'PACK_TOOL_MISSING',
    `${why}, whose packs only Apple's ba-package builds, and it was not found.`,
    {
      fix: 'Install it with Xcode 26 or the Managed Background Assets tools for Linux and set FMRELEASE_BA_PACKAGE, or set `hosting: "unmanaged"`.',
    },
  );

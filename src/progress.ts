/** What the library tells about work that takes time. Steps are one line each; bytes may come many times a second. */
export type ProgressEvent =
  | { readonly kind: 'step'; readonly text: string }
  | {
      readonly kind: 'bytes';
      readonly text: string;
      readonly doneBytes: number;
      readonly totalBytes: number;
    };

/** Receives progress; the command line draws it, a library user may ignore it. */
export type Progress = (event: ProgressEvent) => void;

/** Ignores progress. */
export const silent: Progress = () => undefined;

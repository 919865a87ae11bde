/** What a sample adapter is made of; everything but the place and the name has the size of a real export. */
export interface SampleAdapterOptions {
  readonly out: string;
  readonly name: string;
  readonly signature?: string | undefined;
  readonly megabytes?: number | undefined;
  readonly records?: number | undefined;
  readonly seed?: number | undefined;
  readonly draft?: boolean | undefined;
  readonly creatorDefined?: Readonly<Record<string, unknown>> | undefined;
}

/** Writes `<name>.fmadapter` below `out` and returns its path; the same options make the same bytes. */
export function writeSampleAdapter(options: SampleAdapterOptions): string;

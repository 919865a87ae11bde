declare const FMRELEASE_VERSION: string;

/** The version of this package; the build puts it in. */
export const TOOL_VERSION: string = FMRELEASE_VERSION;

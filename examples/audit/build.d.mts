/** Builds the example project into an empty or missing folder. */
export function buildAuditExample(folder: string): void;
/** 2026-12-01T12:00:00Z, as SOURCE_DATE_EPOCH takes it. */
export const CLOCK: string;

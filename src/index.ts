/** The public API: the config helper, the stages, the nouns, the error. */

export { type Inspection, inspectAdapter } from './adapter/inspect.ts';
export { audit } from './audit/audit.ts';
export { gatherAuditState } from './audit/gather.ts';
export { type AuditReport, runAudit } from './audit/run.ts';
export { shippedCatalogue } from './catalogue/catalogue.ts';
export type { Config, Target } from './config/config.ts';
export { defineConfig } from './config/define.ts';
export { loadConfig } from './config/load.ts';
export { ReleaseError, type ReleaseErrorCode } from './errors.ts';
export { planChannel, promote, prune, publishPlan, rollBack } from './flow.ts';
export type { UserConfig } from './generated/config.ts';
export { coverCells, toCell } from './matrix/coverage.ts';
export { loadIntent } from './matrix/load.ts';
export { parseMatrix } from './matrix/parse.ts';
export { type Device, explainResolution, type Resolution, resolve } from './matrix/resolve.ts';
export type { Cell, CellState } from './model/cell.ts';
export type { Finding, FindingCode, Severity } from './model/finding.ts';
export type { Adapter, Build, Matrix } from './model/matrix.ts';
export { parseOsVersion } from './model/os-version.ts';
export type { Plan } from './model/plan.ts';
export type { ChannelManifest, LogEntry, PackRecord } from './model/release.ts';
export type { Catalogue, SystemModel } from './model/system-model.ts';
export { inspectPack, type PackInspection } from './pack/inspect/inspect-pack.ts';
export { type ArchiveContents, readArchiveManifest } from './pack/read-archive-file.ts';
export { openLocalCaches, type ReleaseIo, type Session } from './session.ts';
export { openStore } from './store/open.ts';
export type { ReleaseStore } from './store/store.ts';

/**
 * `fmrelease/resolve`: what a device gets, for a server, a web page or an app's own tests. Nothing here knows Node.js,
 * a disk or a network, and it is the very code behind `fmrelease resolve`.
 */
export { ReleaseError, type ReleaseErrorCode } from '../errors.ts';
export type { MatrixDocument } from '../generated/matrix.ts';
export type { ResolutionState } from '../matrix/resolve.ts';
export type { Fallback } from '../model/cell.ts';
export type { ChannelManifest } from '../model/release.ts';
export { readManifest } from '../release/read-manifest.ts';
export type { DeviceQuery } from './device-query.ts';
export { resolve } from './resolve-manifest.ts';
export { type MatrixOptions, readMatrix, resolveMatrix } from './resolve-matrix.ts';
export type { ResolvedPack, ResolveResult } from './result.ts';

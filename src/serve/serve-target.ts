import type { Target } from '../config/config.ts';
import { ReleaseError } from '../errors.ts';
import { lookAtSignatures, type ServedSignature } from './served-signatures.ts';
import { type RunningServer, type ServeOptions, startServer } from './server.ts';

/** Where to listen; an undefined port takes that of the target's public URL. */
export interface ServeRequest extends Pick<ServeOptions, 'host' | 'onRequest'> {
  readonly port: number | undefined;
}

/**
 * Serves a directory target under the path of its public URL.
 *
 * @throws ReleaseError `TARGET_NOT_SUPPORTED` for any other kind, `USAGE` when the address is taken
 */
export async function serveTarget(
  target: Target,
  { port, ...request }: ServeRequest,
): Promise<RunningServer & { readonly root: string; readonly channels: readonly ServedSignature[] }> {
  if (target.kind !== 'directory') {
    throw new ReleaseError(
      'TARGET_NOT_SUPPORTED',
      `Target "${target.name}" is of kind "${target.kind}": only a directory can be served.`,
      { fix: 'Name a directory target with --target.' },
    );
  }
  const channels = await lookAtSignatures(target);
  const url = new URL(target.publicUrl);
  const server = await startServer({
    ...request,
    root: target.path,
    port: port ?? Number(url.port || 8787),
    basePath: url.pathname,
    projections: new Set(Object.values(target.projections).flatMap((keys) => Object.values(keys))),
  });
  return { ...server, root: target.path, channels };
}

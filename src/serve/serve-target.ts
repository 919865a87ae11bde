import type { Target } from '../config/config.ts';
import { ReleaseError } from '../errors.ts';
import { type CertificateFacts, keepCertificate, namesOf, outsideAddresses } from './certificate.ts';
import { lookAtSignatures, type ServedSignature } from './served-signatures.ts';
import { type RunningServer, type ServeOptions, startServer } from './server.ts';

/** Where to listen; an undefined port takes that of the target's public URL. */
export interface ServeRequest extends Pick<ServeOptions, 'host' | 'onRequest' | 'channel' | 'faults'> {
  readonly port: number | undefined;
  /** Serves HTTPS, with a certificate that is kept in this folder. */
  readonly https?: { readonly folder: string; readonly now: Date };
}

/** What is served, and by which certificate. */
export interface ServedTarget extends RunningServer {
  readonly root: string;
  readonly channels: readonly ServedSignature[];
  readonly certificate: CertificateFacts | null;
  /** How others reach it: on every address, by the first one that is not this machine's alone. */
  readonly origin: string;
}

/**
 * Serves a directory target under the path of its public URL.
 *
 * @throws ReleaseError `TARGET_NOT_SUPPORTED` for any other kind, `USAGE` when the address is taken
 */
export async function serveTarget(
  target: Target,
  { port, https, ...request }: ServeRequest,
): Promise<ServedTarget> {
  if (target.kind !== 'directory') {
    throw new ReleaseError(
      'TARGET_NOT_SUPPORTED',
      `Target "${target.name}" is of kind "${target.kind}": only a directory can be served.`,
      { fix: 'Name a directory target with --target.' },
    );
  }
  const channels = await lookAtSignatures(target);
  const url = new URL(target.publicUrl);
  const kept =
    https === undefined ? null : await keepCertificate(https.folder, namesOf(request.host), https.now);
  const server = await startServer({
    ...request,
    ...(kept === null ? {} : { tls: kept }),
    root: target.path,
    port: port ?? Number(url.port || 8787),
    basePath: url.pathname,
    projections: new Set(Object.values(target.projections).flatMap((keys) => Object.values(keys))),
  });
  return {
    ...server,
    root: target.path,
    channels,
    certificate: kept?.facts ?? null,
    origin: originOf(server.url),
  };
}

function originOf(url: string): string {
  const { protocol, hostname, port, origin } = new URL(url);
  if (hostname !== '0.0.0.0' && hostname !== '[::]') return origin;
  const [address = 'localhost'] = outsideAddresses();
  return `${protocol}//${address}:${port}`;
}

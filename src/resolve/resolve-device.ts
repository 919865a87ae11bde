import type { Config } from '../config/config.ts';
import { ReleaseError } from '../errors.ts';
import type { Session } from '../session.ts';
import type { AdapterDevice } from './answer-matrix.ts';
import type { ResolveResult } from './result.ts';

/** Who answers, and how to reach the project. */
export interface ResolveSource {
  readonly source: 'matrix' | 'log' | 'edge';
  readonly revision: number | null;
  readonly openConfig: () => Promise<Config>;
  readonly openSession: () => Promise<Session>;
}

/** Resolves one device from the matrix, the log or the edge. A project without a usable target still answers from its matrix. */
export async function resolveDevice(
  device: AdapterDevice,
  { source, revision, openConfig, openSession }: ResolveSource,
): Promise<ResolveResult> {
  if (source === 'log' || source === 'edge') {
    const { resolveFromRelease } = await import('./from-release.ts');
    return resolveFromRelease((await openSession()).channel, { source, revision }, device);
  }
  const { resolveFromMatrix } = await import('./from-matrix.ts');
  const session = await openSession().catch((error: unknown) => {
    if (error instanceof ReleaseError && WITHOUT_CHANNEL.has(error.code)) return null;
    throw error;
  });
  return resolveFromMatrix(session?.config ?? (await openConfig()), session?.channel ?? null, device);
}

/**
 * Who answers: a revision is one of the log.
 *
 * @throws ReleaseError `USAGE` for a revision of the edge, which serves one only
 */
export function pickRelease({
  source,
  revision,
}: {
  readonly source: string;
  readonly revision?: number | undefined;
}): Pick<ResolveSource, 'source' | 'revision'> {
  if (revision === undefined)
    return { source: source === 'log' || source === 'edge' ? source : 'matrix', revision: null };
  if (source !== 'edge') return { source: 'log', revision };
  throw new ReleaseError('USAGE', 'The edge serves one revision only, so --revision cannot choose.', {
    fix: 'Leave out --revision, or pass --source log.',
  });
}

const WITHOUT_CHANNEL: ReadonlySet<string> = new Set(['TARGET_REQUIRED', 'TARGET_NOT_SUPPORTED']);

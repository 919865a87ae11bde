import { ReleaseError } from '../errors.ts';
import { loadIntent } from '../matrix/load.ts';
import { type BuildsById, buildsOf, noBuilds } from '../pack/inspect/claimed-builds.ts';
import { openConfig, type SessionRequest } from './session.ts';

/** The builds of the project that the command was called in; outside a project there are none. */
export async function openRegisteredBuilds(request: SessionRequest): Promise<BuildsById> {
  try {
    const config = await openConfig(request);
    const { adapters } = await loadIntent(config);
    return buildsOf(adapters, config.root);
  } catch (error) {
    const hasNoProject =
      error instanceof ReleaseError &&
      (error.code === 'MATRIX_NOT_FOUND' ||
        (error.code === 'CONFIG_NOT_FOUND' && request.flags.config === undefined));
    if (hasNoProject) return noBuilds;
    throw error;
  }
}

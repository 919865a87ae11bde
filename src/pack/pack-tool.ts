import { ReleaseError } from '../errors.ts';
import type { StoreTarget } from '../store/open.ts';

/**
 * Refuses a target whose packs only Apple's `ba-package` may build: a home-made archive is never published there.
 *
 * @throws ReleaseError `PACK_TOOL_MISSING` without the tool, `TARGET_NOT_SUPPORTED` with it: it is not driven yet
 */
export function requirePackTool({ name, hosting }: StoreTarget, tool: string | undefined): void {
  if (hosting === 'unmanaged') return;
  if (tool === undefined || tool === '') {
    throw new ReleaseError(
      'PACK_TOOL_MISSING',
      `Target "${name}" has managed hosting, whose packs only Apple's ba-package builds, and it was not found.`,
      {
        fix: 'Install it with Xcode 26 or the Managed Background Assets tools for Linux and set FMRELEASE_BA_PACKAGE, or set `hosting: "unmanaged"`.',
      },
    );
  }
  throw new ReleaseError(
    'TARGET_NOT_SUPPORTED',
    `Target "${name}" has managed hosting, which this version cannot build packs for yet.`,
    {
      fix: 'Set `hosting: "unmanaged"` for this target.',
    },
  );
}

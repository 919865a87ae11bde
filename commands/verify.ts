import type { Interfaces } from '@oclif/core';
import { string } from '@oclif/core/flags';
import { type Answer, ReleaseCommand } from '../src/cli/command.ts';
import { onlyFlag, toggle } from '../src/cli/flags.ts';
import { openSession } from '../src/cli/session.ts';
import { renderChecks } from '../src/render/listings.ts';
import { verifyOnRequest } from '../src/verify/verify.ts';

export default class Verify extends ReleaseCommand {
  static override summary =
    "Fetch what is served, as a device would: manifest, each pack's size, range, digest, headers.";
  static override examples = ['<%= config.bin %> verify', '<%= config.bin %> verify --from edge --full'];
  static override flags = {
    only: onlyFlag,
    full: toggle({ description: 'Hash every byte of every pack.' }),
    from: string({
      options: ['edge', 'origin'] as const,
      description: 'Over the public URL, or in the store; default: as the target says.',
    }),
  };

  protected async answer(): Promise<Answer> {
    const parsed = await this.parse(Verify);
    const flags: Interfaces.InferredFlags<typeof Verify.flags & typeof ReleaseCommand.baseFlags> =
      parsed.flags;
    this.prepare(flags);
    const session = await openSession(this.opening(flags));
    const from = flags.from === 'edge' || flags.from === 'origin' ? flags.from : undefined;
    const checks = await verifyOnRequest(session, {
      full: flags.full,
      only: flags.only ?? session.config.only,
      from,
    });
    const ok = checks.every((check) => check.ok);
    return {
      result: { checks, ok },
      lines: () => [
        ...renderChecks(checks, this.style),
        ok ? 'All is well.' : 'Something that is served is not what it should be. Next: fmrelease audit',
      ],
      exitCode: ok ? 0 : 7,
    };
  }
}

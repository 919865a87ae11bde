import type { Interfaces } from '@oclif/core';
import { type Answer, ReleaseCommand } from '../src/cli/command.ts';
import { onlyFlag, revisionArg } from '../src/cli/flags.ts';
import { openSession } from '../src/cli/session.ts';
import { diffRevisions } from '../src/release/diff-revisions.ts';
import { renderRevisionDiff } from '../src/render/diff.ts';

export default class Diff extends ReleaseCommand {
  static override summary = 'Show what changed between two revisions of a channel.';
  static override examples = ['<%= config.bin %> diff 41 42'];
  static override args = {
    from: revisionArg({ required: true, description: 'The earlier revision.' }),
    to: revisionArg({ required: true, description: 'The later revision.' }),
  };
  static override flags = { only: onlyFlag };

  protected async answer(): Promise<Answer> {
    const parsed = await this.parse(Diff);
    const flags: Interfaces.InferredFlags<typeof Diff.flags & typeof ReleaseCommand.baseFlags> = parsed.flags;
    this.prepare(flags);
    const session = await openSession(this.opening(flags));
    const result = await diffRevisions(session.channel, {
      from: parsed.args.from,
      to: parsed.args.to,
      only: flags.only ?? session.config.only,
    });
    return {
      result,
      lines: () => renderRevisionDiff(result, { style: this.style, width: this.environment.columns }),
    };
  }
}

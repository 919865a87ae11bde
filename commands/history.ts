import type { Interfaces } from '@oclif/core';
import { integer } from '@oclif/core/flags';
import { type Answer, ReleaseCommand } from '../src/cli/command.ts';
import { openSession } from '../src/cli/session.ts';
import { readHistory, toHistoryResult } from '../src/release/history.ts';
import { renderHistory } from '../src/render/listings.ts';

export default class History extends ReleaseCommand {
  static override summary = 'List the releases of a channel, newest first.';
  static override flags = { limit: integer({ min: 1, description: 'At most this many.' }) };

  protected async answer(): Promise<Answer> {
    const parsed = await this.parse(History);
    const flags: Interfaces.InferredFlags<typeof History.flags & typeof ReleaseCommand.baseFlags> =
      parsed.flags;
    this.prepare(flags);
    const { channel } = await openSession(this.opening(flags));
    const revisions = (await readHistory(channel.store, channel.name)).slice(0, flags.limit);
    return {
      result: { revisions: revisions.map(toHistoryResult) },
      lines: () =>
        revisions.length === 0
          ? [`"${channel.name}" has no release yet. Next: fmrelease publish`]
          : renderHistory(revisions, this.style),
    };
  }
}

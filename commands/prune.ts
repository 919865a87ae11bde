import type { Interfaces } from '@oclif/core';
import { type Answer, ReleaseCommand } from '../src/cli/command.ts';
import { singleWriterFlag } from '../src/cli/flags.ts';
import { openSession } from '../src/cli/session.ts';
import { prune } from '../src/flow.ts';
import { toPruneResult } from '../src/prune/result.ts';
import { renderPrune } from '../src/render/prune.ts';

export default class Prune extends ReleaseCommand {
  static override summary =
    'Show which packs nothing needs any more; with --yes mark them, and remove those marked a day ago.';
  static override examples = ['<%= config.bin %> prune', '<%= config.bin %> prune --yes'];

  static override flags = { 'single-writer': singleWriterFlag };

  protected async answer(): Promise<Answer> {
    const parsed = await this.parse(Prune);
    const flags: Interfaces.InferredFlags<typeof Prune.flags & typeof ReleaseCommand.baseFlags> =
      parsed.flags;
    this.prepare(flags);
    const session = await openSession({
      ...this.opening(flags),
      changesChannel: flags.yes,
      singleWriter: flags['single-writer'],
    });
    const result = await prune(session, { act: flags.yes });
    const { target, store } = session.channel;
    return {
      result: { target: target.name, ...toPruneResult(result) },
      lines: () => renderPrune(result, store.place, this.style),
    };
  }
}

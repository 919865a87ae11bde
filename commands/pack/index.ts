import type { Interfaces } from '@oclif/core';
import { string as stringArg } from '@oclif/core/args';
import { type Answer, ReleaseCommand } from '../../src/cli/command.ts';
import { rehashFlag } from '../../src/cli/flags.ts';
import { openSession } from '../../src/cli/session.ts';
import { packAdapters } from '../../src/pack/pack-adapters.ts';
import { renderPacks } from '../../src/render/packs.ts';

export default class Pack extends ReleaseCommand {
  static override summary = 'Build the served packs into the local cache.';
  static override strict = false;
  static override examples = ['<%= config.bin %> pack', '<%= config.bin %> pack summarizer'];
  static override args = {
    adapter: stringArg({ description: 'An adapter; several may follow. Default: all.' }),
  };
  static override flags = { rehash: rehashFlag };

  protected async answer(): Promise<Answer> {
    const parsed = await this.parse(Pack);
    const flags: Interfaces.InferredFlags<typeof Pack.flags & typeof ReleaseCommand.baseFlags> = parsed.flags;
    this.prepare(flags);
    const session = await openSession({ ...this.opening(flags), rehash: flags.rehash });
    const packs = await packAdapters(session, parsed.argv.map(String));
    return { result: { packs }, lines: () => renderPacks(packs) };
  }
}

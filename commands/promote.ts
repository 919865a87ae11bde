import type { Interfaces } from '@oclif/core';
import { string } from '@oclif/core/flags';
import { type Answer, ReleaseCommand } from '../src/cli/command.ts';
import { confirm, requireConsentPossible } from '../src/cli/confirm.ts';
import { messageFlag, onlyFlag, permitFlags, singleWriterFlag } from '../src/cli/flags.ts';
import { readPromotionChannels } from '../src/cli/promotion-channels.ts';
import { publishAnswer } from '../src/cli/publish-answer.ts';
import { openSession, pickChannel } from '../src/cli/session.ts';
import { promote } from '../src/flow.ts';

export default class Promote extends ReleaseCommand {
  static override summary = 'Publish what one channel serves to another, without uploading anything.';
  static override examples = [
    '<%= config.bin %> promote --from beta --to stable --yes',
    '<%= config.bin %> promote --from beta --to stable --only summarizer --yes',
  ];
  static override flags = {
    from: string({ description: 'The channel whose release is taken.', required: true }),
    to: string({ description: 'The channel that gets it.', required: true }),
    only: onlyFlag,
    'allow-remove': permitFlags['allow-remove'],
    'lift-hold': permitFlags['lift-hold'],
    message: messageFlag,
    'single-writer': singleWriterFlag,
  };

  protected async answer(): Promise<Answer> {
    const parsed = await this.parse(Promote);
    const flags: Interfaces.InferredFlags<typeof Promote.flags & typeof ReleaseCommand.baseFlags> =
      parsed.flags;
    this.prepare(flags);
    const consent = { ...flags, environment: this.environment };
    requireConsentPossible('promote', consent);
    const { from, to } = readPromotionChannels(flags, parsed.raw);
    const session = await openSession({
      ...this.opening({ ...flags, channel: to }),
      changesChannel: true,
      singleWriter: flags['single-writer'],
    });
    pickChannel(session.config, from);
    const { target } = session.channel;
    await confirm(`Promote ${target.name}/${from} to ${target.name}/${to}?`, consent);
    const promotion = {
      from,
      only: flags.only ?? session.config.only,
      remove: flags['allow-remove'] ?? [],
      liftHolds: flags['lift-hold'] ?? [],
    };
    const result = await promote(session, promotion, { message: flags.message ?? null });
    return publishAnswer(session, result, { done: `Promoted ${from} to`, style: this.style });
  }
}

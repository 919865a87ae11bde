import type { Interfaces } from '@oclif/core';
import { string } from '@oclif/core/flags';
import { type Answer, ReleaseCommand } from '../src/cli/command.ts';
import { confirm, requireConsentPossible } from '../src/cli/confirm.ts';
import { messageFlag, onlyFlag, singleWriterFlag } from '../src/cli/flags.ts';
import { publishAnswer } from '../src/cli/publish-answer.ts';
import { parseRollbackTarget } from '../src/cli/rollback-target.ts';
import { openSession } from '../src/cli/session.ts';
import { rollBack } from '../src/flow.ts';

export default class Rollback extends ReleaseCommand {
  static override summary = 'Publish a new revision with older content; the builds taken back are held.';
  static override examples = [
    '<%= config.bin %> rollback --to 41 --yes',
    '<%= config.bin %> rollback --to none --only summarizer --yes',
  ];
  static override flags = {
    to: string({ description: 'The revision to go back to, or none to withdraw.' }),
    only: onlyFlag,
    message: messageFlag,
    'single-writer': singleWriterFlag,
  };

  protected async answer(): Promise<Answer> {
    const parsed = await this.parse(Rollback);
    const flags: Interfaces.InferredFlags<typeof Rollback.flags & typeof ReleaseCommand.baseFlags> =
      parsed.flags;
    this.prepare(flags);
    const consent = { ...flags, environment: this.environment };
    requireConsentPossible('rollback', consent);
    const to = parseRollbackTarget(flags.to);
    const session = await openSession({
      ...this.opening(flags),
      changesChannel: true,
      singleWriter: flags['single-writer'],
    });
    const { name, target } = session.channel;
    await confirm(
      `Roll ${target.name}/${name} back to ${to === 'none' ? 'nothing' : `revision ${to}`}?`,
      consent,
    );
    const result = await rollBack(
      session,
      { to, only: flags.only ?? session.config.only },
      { message: flags.message ?? null },
    );
    const done = `Rolled back to ${to === 'none' ? 'nothing' : `revision ${to}`}:`;
    return publishAnswer(session, result, { done, style: this.style });
  }
}

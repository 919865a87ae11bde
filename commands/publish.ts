import type { Interfaces } from '@oclif/core';
import { string as stringArg } from '@oclif/core/args';
import { type Answer, ReleaseCommand } from '../src/cli/command.ts';
import { confirm, requireConsentPossible } from '../src/cli/confirm.ts';
import {
  concurrencyFlag,
  messageFlag,
  onlyFlag,
  permitFlags,
  rehashFlag,
  singleWriterFlag,
  toggle,
} from '../src/cli/flags.ts';
import { writeStderr } from '../src/cli/output.ts';
import { placeOfPlan } from '../src/cli/plan-place.ts';
import { publishAnswer } from '../src/cli/publish-answer.ts';
import { openSession } from '../src/cli/session.ts';
import { planChannel, publishPlan } from '../src/flow.ts';
import { readPlanFile } from '../src/plan/file.ts';
import { renderPlan } from '../src/render/plan.ts';

export default class Publish extends ReleaseCommand {
  static override summary = 'Publish a saved plan, or plan, ask and publish.';
  static override examples = ['<%= config.bin %> publish --yes', '<%= config.bin %> publish plan.json --yes'];
  static override args = { plan: stringArg({ description: 'A plan that `plan --out` saved.' }) };
  static override flags = {
    only: onlyFlag,
    rehash: rehashFlag,
    ...permitFlags,
    'allow-foreign': toggle({
      description: 'Replace a manifest that no log entry explains, above its versions.',
    }),
    message: messageFlag,
    'single-writer': singleWriterFlag,
    concurrency: concurrencyFlag,
  };

  protected async answer(): Promise<Answer> {
    const parsed = await this.parse(Publish);
    const flags: Interfaces.InferredFlags<typeof Publish.flags & typeof ReleaseCommand.baseFlags> =
      parsed.flags;
    this.prepare(flags);
    const consent = { ...flags, environment: this.environment };
    requireConsentPossible('publish', consent);
    const { plan: file } = parsed.args;
    const saved = file === undefined ? undefined : await readPlanFile(file);
    const place = saved === undefined ? flags : { ...flags, ...placeOfPlan(saved, parsed.raw) };
    const session = await openSession({
      ...this.opening(place),
      rehash: flags.rehash,
      changesChannel: true,
      singleWriter: flags['single-writer'],
    });
    const permits = {
      remove: flags['allow-remove'] ?? [],
      gap: flags['allow-gap'],
      liftHolds: flags['lift-hold'] ?? [],
    };
    const plan =
      saved ?? (await planChannel(session, { only: flags.only ?? session.config.only, allow: permits }));
    const { name, target, store } = session.channel;
    this.progress.end();
    if (!flags.json && !flags.quiet) {
      const context = { place: store.place, apply: 'this command', width: this.environment.columns };
      writeStderr(`${renderPlan(plan, context, this.style).join('\n')}\n\n`);
    }
    await confirm(`Publish to ${target.name}/${name}?`, consent);
    const result = await publishPlan(session, plan, {
      ...permits,
      allowForeign: flags['allow-foreign'],
      message: flags.message ?? null,
      concurrency: flags.concurrency,
      saved: saved !== undefined,
    });
    return publishAnswer(session, result, { done: 'Published', style: this.style });
  }
}

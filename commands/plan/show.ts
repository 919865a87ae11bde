import type { Interfaces } from '@oclif/core';
import { string as stringArg } from '@oclif/core/args';
import { string } from '@oclif/core/flags';
import { applyCommand } from '../../src/cli/apply-command.ts';
import { type Answer, ReleaseCommand } from '../../src/cli/command.ts';
import { toggle } from '../../src/cli/flags.ts';
import { readPlanFile } from '../../src/plan/file.ts';
import { planResult } from '../../src/plan/result.ts';
import { renderPlanAs } from '../../src/render/plan-formats.ts';

export default class PlanShow extends ReleaseCommand {
  static override summary = 'Render a saved plan.';
  static override examples = ['<%= config.bin %> plan show plan.json'];
  static override args = { file: stringArg({ required: true, description: 'The saved plan.' }) };
  static override flags = {
    'exit-code': toggle({ description: 'Exit 10 when the plan has changes.' }),
    format: string({
      options: ['text', 'markdown'] as const,
      default: 'text',
      description: 'How to print it.',
    }),
  };

  protected async answer(): Promise<Answer> {
    const parsed = await this.parse(PlanShow);
    const flags: Interfaces.InferredFlags<typeof PlanShow.flags & typeof ReleaseCommand.baseFlags> =
      parsed.flags;
    this.prepare(flags);
    const { file } = parsed.args;
    const plan = await readPlanFile(file);
    return {
      result: planResult(plan),
      lines: () =>
        renderPlanAs(flags.format, plan, {
          place: file,
          apply: applyCommand(plan, { ...flags, out: file }),
          width: this.environment.columns,
          style: this.style,
        }),
      exitCode: flags['exit-code'] && plan.hasChanges ? 10 : 0,
    };
  }
}

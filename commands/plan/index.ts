import type { Interfaces } from '@oclif/core';
import { string } from '@oclif/core/flags';
import { applyCommand } from '../../src/cli/apply-command.ts';
import { type Answer, ReleaseCommand } from '../../src/cli/command.ts';
import { fleetFlag, onlyFlag, permitFlags, rehashFlag, toggle } from '../../src/cli/flags.ts';
import { openSession } from '../../src/cli/session.ts';
import { loadFleet } from '../../src/fleet/load-fleet.ts';
import { weighPlan } from '../../src/fleet/report.ts';
import { planChannel } from '../../src/flow.ts';
import { writePlanFile } from '../../src/plan/file.ts';
import { planResult } from '../../src/plan/result.ts';
import { renderPlanAs } from '../../src/render/plan-formats.ts';

export default class Plan extends ReleaseCommand {
  static override summary =
    'Show what publishing would change: who loses, changes, gains; packs, versions, bytes, coverage.';
  static override examples = ['<%= config.bin %> plan', '<%= config.bin %> plan --out plan.json --exit-code'];
  static override flags = {
    only: onlyFlag,
    rehash: rehashFlag,
    ...permitFlags,
    fleet: fleetFlag,
    cells: toggle({ description: 'Name every cell of the coverage proof.' }),
    out: string({ description: 'Save the plan for `publish`.' }),
    'exit-code': toggle({ description: 'Exit 10 when changes are pending.' }),
    format: string({
      options: ['text', 'markdown'] as const,
      default: 'text',
      description: 'How to print it.',
    }),
  };

  protected async answer(): Promise<Answer> {
    const parsed = await this.parse(Plan);
    const flags: Interfaces.InferredFlags<typeof Plan.flags & typeof ReleaseCommand.baseFlags> = parsed.flags;
    this.prepare(flags);
    const session = await openSession({ ...this.opening(flags), rehash: flags.rehash });
    const plan = await planChannel(session, {
      only: flags.only ?? session.config.only,
      allow: {
        remove: flags['allow-remove'] ?? [],
        gap: flags['allow-gap'],
        liftHolds: flags['lift-hold'] ?? [],
      },
    });
    const blocked = plan.blockers.length > 0;
    if (flags.out !== undefined && !blocked) await writePlanFile(flags.out, plan);
    const fleet = await loadFleet(session.config, flags.fleet);
    const weighed = fleet === null ? null : weighPlan(plan, fleet);
    const context = {
      place: session.channel.store.place,
      apply: applyCommand(plan, flags),
      fleet: weighed,
      cells: flags.cells,
      width: this.environment.columns,
    };
    return {
      result: { ...planResult(plan), ...(weighed === null ? {} : { fleet: weighed }) },
      lines: () => renderPlanAs(flags.format, plan, { ...context, style: this.style }),
      exitCode: blocked ? 6 : flags['exit-code'] && plan.hasChanges ? 10 : 0,
    };
  }
}

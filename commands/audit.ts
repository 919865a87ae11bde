import type { Interfaces } from '@oclif/core';
import { string } from '@oclif/core/flags';
import { judgeReport, placeReport } from '../src/audit/answer.ts';
import { runAudit } from '../src/audit/run.ts';
import { type Answer, ReleaseCommand } from '../src/cli/command.ts';
import { allTargetsFlag, fleetFlag, onlyFlag, rehashFlag, toggle } from '../src/cli/flags.ts';
import { openSessions } from '../src/cli/session.ts';
import { writeStepSummary } from '../src/cli/step-summary.ts';
import { loadFleet } from '../src/fleet/load-fleet.ts';
import { parseOsVersion } from '../src/model/os-version.ts';
import { parseInstant } from '../src/model/timestamp.ts';
import { AUDIT_FORMATS, pointsAtLines, renderAuditAs } from '../src/render/audit-formats.ts';
import { renderAuditMarkdown } from '../src/render/audit-markdown.ts';

export default class Audit extends ReleaseCommand {
  static override summary = 'Report what is stale, uncovered, sunset, orphaned or drifted.';
  static override examples = [
    '<%= config.bin %> audit --fail-on error',
    '<%= config.bin %> audit --all-targets --format sarif > audit.sarif',
    '<%= config.bin %> audit --upcoming 27.1',
  ];
  static override flags = {
    only: onlyFlag,
    rehash: rehashFlag,
    fleet: fleetFlag,
    'as-of': string({ description: 'Answer for this day, such as 2027-03-01.' }),
    upcoming: string({ description: 'What changes when this OS version ships, such as 27.1.' }),
    'all-targets': allTargetsFlag,
    'fail-on': string({
      options: ['error', 'warning', 'note', 'none'] as const,
      default: 'none',
      description: 'Exit 10 when a finding is at least this bad.',
    }),
    format: string({ options: AUDIT_FORMATS, default: 'text', description: 'How to print it.' }),
    summary: toggle({ description: 'Also append it as Markdown to the file in GITHUB_STEP_SUMMARY.' }),
    cells: toggle({ description: 'Name every cell of the coverage proof.' }),
    full: toggle({ description: 'Hash every published pack, and trust no cache of the log.' }),
  };

  protected async answer(): Promise<Answer> {
    const parsed = await this.parse(Audit);
    const flags: Interfaces.InferredFlags<typeof Audit.flags & typeof ReleaseCommand.baseFlags> =
      parsed.flags;
    this.prepare(flags);
    const asOf = flags['as-of'] === undefined ? this.environment.now() : parseInstant(flags['as-of']);
    const upcoming = flags.upcoming === undefined ? null : parseOsVersion(flags.upcoming);
    const opening = { ...this.opening(flags), rehash: flags.rehash };
    const { sessions, notLookedAt } = await openSessions(opening, flags['all-targets']);
    const { config } = sessions[0];
    const report = await runAudit(sessions, {
      asOf,
      upcoming,
      only: flags.only ?? config.only,
      full: flags.full,
      fleet: await loadFleet(config, flags.fleet),
    });
    const result = judgeReport(report, { failOn: flags['fail-on'], notLookedAt });
    const format = AUDIT_FORMATS.find((name) => name === flags.format) ?? 'text';
    const { workspace, stepSummary, columns } = this.environment;
    const placed = await placeReport(report, { config, workspace, pointing: pointsAtLines(format) });
    const look = { style: this.style, width: columns, cells: flags.cells };
    if (flags.summary) await writeStepSummary(stepSummary, renderAuditMarkdown(report, look));
    return {
      result,
      lines: () => renderAuditAs(format, placed, look),
      exitCode: result.failed ? 10 : 0,
    };
  }
}

import type { Interfaces } from '@oclif/core';
import { string } from '@oclif/core/flags';
import { locateFindings } from '../src/audit/locate.ts';
import { repositoryRoot } from '../src/audit/repository-root.ts';
import { runAudit } from '../src/audit/run.ts';
import { type Answer, ReleaseCommand } from '../src/cli/command.ts';
import { allTargetsFlag, fleetFlag, onlyFlag, rehashFlag, toggle } from '../src/cli/flags.ts';
import { openSessions } from '../src/cli/session.ts';
import { writeStepSummary } from '../src/cli/step-summary.ts';
import { loadFleet } from '../src/fleet/load-fleet.ts';
import { isAtLeast, SEVERITIES } from '../src/model/finding.ts';
import { parseOsVersion } from '../src/model/os-version.ts';
import { parseInstant } from '../src/model/timestamp.ts';
import { AUDIT_FORMATS, renderAuditAs } from '../src/render/audit-formats.ts';
import { renderAuditMarkdown } from '../src/render/audit-markdown.ts';
import { countFindings } from '../src/render/findings.ts';
import { TOOL_VERSION } from '../src/version.ts';

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
    const { sessions, left } = await openSessions(opening, flags['all-targets']);
    const { config } = sessions[0];
    const report = await runAudit(sessions, {
      asOf,
      upcoming,
      only: flags.only ?? config.only,
      full: flags.full,
      fleet: await loadFleet(config, flags.fleet),
    });
    const level = SEVERITIES.find((severity) => severity === flags['fail-on']);
    const failed = level !== undefined && report.findings.some((finding) => isAtLeast(finding, level));
    const format = AUDIT_FORMATS.find((name) => name === flags.format) ?? 'text';
    const pointing = format === 'sarif' || format === 'github';
    const repository = repositoryRoot(config.root, this.environment.workspace);
    const placed = {
      report,
      findings: await locateFindings(pointing ? report.findings : [], config, repository),
      waived: await locateFindings(pointing ? report.waived : [], config, repository),
      toolVersion: TOOL_VERSION,
    };
    if (flags.summary) await writeStepSummary(this.environment.stepSummary, renderAuditMarkdown(report));
    const look = { style: this.style, width: this.environment.columns, cells: flags.cells };
    return {
      result: { ...report, counts: countFindings(report.findings), failed, notLookedAt: left },
      lines: () => renderAuditAs(format, placed, look),
      exitCode: failed ? 10 : 0,
    };
  }
}

import type { Interfaces } from '@oclif/core';
import { string } from '@oclif/core/flags';
import { audit } from '../src/audit/audit.ts';
import { gatherAuditState } from '../src/audit/gather.ts';
import { type Answer, ReleaseCommand } from '../src/cli/command.ts';
import { onlyFlag, rehashFlag, toggle } from '../src/cli/flags.ts';
import { openSession } from '../src/cli/session.ts';
import { isAtLeast, SEVERITIES } from '../src/model/finding.ts';
import { parseInstant } from '../src/model/timestamp.ts';
import { countFindings, renderCounts, renderFindings } from '../src/render/findings.ts';

export default class Audit extends ReleaseCommand {
  static override summary = 'Report what is stale, uncovered, sunset, orphaned or drifted.';
  static override examples = ['<%= config.bin %> audit --fail-on error'];
  static override flags = {
    only: onlyFlag,
    rehash: rehashFlag,
    'as-of': string({ description: 'Answer for this day, such as 2027-03-01.' }),
    'fail-on': string({
      options: ['error', 'warning', 'note', 'none'] as const,
      default: 'none',
      description: 'Exit 10 when a finding is at least this bad.',
    }),
    full: toggle({ description: 'Hash every published pack.' }),
  };

  protected async answer(): Promise<Answer> {
    const parsed = await this.parse(Audit);
    const flags: Interfaces.InferredFlags<typeof Audit.flags & typeof ReleaseCommand.baseFlags> =
      parsed.flags;
    this.prepare(flags);
    const asOf = flags['as-of'] === undefined ? this.environment.now() : parseInstant(flags['as-of']);
    const session = await openSession({ ...this.opening(flags), rehash: flags.rehash });
    const findings = audit(
      await gatherAuditState(session, { asOf, only: flags.only ?? session.config.only, full: flags.full }),
    );
    const level = SEVERITIES.find((severity) => severity === flags['fail-on']);
    const failed = level !== undefined && findings.some((finding) => isAtLeast(finding, level));
    const counts = countFindings(findings);
    return {
      result: { findings, counts, failed },
      lines: () => [
        ...renderFindings(findings, this.style),
        ...(findings.length === 0 ? ['Nothing found.'] : ['', renderCounts(counts)]),
      ],
      exitCode: failed ? 10 : 0,
    };
  }
}

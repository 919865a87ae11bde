import type { Interfaces } from '@oclif/core';
import { string } from '@oclif/core/flags';
import { type Answer, ReleaseCommand } from '../src/cli/command.ts';
import { allTargetsFlag, fleetFlag, onlyFlag, rehashFlag } from '../src/cli/flags.ts';
import { openSessions } from '../src/cli/session.ts';
import { loadFleet } from '../src/fleet/load-fleet.ts';
import { parseInstant } from '../src/model/timestamp.ts';
import { renderReportAnswer } from '../src/render/report.ts';
import { writeReport } from '../src/report/write-report.ts';

export default class Report extends ReleaseCommand {
  static override summary =
    'Write one HTML page for people: matrix, coverage, users, findings, releases, a device simulator.';
  static override examples = [
    '<%= config.bin %> report',
    '<%= config.bin %> report --all-targets --fleet fleet.csv --out public/index.html',
  ];
  static override flags = {
    only: onlyFlag,
    rehash: rehashFlag,
    fleet: fleetFlag,
    'all-targets': allTargetsFlag,
    'as-of': string({ description: 'Answer for this day, such as 2027-03-01.' }),
    out: string({ description: 'The file to write.', default: 'fmrelease-report.html' }),
  };

  protected async answer(): Promise<Answer> {
    const parsed = await this.parse(Report);
    const flags: Interfaces.InferredFlags<typeof Report.flags & typeof ReleaseCommand.baseFlags> =
      parsed.flags;
    this.prepare(flags);
    const asOf = flags['as-of'] === undefined ? this.environment.now() : parseInstant(flags['as-of']);
    const opening = { ...this.opening(flags), rehash: flags.rehash };
    const { sessions, notLookedAt } = await openSessions(opening, flags['all-targets']);
    const { config } = sessions[0];
    const result = await writeReport(sessions, {
      asOf,
      only: flags.only ?? config.only,
      fleet: await loadFleet(config, flags.fleet),
      notLookedAt,
      file: flags.out,
      packageRoot: this.config.root,
    });
    return { result, lines: () => renderReportAnswer(result) };
  }
}

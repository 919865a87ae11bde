import type { Interfaces } from '@oclif/core';
import { string as stringArg } from '@oclif/core/args';
import { string } from '@oclif/core/flags';
import { type Answer, ReleaseCommand } from '../../src/cli/command.ts';
import { openConfig } from '../../src/cli/session.ts';
import { recordEvaluation } from '../../src/matrix/evaluations.ts';

export default class AdapterEval extends ReleaseCommand {
  static override summary = 'Record in the matrix that a build was evaluated on an OS version.';
  static override examples = [
    '<%= config.bin %> adapter eval summarizer 1.5.0 --os 26.6 --reference https://ci.example.com/runs/812',
  ];
  static override args = {
    name: stringArg({ required: true, description: 'The adapter.' }),
    version: stringArg({ required: true, description: 'The registered build.' }),
  };
  static override flags = {
    os: string({ required: true, description: 'The OS version that it was evaluated on, such as 26.6.' }),
    reference: string({ required: true, description: 'Where to read it, such as the URL of the run.' }),
    date: string({ description: 'The day of it; default: today.' }),
    signature: string({ description: 'Of which base model, where several builds have this version.' }),
  };

  protected async answer(): Promise<Answer> {
    const parsed = await this.parse(AdapterEval);
    const flags: Interfaces.InferredFlags<typeof AdapterEval.flags & typeof ReleaseCommand.baseFlags> =
      parsed.flags;
    this.prepare(flags);
    const { name, version } = parsed.args;
    const config = await openConfig(this.opening(flags));
    const result = await recordEvaluation(config, {
      name,
      version,
      os: flags.os,
      reference: flags.reference,
      date: flags.date ?? this.environment.now().toISOString().slice(0, 10),
      signature: flags.signature,
    });
    return {
      result,
      lines: () => [
        `${result.adapter} ${result.build} was evaluated on OS ${result.os} on ${result.date}: ${result.reference}`,
        result.recorded ? `Wrote ${result.files.join(', ')}.` : 'The matrix has it already.',
      ],
    };
  }
}

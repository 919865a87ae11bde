import type { Interfaces } from '@oclif/core';
import { string as stringArg } from '@oclif/core/args';
import { string } from '@oclif/core/flags';
import { type Answer, ReleaseCommand } from '../../src/cli/command.ts';
import { repeatable, toggle } from '../../src/cli/flags.ts';
import { openConfig } from '../../src/cli/session.ts';
import { declineAdapters } from '../../src/matrix/decisions.ts';

export default class AdapterDecline extends ReleaseCommand {
  static override summary = 'Decide on purpose that a system model or a signature gets no build.';
  static override strict = false;
  static override examples = [
    '<%= config.bin %> adapter decline --all --system-model afm3-core --reason "adapters end with OS 26" --until 2027-03-01',
  ];
  static override args = { name: stringArg({ description: 'The adapter; several may follow.' }) };
  static override flags = {
    all: toggle({ description: 'Every adapter of the matrix.' }),
    'system-model': repeatable({ description: 'The id of a system model; repeat for several at once.' }),
    signature: string({
      exclusive: ['system-model'],
      description: 'A base model signature, or its first seven digits or more.',
    }),
    reason: string({ description: 'Why, for whoever reads the matrix.' }),
    until: string({ description: 'The last day of this decision, such as 2027-03-01.' }),
    fallback: string({ description: 'The adapter that stands in; default: the base model.' }),
  };

  protected async answer(): Promise<Answer> {
    const parsed = await this.parse(AdapterDecline);
    const flags: Interfaces.InferredFlags<typeof AdapterDecline.flags & typeof ReleaseCommand.baseFlags> =
      parsed.flags;
    this.prepare(flags);
    const config = await openConfig(this.opening(flags));
    const result = await declineAdapters(config, {
      names: parsed.argv.map(String),
      all: flags.all,
      signature: flags.signature,
      systemModel: flags['system-model'],
      reason: flags.reason ?? null,
      until: flags.until ?? null,
      fallback: flags.fallback === undefined ? 'base-model' : { adapter: flags.fallback },
    });
    return {
      result,
      lines: () => [`Declined for ${result.subject}: ${result.adapters.join(', ')}.`, 'Next: fmrelease plan'],
    };
  }
}

import type { Interfaces } from '@oclif/core';
import { string as stringArg } from '@oclif/core/args';
import { string } from '@oclif/core/flags';
import { type Answer, ReleaseCommand } from '../../src/cli/command.ts';
import { repeatable } from '../../src/cli/flags.ts';
import { openConfig } from '../../src/cli/session.ts';
import { serveRegistered } from '../../src/matrix/decisions.ts';

export default class AdapterServe extends ReleaseCommand {
  static override summary = 'Serve a registered build to a signature or to system models.';
  static override examples = [
    '<%= config.bin %> adapter serve summarizer 1.4.0 --signature 9799725ff8e851184037110b422d891ad3b92ec1',
  ];
  static override args = {
    name: stringArg({ required: true, description: 'The adapter.' }),
    version: stringArg({ required: true, description: 'The registered build.' }),
  };
  static override flags = {
    signature: string({
      exclusive: ['system-model'],
      description: 'The base model signature, or its first seven digits or more.',
    }),
    'system-model': repeatable({
      description: 'A system model, as `fmrelease systems` lists it; repeat for several at once.',
    }),
  };

  protected async answer(): Promise<Answer> {
    const parsed = await this.parse(AdapterServe);
    const flags: Interfaces.InferredFlags<typeof AdapterServe.flags & typeof ReleaseCommand.baseFlags> =
      parsed.flags;
    this.prepare(flags);
    const { name, version } = parsed.args;
    const config = await openConfig(this.opening(flags));
    const result = await serveRegistered(config, {
      name,
      version,
      signature: flags.signature,
      systemModel: flags['system-model'],
    });
    return {
      result,
      lines: () => [
        result.files.length === 0
          ? `${name} ${version} is served to ${result.subject} already.`
          : `${name} ${version} is served to ${result.subject} now.`,
        'Next: fmrelease plan',
      ],
    };
  }
}

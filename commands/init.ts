import type { Interfaces } from '@oclif/core';
import { type Answer, ReleaseCommand } from '../src/cli/command.ts';
import { toggle } from '../src/cli/flags.ts';
import { initProject } from '../src/init/init-project.ts';

export default class Init extends ReleaseCommand {
  static override summary = 'Write a commented config and an empty matrix; keep what exists.';
  static override examples = ['<%= config.bin %> init'];
  static override flags = { force: toggle({ description: 'Replace files that exist.' }) };

  protected async answer(): Promise<Answer> {
    const parsed = await this.parse(Init);
    const flags: Interfaces.InferredFlags<typeof Init.flags & typeof ReleaseCommand.baseFlags> = parsed.flags;
    this.prepare(flags);
    const result = await initProject(process.cwd(), { packageRoot: this.config.root, force: flags.force });
    return {
      result,
      lines: () => [
        ...result.written.map((file) => `Wrote ${file}.`),
        ...result.kept.map((file) => `Kept ${file}.`),
        'Next: fmrelease adapter add <path> --build <version>',
      ],
    };
  }
}

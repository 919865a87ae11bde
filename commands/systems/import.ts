import type { Interfaces } from '@oclif/core';
import { string as stringArg } from '@oclif/core/args';
import { type Answer, ReleaseCommand } from '../../src/cli/command.ts';
import { readInput } from '../../src/cli/read-input.ts';
import { openConfig } from '../../src/cli/session.ts';
import { importSystems } from '../../src/matrix/import-systems.ts';
import { renderImport } from '../../src/render/systems-import.ts';

export default class SystemsImport extends ReleaseCommand {
  static override summary =
    'Put system models, OS releases and toolkits of a file into the matrix, with their evidence.';
  static override examples = ['<%= config.bin %> systems import os26.7.json'];
  static override args = {
    file: stringArg({ ignoreStdin: true, description: 'The file; without one, standard input.' }),
  };
  static override flags = {};

  protected async answer(): Promise<Answer> {
    const parsed = await this.parse(SystemsImport);
    const flags: Interfaces.InferredFlags<typeof ReleaseCommand.baseFlags> = parsed.flags;
    this.prepare(flags);
    const config = await openConfig(this.opening(flags));
    const result = await importSystems(config, {
      ...(await readInput(parsed.args.file, 'system models')),
      today: this.environment.now().toISOString().slice(0, 10),
    });
    return {
      result,
      lines: () => renderImport(result, { style: this.style, width: this.environment.columns }),
    };
  }
}

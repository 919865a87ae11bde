import type { Interfaces } from '@oclif/core';
import { string as stringArg } from '@oclif/core/args';
import { readProbeSnippet } from '../../src/catalogue/probe-snippet.ts';
import { type Answer, ReleaseCommand } from '../../src/cli/command.ts';
import { toggle } from '../../src/cli/flags.ts';
import { readInput } from '../../src/cli/read-input.ts';
import { openConfig } from '../../src/cli/session.ts';
import { importProbe } from '../../src/matrix/import-systems.ts';
import { renderProbe } from '../../src/render/systems-import.ts';

export default class SystemsImportProbe extends ReleaseCommand {
  static override summary =
    'Put what a device said of its base model into the matrix, and print the difference.';
  static override examples = [
    '<%= config.bin %> systems import-probe --snippet > Probe.swift',
    '<%= config.bin %> systems import-probe probe.txt',
  ];
  static override args = {
    file: stringArg({
      ignoreStdin: true, // the shell would take what is piped in for the name
      description: 'What the snippet printed on a device; without one, standard input.',
    }),
  };
  static override flags = {
    snippet: toggle({ description: 'Print the Swift that asks a device, and import nothing.' }),
  };

  protected async answer(): Promise<Answer> {
    const parsed = await this.parse(SystemsImportProbe);
    const flags: Interfaces.InferredFlags<typeof SystemsImportProbe.flags & typeof ReleaseCommand.baseFlags> =
      parsed.flags;
    this.prepare(flags);
    if (flags.snippet) {
      const snippet = await readProbeSnippet(this.config.root, parsed.args.file);
      return { result: { snippet }, lines: () => [snippet.trimEnd()] };
    }
    const config = await openConfig(this.opening(flags));
    const result = await importProbe(config, {
      ...(await readInput(parsed.args.file, 'a probe')),
      today: this.environment.now().toISOString().slice(0, 10),
    });
    return {
      result,
      lines: () => renderProbe(result, { style: this.style, width: this.environment.columns }),
    };
  }
}

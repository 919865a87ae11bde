import type { Interfaces } from '@oclif/core';
import { string } from '@oclif/core/args';
import { type Answer, ReleaseCommand } from '../../src/cli/command.ts';
import { toggle } from '../../src/cli/flags.ts';
import { openRegisteredBuilds } from '../../src/cli/registered-builds.ts';
import { inspectPack } from '../../src/pack/inspect/inspect-pack.ts';
import { renderPackInspection } from '../../src/render/pack-inspection.ts';

export default class PackInspect extends ReleaseCommand {
  static override summary =
    'Look inside an archive: what it is, who could have made it, its entries, its manifest, its faults.';
  static override examples = [
    '<%= config.bin %> pack inspect fmadapter-summarizer-9799725.aar',
    '<%= config.bin %> pack inspect pack.aar --list',
  ];
  static override args = { file: string({ required: true, description: 'An Apple Archive or a zip.' }) };
  static override flags = {
    list: toggle({ description: 'No digests: read names, sizes and the manifest only.' }),
  };

  protected async answer(): Promise<Answer> {
    const parsed = await this.parse(PackInspect);
    const flags: Interfaces.InferredFlags<typeof PackInspect.flags & typeof ReleaseCommand.baseFlags> =
      parsed.flags;
    this.prepare(flags);
    const result = await inspectPack(parsed.args.file, {
      list: flags.list,
      progress: this.progress,
      builds: await openRegisteredBuilds(this.opening(flags)),
    });
    return {
      result,
      lines: () => renderPackInspection(result, this.style),
      exitCode: result.findings.some(({ severity }) => severity === 'error') ? 6 : 0,
    };
  }
}

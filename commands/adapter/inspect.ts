import type { Interfaces } from '@oclif/core';
import { string } from '@oclif/core/args';
import { openDigestCache } from '../../src/adapter/digest-cache.ts';
import { inspectAdapter } from '../../src/adapter/inspect.ts';
import { type Answer, ReleaseCommand } from '../../src/cli/command.ts';
import { renderInspection } from '../../src/render/listings.ts';

export default class AdapterInspect extends ReleaseCommand {
  static override summary =
    'Read an .fmadapter: metadata, signature, tensor container, draft model, size; every fault at once.';
  static override examples = ['<%= config.bin %> adapter inspect adapters/summarizer.fmadapter'];
  static override args = { path: string({ required: true, description: 'The exported folder.' }) };
  static override flags = {};

  protected async answer(): Promise<Answer> {
    const parsed = await this.parse(AdapterInspect);
    const flags: Interfaces.InferredFlags<typeof ReleaseCommand.baseFlags> = parsed.flags;
    this.prepare(flags);
    const inspection = await inspectAdapter(parsed.args.path, {
      digests: await openDigestCache(null),
      progress: this.progress,
    });
    const { path: _, files: __, metadata: ___, ...result } = inspection;
    return {
      result,
      lines: () => renderInspection(inspection, this.style),
      exitCode: inspection.findings.length > 0 ? 6 : 0,
    };
  }
}

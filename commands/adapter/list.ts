import type { Interfaces } from '@oclif/core';
import { type Answer, ReleaseCommand } from '../../src/cli/command.ts';
import { openConfig } from '../../src/cli/session.ts';
import { loadIntent } from '../../src/matrix/load.ts';
import { renderAdapters } from '../../src/render/listings.ts';

export default class AdapterList extends ReleaseCommand {
  static override summary = 'List the adapters of the matrix with their builds and decisions.';
  static override flags = {};

  protected async answer(): Promise<Answer> {
    const parsed = await this.parse(AdapterList);
    const flags: Interfaces.InferredFlags<typeof ReleaseCommand.baseFlags> = parsed.flags;
    this.prepare(flags);
    const { adapters } = await loadIntent(await openConfig(this.opening(flags)));
    return { result: { adapters }, lines: () => renderAdapters(adapters, this.style) };
  }
}

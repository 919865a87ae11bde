import type { Interfaces } from '@oclif/core';
import { shippedCatalogue } from '../../src/catalogue/catalogue.ts';
import { toCatalogueDocument } from '../../src/catalogue/document.ts';
import { type Answer, ReleaseCommand } from '../../src/cli/command.ts';
import { openConfig } from '../../src/cli/session.ts';
import { ReleaseError } from '../../src/errors.ts';
import { loadIntent } from '../../src/matrix/load.ts';
import type { Catalogue } from '../../src/model/system-model.ts';
import { renderCatalogue } from '../../src/render/listings.ts';

export default class Systems extends ReleaseCommand {
  static override summary =
    'Print the system model catalogue: OS ranges, signatures, support, toolkit, certainty, evidence.';
  static override flags = {};

  protected async answer(): Promise<Answer> {
    const parsed = await this.parse(Systems);
    const flags: Interfaces.InferredFlags<typeof ReleaseCommand.baseFlags> = parsed.flags;
    this.prepare(flags);
    const catalogue = await this.catalogue(flags);
    return { result: toCatalogueDocument(catalogue), lines: () => renderCatalogue(catalogue, this.style) };
  }

  /** The project's catalogue, or the shipped one outside a project or before there is a matrix. */
  private async catalogue(
    flags: Interfaces.InferredFlags<typeof ReleaseCommand.baseFlags>,
  ): Promise<Catalogue> {
    try {
      return (await loadIntent(await openConfig(this.opening(flags)))).catalogue;
    } catch (error) {
      if (flags.config === undefined && error instanceof ReleaseError && WITHOUT_PROJECT.has(error.code))
        return shippedCatalogue();
      throw error;
    }
  }
}

const WITHOUT_PROJECT: ReadonlySet<string> = new Set(['CONFIG_NOT_FOUND', 'MATRIX_NOT_FOUND']);

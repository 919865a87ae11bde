import type { Interfaces } from '@oclif/core';
import { string } from '@oclif/core/flags';
import { type Answer, ReleaseCommand } from '../src/cli/command.ts';
import { onlyFlag, rehashFlag } from '../src/cli/flags.ts';
import { openSession } from '../src/cli/session.ts';
import { checkManifestFile } from '../src/manifest/check.ts';
import { generateManifests, writeManifests } from '../src/manifest/generate.ts';

export default class Manifest extends ReleaseCommand {
  static override summary = 'Generate the asset manifests without publishing.';
  static override examples = [
    '<%= config.bin %> manifest --out build/',
    '<%= config.bin %> manifest --check manifest.json',
  ];
  static override flags = {
    only: onlyFlag,
    rehash: rehashFlag,
    out: string({ description: 'A folder to write the manifests to.' }),
    check: string({
      description: 'A committed manifest, or one that ba-package wrote; exit 10 when it differs.',
    }),
  };

  protected async answer(): Promise<Answer> {
    const parsed = await this.parse(Manifest);
    const flags: Interfaces.InferredFlags<typeof Manifest.flags & typeof ReleaseCommand.baseFlags> =
      parsed.flags;
    this.prepare(flags);
    const session = await openSession({ ...this.opening(flags), rehash: flags.rehash });
    const files = await generateManifests(session, flags.only ?? session.config.only);
    const differences = flags.check === undefined ? [] : await checkManifestFile(flags.check, files);
    const written = flags.out === undefined ? [] : await writeManifests(flags.out, files);
    return {
      result: { files, ...(flags.check === undefined ? {} : { check: { file: flags.check, differences } }) },
      lines: () => {
        if (flags.check !== undefined)
          return differences.length === 0
            ? [`${flags.check} is what the matrix says.`]
            : [
                `${flags.check} differs:`,
                ...differences.map((line) => `  ${line}`),
                'Write it again with `fmrelease manifest --out <folder>`.',
              ];
        return flags.out === undefined
          ? files.flatMap(({ content }) => JSON.stringify(content, null, 2).split('\n'))
          : written.map((path) => `Wrote ${path}.`);
      },
      exitCode: differences.length > 0 ? 10 : 0,
    };
  }
}

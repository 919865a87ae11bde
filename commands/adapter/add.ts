import type { Interfaces } from '@oclif/core';
import { string as stringArg } from '@oclif/core/args';
import { string } from '@oclif/core/flags';
import { type Answer, ReleaseCommand } from '../../src/cli/command.ts';
import { repeatable } from '../../src/cli/flags.ts';
import { openConfig, openIo } from '../../src/cli/session.ts';
import { addAdapter } from '../../src/matrix/add-adapter.ts';
import { parseBuildVersion } from '../../src/model/build-version.ts';
import { parsePlatform } from '../../src/model/platform.ts';
import { formatBytes } from '../../src/render/units.ts';

export default class AdapterAdd extends ReleaseCommand {
  static override summary = 'Register an export as a build and serve it for its signature.';
  static override examples = ['<%= config.bin %> adapter add adapters/summarizer.fmadapter --build 1.5.0'];
  static override args = { path: stringArg({ required: true, description: 'The exported folder.' }) };
  static override flags = {
    build: string({ required: true, description: 'The version of this build, strict semver.' }),
    kind: string({
      options: ['fmadapter', 'files'] as const,
      default: 'fmadapter',
      description: 'files: any folder, such as a Core ML bundle.',
    }),
    name: string({ description: 'The name of a files adapter; default: its folder.' }),
    platform: repeatable({ description: 'A platform of a new adapter; default: those of `support`.' }),
    'system-model': repeatable({ description: 'A system model that a files build is served to.' }),
  };

  protected async answer(): Promise<Answer> {
    const parsed = await this.parse(AdapterAdd);
    const flags: Interfaces.InferredFlags<typeof AdapterAdd.flags & typeof ReleaseCommand.baseFlags> =
      parsed.flags;
    this.prepare(flags);
    const request = {
      path: parsed.args.path,
      version: parseBuildVersion(flags.build),
      kind: flags.kind === 'files' ? 'files' : 'fmadapter',
      name: flags.name ?? null,
      platforms: (flags.platform ?? []).map(parsePlatform),
      systemModels: flags['system-model'] ?? [],
    } as const;
    const opening = this.opening(flags);
    const config = await openConfig(opening);
    const result = await addAdapter(config, request, await openIo(config, opening));
    return {
      result,
      lines: () => [
        result.registered
          ? `Registered ${result.adapter} ${result.build}, ${formatBytes(result.sizeBytes)}, in ${result.files.join(', ')}.`
          : `${result.adapter} ${result.build} is registered already.`,
        ...(result.served
          ? [
              `It is served ${result.baseModelSignature === null ? 'to its system models' : `for signature ${result.baseModelSignature}`}.`,
            ]
          : []),
        'Next: fmrelease plan',
      ],
    };
  }
}

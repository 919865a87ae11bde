import type { Interfaces } from '@oclif/core';
import { integer, string } from '@oclif/core/flags';
import { type Answer, ReleaseCommand } from '../src/cli/command.ts';
import { toggle } from '../src/cli/flags.ts';
import { openConfig, openSession } from '../src/cli/session.ts';
import { parseOsVersion } from '../src/model/os-version.ts';
import { parsePlatform } from '../src/model/platform.ts';
import { parseSignatureQuery } from '../src/model/signature.ts';
import { renderResolution } from '../src/render/resolution.ts';
import { pickAdapter } from '../src/resolve/pick-adapter.ts';
import { pickRelease, resolveDevice } from '../src/resolve/resolve-device.ts';

export default class Resolve extends ReleaseCommand {
  static override summary = 'Tell what a device gets, and why every other system model lost.';
  static override examples = [
    '<%= config.bin %> resolve --platform iOS --os 26.4 --adapter summarizer --explain',
  ];
  static override flags = {
    platform: string({ required: true, description: 'iOS, macOS, tvOS or visionOS.' }),
    os: string({ required: true, description: 'The OS version, such as 26.4.1.' }),
    signature: string({
      description: 'What the device reports: 7 to 40 digits, or a whole fmadapter identifier.',
    }),
    variant: string({ description: 'The variant of the system model, such as core3.' }),
    adapter: string({ description: 'The adapter; may be left out when there is one.' }),
    source: string({
      options: ['matrix', 'log', 'edge'] as const,
      default: 'matrix',
      description: 'Who answers: the matrix, the published log, or what the public URL serves.',
    }),
    revision: integer({ min: 1, description: 'A revision of the log, instead of the newest.' }),
    explain: toggle({ description: 'Show every step.' }),
  };

  protected async answer(): Promise<Answer> {
    const parsed = await this.parse(Resolve);
    const flags: Interfaces.InferredFlags<typeof Resolve.flags & typeof ReleaseCommand.baseFlags> =
      parsed.flags;
    this.prepare(flags);
    const query = flags.signature === undefined ? undefined : parseSignatureQuery(flags.signature);
    const device = {
      platform: parsePlatform(flags.platform),
      os: parseOsVersion(flags.os),
      signature: query?.prefix,
      variant: flags.variant,
      adapter: pickAdapter(flags.adapter, query),
    };
    const opening = this.opening(flags);
    const result = await resolveDevice(device, {
      ...pickRelease(flags),
      openConfig: () => openConfig(opening),
      openSession: () => openSession(opening),
    });
    return { result, lines: () => renderResolution(result, flags.explain, this.style) };
  }
}

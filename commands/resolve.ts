import type { Interfaces } from '@oclif/core';
import { integer, string } from '@oclif/core/flags';
import { type Answer, ReleaseCommand } from '../src/cli/command.ts';
import { toggle } from '../src/cli/flags.ts';
import { openConfig, openSession } from '../src/cli/session.ts';
import { parseOsVersion } from '../src/model/os-version.ts';
import { parsePlatform } from '../src/model/platform.ts';
import { parseSignatureQuery } from '../src/model/signature.ts';
import { renderResolution } from '../src/render/resolution.ts';
import { renderTrace } from '../src/render/trace.ts';
import { pickAdapter } from '../src/resolve/pick-adapter.ts';
import { pickRelease, resolveDevice } from '../src/resolve/resolve-device.ts';
import { traceDevice } from '../src/resolve/trace.ts';
import type { Session } from '../src/session.ts';

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
    trace: toggle({
      exclusive: ['source', 'revision'],
      description: 'Compare matrix, log, projection and pack, and stop at the first disagreement.',
    }),
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
    if (flags.trace) return this.trace(await openSession(opening), device, flags.explain);
    const result = await resolveDevice(device, {
      ...pickRelease(flags),
      openConfig: () => openConfig(opening),
      openSession: () => openSession(opening),
    });
    return { result, lines: () => renderResolution(result, flags.explain, this.style) };
  }

  /** Exits 10 where the matrix is not published yet, 7 where what is served is not what was committed. */
  private async trace(
    session: Session,
    device: Parameters<typeof traceDevice>[1],
    explain: boolean,
  ): Promise<Answer> {
    const { result, trace } = await traceDevice(session, device);
    const from = trace.disagreement?.between[0];
    return {
      result: { ...result, trace },
      lines: () => [
        ...renderResolution(result, explain, this.style),
        ...renderTrace(trace, this.style, this.environment.columns),
      ],
      exitCode: from === undefined ? 0 : from === 'matrix' ? 10 : 7,
    };
  }
}

import type { Interfaces } from '@oclif/core';
import { integer, string } from '@oclif/core/flags';
import { type Answer, ReleaseCommand } from '../src/cli/command.ts';
import { toggle } from '../src/cli/flags.ts';
import { openConfig, openSession } from '../src/cli/session.ts';
import { renderResolution } from '../src/render/resolution.ts';
import { renderTrace } from '../src/render/trace.ts';
import type { AdapterDevice } from '../src/resolve/answer-matrix.ts';
import { toDevice } from '../src/resolve/device-query.ts';
import { pickRelease, resolveDevice } from '../src/resolve/resolve-device.ts';
import { type TraceStep, traceDevice } from '../src/resolve/trace.ts';
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
    const device = toDevice(flags);
    const opening = this.opening(flags);
    if (flags.trace) return this.trace(await openSession(opening), device, flags.explain);
    const result = await resolveDevice(device, {
      ...pickRelease(flags),
      openConfig: () => openConfig(opening),
      openSession: () => openSession(opening),
    });
    return { result, lines: () => renderResolution(result, flags.explain, this.style) };
  }

  private async trace(session: Session, device: AdapterDevice, explain: boolean): Promise<Answer> {
    const { result, trace } = await traceDevice(session, device);
    return {
      result: { ...result, trace },
      lines: () => [
        ...renderResolution(result, explain, this.style),
        ...renderTrace(trace, this.style, this.environment.columns),
      ],
      exitCode: trace.disagreement === null ? 0 : EXIT_CODES[trace.disagreement.between[0]],
    };
  }
}

/** By who first disagrees with the next: a matrix that is not published yet is a signal, the rest is damage. */
const EXIT_CODES: Readonly<Record<TraceStep['step'], number>> = {
  matrix: 10,
  log: 7,
  projection: 7,
  pack: 7,
};

import type { Interfaces } from '@oclif/core';
import { type Answer, ReleaseCommand } from '../src/cli/command.ts';
import { toggle } from '../src/cli/flags.ts';
import { describePlace, openConfig, packToolOpener, pickTarget } from '../src/cli/session.ts';
import { type DoctorCheck, diagnose } from '../src/doctor/diagnose.ts';
import { renderDiagnosis } from '../src/render/diagnosis.ts';

export default class Doctor extends ReleaseCommand {
  static override summary = 'Look at everything that a publish needs; --probe tries what the store honours.';
  static override examples = ['<%= config.bin %> doctor', '<%= config.bin %> doctor --target cdn --probe'];
  static override flags = {
    probe: toggle({
      description: 'Write a few small objects to the store to see what it honours, and remove them.',
    }),
  };

  protected async answer(): Promise<Answer> {
    const parsed = await this.parse(Doctor);
    const flags: Interfaces.InferredFlags<typeof Doctor.flags & typeof ReleaseCommand.baseFlags> =
      parsed.flags;
    this.prepare(flags);
    const opening = this.opening(flags);
    const found: DoctorCheck[] = [];
    const looking = diagnose({
      loadConfig: () => openConfig(opening),
      pickTarget: (config) => pickTarget(config, opening),
      describePlace,
      packTool: (name) => packToolOpener(name)(),
      nodeVersion: process.version,
      probe: flags.probe,
    });
    for await (const check of looking) {
      found.push(check);
      this.progress({ kind: 'step', text: `Looked at ${check.name}` });
    }
    const ok = found.every((check) => check.ok);
    return {
      result: { checks: found.map(({ name, ok, detail, fix }) => ({ name, ok, detail, fix })), ok },
      lines: () => renderDiagnosis(found, { probed: flags.probe }, this.style),
      exitCode: ok ? 0 : Math.max(1, ...found.map(({ exitCode }) => exitCode)),
    };
  }
}

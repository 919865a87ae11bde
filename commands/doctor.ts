import type { Interfaces } from '@oclif/core';
import { string } from '@oclif/core/flags';
import { type Answer, ReleaseCommand } from '../src/cli/command.ts';
import { toggle } from '../src/cli/flags.ts';
import { describePlace, openConfig, packToolOpener, pickTarget } from '../src/cli/session.ts';
import { consultApp } from '../src/doctor/app/consult-app.ts';
import { type DoctorCheck, diagnose } from '../src/doctor/diagnose.ts';
import { ReleaseError } from '../src/errors.ts';
import { renderAppDiagnosis, renderDiagnosis } from '../src/render/diagnosis.ts';

type DoctorFlags = Interfaces.InferredFlags<typeof Doctor.flags & typeof ReleaseCommand.baseFlags>;

export default class Doctor extends ReleaseCommand {
  static override summary =
    'Look at everything that a publish needs; --probe tries what the store honours, --app looks at an app instead.';
  static override examples = [
    '<%= config.bin %> doctor',
    '<%= config.bin %> doctor --target cdn --probe',
    '<%= config.bin %> doctor --app MyApp',
  ];
  static override flags = {
    probe: toggle({
      description: 'Write a few small objects to the store to see what it honours, and remove them.',
    }),
    app: string({
      description:
        'Check the plists, entitlements and build settings of the Xcode project in this folder instead.',
    }),
  };

  protected async answer(): Promise<Answer> {
    const parsed = await this.parse(Doctor);
    const flags: DoctorFlags = parsed.flags;
    this.prepare(flags);
    if (flags.app !== undefined) return this.answerApp(flags.app, flags);
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
      result: { checks: found.map(forReaders), findings: [], ok },
      lines: () => renderDiagnosis(found, { probed: flags.probe }, this.style),
      exitCode: ok ? 0 : Math.max(1, ...found.map(({ exitCode }) => exitCode)),
    };
  }

  private async answerApp(folder: string, flags: DoctorFlags): Promise<Answer> {
    if (flags.probe)
      throw new ReleaseError(
        'USAGE',
        '--app looks at a folder and --probe at a store: they do not go together.',
        {
          fix: 'Run them one after the other.',
        },
      );
    const opening = this.opening(flags);
    const config = await openConfig(opening);
    const place = { folder, cwd: process.cwd() };
    const { checks, findings } = await consultApp(place, config, pickTarget(config, opening));
    const ok = findings.every(({ severity }) => severity !== 'error');
    return {
      result: { checks: checks.map(forReaders), findings, ok },
      lines: () => renderAppDiagnosis(checks, findings, this.style),
      exitCode: ok ? 0 : 6,
    };
  }
}

const forReaders = ({ name, ok, detail, fix }: DoctorCheck) => ({ name, ok, detail, fix });

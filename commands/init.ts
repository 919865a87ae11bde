import type { Interfaces } from '@oclif/core';
import { string } from '@oclif/core/flags';
import { type Answer, ReleaseCommand } from '../src/cli/command.ts';
import { repeatable, repeatableWord, toggle } from '../src/cli/flags.ts';
import { completeAnswers, isAboutApp } from '../src/cli/init-answers.ts';
import { parseAppAnswers } from '../src/init/app-request.ts';
import { parseAdapterAnswers } from '../src/init/first-matrix.ts';
import { initProject } from '../src/init/init-project.ts';
import { renderInit } from '../src/render/init.ts';
import { openLocalCaches } from '../src/session.ts';

export default class Init extends ReleaseCommand {
  static override summary =
    'Write a commented config and an empty matrix, and on request what an app and its CI need; keep what exists.';
  static override examples = [
    '<%= config.bin %> init',
    '<%= config.bin %> init --adapter adapters/summarizer.fmadapter',
    '<%= config.bin %> init --hosting unmanaged --app-group group.com.example.app --bundle-id com.example.app --app App',
  ];
  static override flags = {
    hosting: string({ description: 'Who hosts and unpacks: apple, managed or unmanaged.' }),
    app: string({ description: 'The folder for the Swift, plist and entitlements pieces of an app.' }),
    'app-group': string({ description: 'The app group that app and extension share.' }),
    'bundle-id': string({ description: 'The bundle id of the app.' }),
    'public-url': string({ description: 'Where apps fetch from; a placeholder until it is told.' }),
    platform: repeatableWord({
      description: 'iOS, macOS, tvOS or visionOS; repeat for several, or use commas; default: iOS and macOS.',
    }),
    adapter: repeatable({
      description:
        'The path of an export to register, or the name of one that is to come; repeat for several.',
    }),
    build: string({ description: 'The version of those exports, strict semver; default: 1.0.0.' }),
    ci: string({ description: 'Write a CI workflow: github.' }),
    print: toggle({ description: 'Show the files instead of writing them.' }),
    force: toggle({ description: 'Replace files that exist.' }),
  };

  protected async answer(): Promise<Answer> {
    const parsed = await this.parse(Init);
    const flags: Interfaces.InferredFlags<typeof Init.flags & typeof ReleaseCommand.baseFlags> = parsed.flags;
    this.prepare(flags);
    const answers = {
      hosting: flags.hosting,
      appGroup: flags['app-group'],
      bundleId: flags['bundle-id'],
      publicUrl: flags['public-url'],
      app: flags.app,
      platforms: flags.platform ?? [],
      adapters: flags.adapter ?? [],
      ci: flags.ci,
    };
    const { yes, json, force, print } = flags;
    const isApp = isAboutApp(answers);
    const told = isApp
      ? await completeAnswers(answers, { yes, json, environment: this.environment })
      : answers;
    const root = process.cwd();
    const app = isApp ? parseAppAnswers(told) : null;
    const result = await initProject(root, {
      packageRoot: this.config.root,
      force,
      print,
      app,
      adapters: parseAdapterAnswers(told.adapters, flags.build),
      io: { ...(await openLocalCaches({ root })), now: this.environment.now, progress: this.progress },
    });
    return { result, lines: () => renderInit(result, { app, style: this.style }) };
  }
}

import type { Interfaces } from '@oclif/core';
import { string as stringArg } from '@oclif/core/args';
import { adoptChannel, planAdoption } from '../src/adopt/adopt.ts';
import { pairWithPlatforms } from '../src/adopt/read-manifests.ts';
import { type Answer, ReleaseCommand } from '../src/cli/command.ts';
import { confirm, requireConsentPossible } from '../src/cli/confirm.ts';
import { messageFlag, repeatable, singleWriterFlag } from '../src/cli/flags.ts';
import { writeStderr } from '../src/cli/output.ts';
import { publishAnswer } from '../src/cli/publish-answer.ts';
import { openSession } from '../src/cli/session.ts';
import { parsePlatform } from '../src/model/platform.ts';
import { renderAdopted, renderAdoption } from '../src/render/adopt.ts';

export default class Adopt extends ReleaseCommand {
  static override summary = 'Take over a channel that was published by hand, with the same ids and versions.';
  static override strict = false;
  static override examples = [
    '<%= config.bin %> adopt https://cdn.example.com/ios.json --yes',
    '<%= config.bin %> adopt phone.json mac.json --platform iOS --platform macOS',
  ];
  static override args = {
    manifest: stringArg({ description: 'The URL or file of a download manifest; several may follow.' }),
  };
  static override flags = {
    platform: repeatable({ description: 'The platform of each manifest, in order; default: by its name.' }),
    host: repeatable({ description: 'One more host that packs may be fetched from.' }),
    message: messageFlag,
    'single-writer': singleWriterFlag,
  };

  protected async answer(): Promise<Answer> {
    const parsed = await this.parse(Adopt);
    const flags: Interfaces.InferredFlags<typeof Adopt.flags & typeof ReleaseCommand.baseFlags> =
      parsed.flags;
    this.prepare(flags);
    const consent = { ...flags, environment: this.environment };
    requireConsentPossible('adopt', consent);
    const platforms = (flags.platform ?? []).map(parsePlatform);
    const places = pairWithPlatforms(parsed.argv.map(String), platforms);
    const session = await openSession({
      ...this.opening(flags),
      changesChannel: true,
      singleWriter: flags['single-writer'],
    });
    const { name, target, store } = session.channel;
    const adoption = await planAdoption(session, places, flags.host ?? []);
    this.progress.end();
    if (!flags.json && !flags.quiet)
      writeStderr(
        `${renderAdoption(adoption, { place: store.place, channel: name }, this.style).join('\n')}\n\n`,
      );
    await confirm(`Adopt into ${target.name}/${name}?`, consent);
    const result = await adoptChannel(session, adoption, { message: flags.message ?? null });
    const answer = publishAnswer(session, result, { done: 'Adopted into', style: this.style });
    return { ...answer, lines: () => [...answer.lines(), ...renderAdopted(result, this.style)] };
  }
}

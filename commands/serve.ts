import type { Interfaces } from '@oclif/core';
import { integer, string } from '@oclif/core/flags';
import { type Answer, ReleaseCommand } from '../src/cli/command.ts';
import { endOnInterrupt } from '../src/cli/interrupt.ts';
import { writeStderr } from '../src/cli/output.ts';
import { openConfig, pickTarget } from '../src/cli/session.ts';
import { renderSignatures } from '../src/render/serve.ts';
import { serveTarget } from '../src/serve/serve-target.ts';

export default class Serve extends ReleaseCommand {
  static override summary = 'Serve a directory target as a local CDN: ranges, ETags, HEAD, cache headers.';
  static override examples = ['<%= config.bin %> serve', '<%= config.bin %> serve --port 9000'];
  static override flags = {
    port: integer({
      min: 0,
      max: 65535,
      description: 'The port; default: that of publicUrl; 0 takes a free one.',
    }),
    host: string({ default: '127.0.0.1', description: 'The address to listen on.' }),
  };

  protected async answer(): Promise<Answer> {
    const parsed = await this.parse(Serve);
    const flags: Interfaces.InferredFlags<typeof Serve.flags & typeof ReleaseCommand.baseFlags> =
      parsed.flags;
    this.prepare(flags);
    const config = await openConfig(this.opening(flags));
    const target = pickTarget(config, { flags, environment: this.environment });
    const server = await serveTarget(target, {
      host: flags.host,
      port: flags.port,
      onRequest: (line) => {
        if (!flags.quiet) writeStderr(`${line}\n`);
      },
    });
    endOnInterrupt(() => server.close());
    const { url, root, channels } = server;
    return {
      result: { url, root, target: target.name, channels },
      lines: () => [
        `Serving ${root} at ${url}`,
        ...renderSignatures(channels, this.style),
        'Stop with Ctrl-C.',
      ],
    };
  }
}

import { join, relative } from 'node:path';
import type { Interfaces } from '@oclif/core';
import { integer, string } from '@oclif/core/flags';
import { type Answer, ReleaseCommand } from '../src/cli/command.ts';
import { toggle } from '../src/cli/flags.ts';
import { endOnInterrupt } from '../src/cli/interrupt.ts';
import { writeStderr } from '../src/cli/output.ts';
import { openConfig, pickChannel, pickTarget } from '../src/cli/session.ts';
import { PROJECT_FOLDER, prepareProjectFolder } from '../src/disk/project-folder.ts';
import { isLoopback } from '../src/model/loopback.ts';
import { renderDeviceSteps, renderSignatures } from '../src/render/serve.ts';
import { type ServedTarget, serveTarget } from '../src/serve/serve-target.ts';

export default class Serve extends ReleaseCommand {
  static override summary =
    'Serve a directory target as a local CDN: ranges, ETags, HEAD, cache headers; HTTPS and faults on request.';
  static override examples = [
    '<%= config.bin %> serve',
    '<%= config.bin %> serve --port 9000',
    '<%= config.bin %> serve --https --host 192.168.1.20 --slow 500000 --drop 20',
  ];
  static override flags = {
    port: integer({
      min: 0,
      max: 65535,
      description: 'The port; default: that of publicUrl; 0 takes a free one.',
    }),
    host: string({ default: '127.0.0.1', description: 'The address to listen on.' }),
    https: toggle({ description: 'Serve HTTPS with a certificate made here, for devices and Macs.' }),
    slow: integer({ min: 1, description: 'Bytes per second of each response.' }),
    drop: integer({ min: 0, max: 100, default: 0, description: 'Of 100 responses, how many break off.' }),
    seed: integer({ default: 1, description: 'Which responses break off: the same seed, the same ones.' }),
  };

  protected async answer(): Promise<Answer> {
    const parsed = await this.parse(Serve);
    const flags: Interfaces.InferredFlags<typeof Serve.flags & typeof ReleaseCommand.baseFlags> =
      parsed.flags;
    this.prepare(flags);
    const config = await openConfig(this.opening(flags));
    const target = pickTarget(config, { flags, environment: this.environment });
    const folder = join(config.root, PROJECT_FOLDER);
    if (flags.https) await prepareProjectFolder(folder);
    const server = await serveTarget(target, {
      host: flags.host,
      port: flags.port,
      channel: pickChannel(config, flags.channel),
      ...(flags.slow === undefined && flags.drop === 0
        ? {}
        : { faults: { slow: flags.slow ?? null, drop: flags.drop, seed: flags.seed } }),
      ...(flags.https ? { https: { folder: join(folder, 'https'), now: new Date() } } : {}),
      onRequest: (line) => {
        if (!flags.quiet) writeStderr(`${line}\n`);
      },
    });
    endOnInterrupt(() => server.close());
    return { ...this.describe(server), result: { ...resultOf(server), target: target.name } };
  }

  private describe(server: ServedTarget): Pick<Answer, 'lines'> {
    const { url, root, channels, certificate, origin } = server;
    const { hostname } = new URL(origin);
    const addresses = { origin, manifest: `${origin}/manifest`, isLoopback: isLoopback(hostname) };
    return {
      lines: () => [
        `Serving ${root} at ${url}`,
        ...renderSignatures(channels, this.style),
        ...(certificate === null
          ? []
          : renderDeviceSteps(
              { ...certificate, file: relative(process.cwd(), certificate.file) },
              addresses,
            )),
        'Stop with Ctrl-C.',
      ],
    };
  }
}

function resultOf({ url, root, channels, certificate, origin }: ServedTarget) {
  return { url, root, channels, manifestUrl: `${origin}/manifest`, certificate };
}

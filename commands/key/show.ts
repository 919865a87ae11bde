import type { Interfaces } from '@oclif/core';
import { string as stringArg } from '@oclif/core/args';
import { type Answer, ReleaseCommand } from '../../src/cli/command.ts';
import { openConfig, pickTarget } from '../../src/cli/session.ts';
import { signingOf } from '../../src/config/config.ts';
import { showKeyFile, showSigningKey } from '../../src/key/show-key.ts';
import { KEY_VARIABLE } from '../../src/trust/signing.ts';

export default class KeyShow extends ReleaseCommand {
  static override summary = 'Show the public half of a key: that of a file, or that which would sign now.';
  static override examples = ['<%= config.bin %> key show', '<%= config.bin %> key show ~/keys/editor.pem'];
  static override args = { file: stringArg({ description: 'A private key file.' }) };

  protected async answer(): Promise<Answer> {
    const parsed = await this.parse(KeyShow);
    const flags: Interfaces.InferredFlags<typeof ReleaseCommand.baseFlags> = parsed.flags;
    this.prepare(flags);
    const { file } = parsed.args;
    const { key, accepted } =
      file === undefined
        ? await showSigningKey(await this.signing(flags), process.env[KEY_VARIABLE])
        : await showKeyFile(file, await this.signing(flags).catch(() => null));
    return {
      result: { keyId: key.id, publicKey: key.text, accepted },
      lines: () => [
        `public key  ${key.text}`,
        `key id      ${key.id}`,
        ...(accepted === null
          ? []
          : [accepted ? 'The config accepts it.' : 'The config does not accept it.']),
      ],
    };
  }

  private async signing(flags: Interfaces.InferredFlags<typeof ReleaseCommand.baseFlags>) {
    const config = await openConfig(this.opening(flags));
    const target = pickTarget(config, { flags, environment: this.environment });
    return target.kind === 'app-store-connect' ? null : signingOf(target);
  }
}

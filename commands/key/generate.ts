import type { Interfaces } from '@oclif/core';
import { string } from '@oclif/core/flags';
import { type Answer, ReleaseCommand } from '../../src/cli/command.ts';
import { toggle } from '../../src/cli/flags.ts';
import { generateKeyFile } from '../../src/key/generate-key.ts';

export default class KeyGenerate extends ReleaseCommand {
  static override summary = 'Make a key that signs releases; the private half goes to a file of its own.';
  static override examples = ['<%= config.bin %> key generate --out ~/keys/editor.pem'];
  static override flags = {
    out: string({
      required: true,
      description: 'The file for the private key. Keep it out of the repository.',
    }),
    force: toggle({ description: 'Replace a file that exists. What it held is gone for good.' }),
  };

  protected async answer(): Promise<Answer> {
    const parsed = await this.parse(KeyGenerate);
    const flags: Interfaces.InferredFlags<typeof KeyGenerate.flags & typeof ReleaseCommand.baseFlags> =
      parsed.flags;
    this.prepare(flags);
    const { id, text } = await generateKeyFile(flags.out, { force: flags.force });
    return {
      result: { file: flags.out, keyId: id, publicKey: text },
      lines: () => [
        `Wrote the private key to ${flags.out}. Only its owner can read it; it is nowhere else.`,
        `public key  ${text}`,
        `key id      ${id}`,
        `Next: add the public key to \`signing.keys\` of the config and to the app.`,
      ],
    };
  }
}

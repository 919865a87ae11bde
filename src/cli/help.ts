import { stripVTControlCharacters } from 'node:util';
import { Config } from '@oclif/core/config';
import { Help } from '@oclif/core/help';
import { settings } from '@oclif/core/settings';

/** The shell's whole config, which only help needs. */
export function loadShellConfig(root: string): Promise<Config> {
  settings.enableAutoTranspile = false;
  return Config.load({ root });
}

/** The help of the words of a command line as text; no words: the list of commands. */
export async function formatHelp(config: Config, words: readonly string[]): Promise<string> {
  const help = new CollectedHelp(config);
  await help.showHelp([...words, '--help']);
  return help.lines.join('\n').trimEnd();
}

/** The same without emphasis, for a document. */
export const formatPlainHelp = async (config: Config, words: readonly string[]): Promise<string> =>
  stripVTControlCharacters(await formatHelp(config, words));

class CollectedHelp extends Help {
  readonly lines: string[] = [];

  protected override log(...lines: string[]): void {
    this.lines.push(...lines);
  }
}

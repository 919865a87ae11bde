import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PACKAGE_ROOT } from '../support/run-cli.ts';

/** A command line that works in a published project, without --json. */
export interface CommandCase {
  readonly args: readonly string[];
  readonly code: number;
  /** True for a command that runs until it is stopped: it is, once it has answered. */
  readonly untilStopped?: boolean;
}

/** One case for each command, by the name that is typed. A command without one fails the contract test. */
export const COMMAND_CASES: Readonly<Record<string, CommandCase>> = {
  'adapter add': { args: ['adapters/translator.fmadapter', '--build', '1.0.0'], code: 0 },
  'adapter decline': { args: ['summarizer', '--system-model', 'afm3-core'], code: 0 },
  'adapter eval': {
    args: ['summarizer', '1.1.0', '--os', '26.6', '--reference', 'https://ci.example.com/runs/812'],
    code: 0,
  },
  'adapter inspect': { args: ['adapters/summarizer.fmadapter'], code: 0 },
  'adapter list': { args: [], code: 0 },
  'adapter serve': { args: ['summarizer', '1.0.0'], code: 0 },
  adopt: { args: ['iOS.json', '--config', 'managed.config.json', '--yes'], code: 0 },
  audit: { args: ['--fail-on', 'note'], code: 10 },
  diff: { args: ['1', '2'], code: 0 },
  doctor: { args: ['--probe'], code: 0 },
  history: { args: [], code: 0 },
  init: { args: [], code: 0 },
  'key generate': { args: ['--out', 'new-key.pem'], code: 0 },
  'key show': { args: ['signing-key.pem'], code: 0 },
  manifest: { args: [], code: 0 },
  pack: { args: [], code: 0 },
  'pack inspect': { args: ['pack.aar'], code: 0 },
  plan: { args: ['--exit-code'], code: 0 },
  'plan show': { args: ['plan.json'], code: 0 },
  policy: { args: ['--config', 'bucket.config.json'], code: 0 },
  promote: { args: ['--from', 'stable', '--to', 'beta', '--yes'], code: 0 },
  prune: { args: [], code: 0 },
  publish: { args: ['--yes'], code: 0 },
  report: { args: [], code: 0 },
  resolve: { args: ['--platform', 'iOS', '--os', '26.1', '--explain'], code: 0 },
  rollback: { args: ['--to', '1', '--yes'], code: 0 },
  serve: { args: ['--port', '0'], code: 0, untilStopped: true },
  systems: { args: [], code: 0 },
  'systems import': { args: ['systems.json'], code: 0 },
  'systems import-probe': { args: ['probe.txt'], code: 0 },
  verify: { args: [], code: 0 },
};

/** Every command of the built CLI, as it is typed, with its positional arguments and flags. */
export const COMMANDS: readonly CommandFacts[] = readCommands();

/** What oclif.manifest.json tells of a command. */
export interface CommandFacts {
  readonly name: string;
  readonly requiredArgs: readonly string[];
  readonly flags: readonly FlagFacts[];
}

/** One flag of a command. */
export interface FlagFacts {
  readonly name: string;
  readonly takesValue: boolean;
  readonly required: boolean;
  readonly options: readonly string[];
}

interface ManifestFlag {
  readonly name: string;
  readonly type: 'boolean' | 'option';
  readonly required?: boolean;
  readonly options?: readonly string[];
}

interface ManifestCommand {
  readonly args: Readonly<Record<string, { readonly name: string; readonly required?: boolean }>>;
  readonly flags: Readonly<Record<string, ManifestFlag>>;
}

function readCommands(): readonly CommandFacts[] {
  const manifest: { readonly commands: Readonly<Record<string, ManifestCommand>> } = JSON.parse(
    readFileSync(join(PACKAGE_ROOT, 'oclif.manifest.json'), 'utf8'),
  );
  return Object.entries(manifest.commands).map(([id, { args, flags }]) => ({
    name: id.replaceAll(':', ' '),
    requiredArgs: Object.values(args)
      .filter(({ required }) => required === true)
      .map(({ name }) => name),
    flags: Object.values(flags).map(({ name, type, required = false, options = [] }) => ({
      name,
      takesValue: type === 'option',
      required,
      options,
    })),
  }));
}

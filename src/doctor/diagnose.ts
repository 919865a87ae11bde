import { access, constants } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config, Target } from '../config/config.ts';
import { makeFolders } from '../disk/make-folders.ts';
import { PROJECT_FOLDER } from '../disk/project-folder.ts';
import { ReleaseError } from '../errors.ts';
import { loadIntent } from '../matrix/load.ts';
import type { PackTool } from '../pack/ba-package/tool.ts';
import { listChannels } from '../release/read-channel.ts';
import { openProbe, openStore } from '../store/open.ts';
import type { ProbeCheck } from '../store/probe.ts';

/** One thing that was looked at, and the exit code that its failure stands for. */
export interface DoctorCheck extends ProbeCheck {
  readonly exitCode: number;
}

/** What is looked at. */
export interface Consultation {
  readonly loadConfig: () => Promise<Config>;
  readonly pickTarget: (config: Config) => Target;
  readonly describePlace: (target: Target, config: Config) => string;
  /** Finds Apple's packer for the target of that name; throws `PACK_TOOL_MISSING`. */
  readonly packTool: (target: string) => Promise<PackTool>;
  readonly nodeVersion: string;
  /** Tries what the store honours, which writes to it. */
  readonly probe: boolean;
}

/**
 * Looks at everything that a publish needs, one check after the other. What cannot be looked at because something
 * before it failed is said, and counts as failed. Writes nothing but, with `probe`, what the probe cleans up again.
 */
export async function* diagnose(consultation: Consultation): AsyncIterable<DoctorCheck> {
  const { nodeVersion, probe } = consultation;
  yield check('Node', nodeIsNew(nodeVersion), `${nodeVersion}, 20.19 or newer is needed`, {
    fix: 'Install a newer Node.',
    exitCode: 2,
  });
  const config = yield* attempt('config', consultation.loadConfig, ({ file, targets, channels }) => ({
    ok: true,
    detail: `${file}: targets ${targets.map(({ name }) => name).join(', ')}; channels ${channels.join(', ')}`,
  }));
  if (config === undefined)
    return yield* skip(['matrix', 'local caches', 'target', 'store'], 'the config cannot be read');
  yield* attempt(
    'matrix',
    () => loadIntent(config),
    ({ adapters, faults }) => {
      const errors = faults.filter(({ severity }) => severity === 'error').length;
      return {
        ok: errors === 0,
        detail: `adapters: ${adapters.length}, errors: ${errors}`,
        fix: 'Run `fmrelease audit`.',
      };
    },
  );
  yield* attempt(
    'local caches',
    () => writableCaches(config),
    (folder) => ({ ok: true, detail: `${folder} can be written` }),
  );
  const target = yield* attempt(
    'target',
    () => Promise.resolve().then(() => consultation.pickTarget(config)),
    judgeTarget,
  );
  if (target === undefined) return yield* skip(['store'], 'no target is chosen');
  if (target.kind !== 'app-store-connect' && target.hosting === 'managed')
    yield* attempt(
      'ba-package',
      () => consultation.packTool(target.name),
      ({ label, command }) => ({ ok: true, detail: `${label}, ${command.join(' ')}` }),
    );
  const place = consultation.describePlace(target, config);
  const reached = yield* attempt(
    'store',
    async () => listChannels((await openStore(target, place)).store),
    (channels) => ({
      ok: true,
      detail: `${place} answers; channels there: ${channels.length === 0 ? 'none yet' : channels.join(', ')}`,
    }),
  );
  if (!probe) return;
  if (reached === undefined) return yield* skip(['probe'], 'the store does not answer');
  for await (const one of (await openProbe(target, place))()) yield { ...one, exitCode: one.ok ? 0 : 6 };
}

interface Judgement {
  readonly ok: boolean;
  readonly detail: string;
  readonly fix?: string;
}

/** Does something whose failure is a finding; returns what it gave. */
async function* attempt<T>(
  name: string,
  act: () => Promise<T>,
  judge: (value: T) => Judgement,
): AsyncGenerator<DoctorCheck, T | undefined> {
  let value: T;
  try {
    value = await act();
  } catch (error) {
    if (!(error instanceof ReleaseError)) throw error;
    yield { name, ok: false, detail: error.message, fix: error.fix ?? null, exitCode: error.exitCode };
    return undefined;
  }
  const { ok, detail, fix } = judge(value);
  yield check(name, ok, detail, { fix: fix ?? null, exitCode: 6 });
  return value;
}

function* skip(names: readonly string[], why: string): Generator<DoctorCheck, void> {
  for (const name of names)
    yield {
      name,
      ok: false,
      detail: `not looked at: ${why}`,
      fix: 'Mend what failed before it.',
      exitCode: 0,
    };
}

const check = (
  name: string,
  ok: boolean,
  ...[detail, { fix, exitCode }]: [
    detail: string,
    failure: { readonly fix: string | null; readonly exitCode: number },
  ]
): DoctorCheck => ({ name, ok, detail, fix: ok ? null : fix, exitCode: ok ? 0 : exitCode });

function judgeTarget(target: Target): Judgement {
  if (target.kind === 'app-store-connect')
    return {
      ok: false,
      detail: `"${target.name}" is App Store Connect, which this version cannot publish to`,
      fix: 'Pick another --target.',
    };
  const facts = `"${target.name}", ${target.kind}, ${target.hosting} hosting, verified at the ${target.verify}`;
  return { ok: true, detail: facts };
}

async function writableCaches({ root }: Config): Promise<string> {
  const folder = join(root, PROJECT_FOLDER);
  try {
    await makeFolders(folder);
    await access(folder, constants.W_OK);
    return PROJECT_FOLDER;
  } catch (cause) {
    throw new ReleaseError('FILE_UNWRITABLE', `${PROJECT_FOLDER} cannot be written.`, {
      fix: 'Give this user write access to it.',
      cause,
    });
  }
}

function nodeIsNew(version: string): boolean {
  const [major = 0, minor = 0] = version.replace(/^v/, '').split('.').map(Number);
  return major > 20 || (major === 20 && minor >= 19);
}

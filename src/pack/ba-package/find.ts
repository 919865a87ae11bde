import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { ReleaseError } from '../../errors.ts';
import { runTool } from './run.ts';
import { type PackTool, packToolMissing, SUPPORTED_MAJORS, type SupportedMajor } from './tool.ts';

/** As much of an environment as the search reads. */
export interface ToolEnvironment {
  readonly FMRELEASE_BA_PACKAGE?: string | undefined;
  readonly FMRELEASE_BA_PACKAGE_VERSION?: string | undefined;
  readonly PATH?: string | undefined;
}

/**
 * Finds `ba-package`: `FMRELEASE_BA_PACKAGE` (empty is unset), then `xcrun ba-package`, then `ba-package` on PATH. Its
 * version is asked for, unless `FMRELEASE_BA_PACKAGE_VERSION` says it.
 *
 * @param why - who needs it, for the message
 * @throws ReleaseError `PACK_TOOL_MISSING`, `PACK_TOOL_UNSUPPORTED` for a version whose command line is not known
 */
export async function findPackTool(env: ToolEnvironment, why: string): Promise<PackTool> {
  const command = await findCommand(env, why);
  const told = env.FMRELEASE_BA_PACKAGE_VERSION;
  const text = told === undefined || told === '' ? await askVersion(command) : told;
  const match = /\b(\d+)\.\d+(?:\.\d+)?\b/.exec(text);
  const major = SUPPORTED_MAJORS.find((one) => String(one) === match?.[1]);
  if (major === undefined) throw unsupported(command, text);
  return { command, major, label: labelOf(text), stallMs: STALL_MS };
}

async function findCommand(env: ToolEnvironment, why: string): Promise<PackTool['command']> {
  const named = env.FMRELEASE_BA_PACKAGE;
  if (named !== undefined && named !== '') {
    if (isProgram(named)) return [resolve(named)];
    throw new ReleaseError(
      'PACK_TOOL_MISSING',
      `FMRELEASE_BA_PACKAGE is "${named}", which is no program that this user can start.`,
      { fix: 'Set it to the path of ba-package, or unset it.' },
    );
  }
  const folders = (env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  const onPath = (name: string): string | undefined =>
    folders.map((folder) => join(folder, name)).find(isProgram);
  const xcrun = onPath('xcrun');
  if (xcrun !== undefined) {
    const found = await runTool({ command: [xcrun], args: ['--find', 'ba-package'], stallMs: ASK_MS });
    if (found.code === 0) return [xcrun, 'ba-package'];
  }
  const plain = onPath('ba-package');
  if (plain !== undefined) return [plain];
  throw packToolMissing(why);
}

async function askVersion(command: PackTool['command']): Promise<string> {
  const { code, stdout } = await runTool({ command, args: ['--version'], stallMs: ASK_MS });
  return code === 0 ? (stdout.trim().split('\n')[0] ?? '') : '';
}

/** `ba-package 2.0 (…)`: one line, never long. */
function labelOf(version: string): string {
  const line = version.trim().slice(0, 80);
  return line.startsWith('ba-package') ? line : `ba-package ${line}`;
}

const unsupported = (command: PackTool['command'], text: string): ReleaseError =>
  new ReleaseError(
    'PACK_TOOL_UNSUPPORTED',
    `${command.join(' ')} ${text === '' ? 'does not tell its version' : `is version "${text.slice(0, 80)}"`}: expected ${SUPPORTED_MAJORS.map((major: SupportedMajor) => `${major}.x`).join(' or ')}.`,
    {
      fix: 'Set FMRELEASE_BA_PACKAGE to a known one; or FMRELEASE_BA_PACKAGE_VERSION to 2.0 if its command line is the same.',
    },
  );

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

const ASK_MS = 30_000;
const STALL_MS = 15 * 60_000;

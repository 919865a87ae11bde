import { resolve } from 'node:path';
import type { Config, Target } from '../../config/config.ts';
import { ReleaseError } from '../../errors.ts';
import { loadIntent } from '../../matrix/load.ts';
import type { Finding } from '../../model/finding.ts';
import type { DoctorCheck } from '../diagnose.ts';
import { expectApp } from './expect-app.ts';
import { lintApp } from './lint-app.ts';
import { type AppFacts, readApp } from './read-app.ts';

/** What was looked at in an app's project, and what is wrong with it. */
export interface AppDiagnosis {
  readonly checks: readonly DoctorCheck[];
  readonly findings: readonly Finding[];
}

/**
 * Compares the Xcode project in a folder, relative to `cwd`, with the target that serves it and with the matrix. Reads
 * files only: no store, no network.
 *
 * @throws ReleaseError `USAGE` for an empty name, `FILE_NOT_FOUND` without such a folder, or as the matrix does
 */
export async function consultApp(
  { folder, cwd }: { readonly folder: string; readonly cwd: string },
  config: Config,
  target: Target,
): Promise<AppDiagnosis> {
  if (folder.trim() === '')
    throw new ReleaseError('USAGE', '--app is empty: expected a folder.', {
      fix: 'Pass the folder of your Xcode project to --app.',
    });
  const facts = await readApp(resolve(cwd, folder), folder);
  const expected = expectApp(config, target, await loadIntent(config));
  const findings = lintApp(facts, expected);
  const read = { name: 'app', detail: `${folder}: ${describe(facts)}` };
  const fit = {
    name: 'target',
    detail: `"${target.name}" of ${config.file}, ${expected.hosting} hosting${expected.publicUrl === null ? '' : ` at ${expected.publicUrl}`}`,
  };
  return {
    checks: [
      {
        ...read,
        ok: facts.unreadable.length === 0,
        fix: facts.unreadable.length === 0 ? null : FIX,
        exitCode: 0,
      },
      { ...fit, ok: findings.length === 0, fix: findings.length === 0 ? null : FIX, exitCode: 0 },
    ],
    findings,
  };
}

const describe = (facts: AppFacts): string =>
  [
    `app plists ${facts.apps.length}`,
    `extension plists ${facts.extensions.length}`,
    `entitlements ${facts.appEntitlements.length} and ${facts.extensionEntitlements.length}`,
    `deployment targets ${facts.deploymentTargets.length}`,
  ].join(', ');

const FIX = 'Mend what is listed below.';

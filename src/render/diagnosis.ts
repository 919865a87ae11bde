import type { DoctorCheck } from '../doctor/diagnose.ts';
import { countFindings, type Finding } from '../model/finding.ts';
import { renderCounts, renderFindings } from './findings.ts';
import type { Style } from './style.ts';
import { alignTable } from './table.ts';

/** What the doctor found, as lines: each check, below a failed one what to do, and the verdict. */
export function renderDiagnosis(
  checks: readonly DoctorCheck[],
  { probed }: { readonly probed: boolean },
  style: Style,
): readonly string[] {
  const failed = checks.filter(({ ok }) => !ok).length;
  return [
    ...renderChecks(checks, style),
    '',
    failed === 0
      ? probed
        ? style.green('All is well: this store can be published to. Next: fmrelease plan')
        : style.green('All is well. Next: fmrelease doctor --probe, to see what the store honours')
      : style.red(`${failed} of ${checks.length} checks failed. Mend the first and run it again.`),
  ];
}

/** What was found in an app's project, as lines: what was looked at, each finding, and the verdict. */
export const renderAppDiagnosis = (
  checks: readonly DoctorCheck[],
  findings: readonly Finding[],
  style: Style,
): readonly string[] => [
  ...renderChecks(checks, style),
  '',
  ...renderFindings(findings, style),
  findings.length === 0
    ? style.green(
        'The app fits its target. What a device does with it is not proved by this: docs/verify-on-a-mac.md.',
      )
    : renderCounts(countFindings(findings)),
];

function renderChecks(checks: readonly DoctorCheck[], style: Style): readonly string[] {
  const rows = alignTable(
    checks.map(({ name, ok, detail }) => [ok ? 'ok' : 'FAILED', name, detail]),
    'LLL',
  );
  return checks.flatMap(({ ok, fix }, index) => {
    const row = rows[index] ?? '';
    return [ok ? row : style.red(row), ...(fix === null ? [] : [`        ${fix}`])];
  });
}

import { rangeContains } from '../../model/os-range.ts';
import { formatOsVersion } from '../../model/os-version.ts';
import type { OsRelease, SystemModel } from '../../model/system-model.ts';
import { releasesOut } from '../releases-out.ts';
import { finding, type Rule } from '../state.ts';

/** `evidence-stale`: the newest OS release of a row in use is younger than all its evidence. */
export const evidenceStaleRule: Rule = (state) => {
  const used = state.cells.flatMap(({ systemModel, state: outcome }) =>
    systemModel === null || outcome === 'not-offered' ? [] : [systemModel],
  );
  const releases = releasesOut(state);
  return [...new Set(used)].flatMap((row) => {
    const last = releases.filter((release) => isOf(row, release)).at(-1);
    const confirmed = lastConfirmed(row);
    if (last === undefined || (confirmed !== null && confirmed >= last.date)) return [];
    return [
      finding('evidence-stale', {
        subject: row.id,
        message: `"${row.id}" ${confirmed === null ? 'was never confirmed' : `was last confirmed on ${confirmed}`}, and OS ${formatOsVersion(last.version)} is known since ${last.date}.`,
        fix: howToConfirm(row),
      }),
    ];
  });
};

/** A device whose base model takes no adapters lists no identifier, so a probe tells nothing there. */
const howToConfirm = ({ adapterSupport, id }: SystemModel): string =>
  adapterSupport === 'unsupported'
    ? `Look up whether Apple still says so for that OS, and import "${id}" with that evidence: \`fmrelease systems import <file>\`.`
    : 'Run what `fmrelease systems import-probe --snippet` prints on that OS, and give its output to `fmrelease systems import-probe <file>`.';

const isOf = (row: SystemModel, { platforms, version }: OsRelease): boolean =>
  platforms.some((platform) => {
    const range = row.os[platform];
    return range !== undefined && rangeContains(range, version);
  });

const lastConfirmed = ({ evidence }: SystemModel): string | null =>
  evidence
    .map(({ date }) => date)
    .sort()
    .at(-1) ?? null;

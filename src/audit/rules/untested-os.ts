import type { MatrixCell } from '../../model/cell.ts';
import { groupBy } from '../../model/group-by.ts';
import type { Build } from '../../model/matrix.ts';
import { rangeContains } from '../../model/os-range.ts';
import {
  compareOsVersions,
  formatOsVersion,
  type OsVersion,
  parseOsVersion,
} from '../../model/os-version.ts';
import type { OsRelease } from '../../model/system-model.ts';
import { SUPPOSED } from '../intent-on.ts';
import { releasesOut } from '../releases-out.ts';
import { buildSubject, dayOf, finding, type Rule } from '../state.ts';

/** `untested-os`: devices that a build reaches run an OS release which it was neither made after nor evaluated on. */
export const untestedOsRule: Rule = (state) => {
  const cellsOf = groupBy(state.cells, ({ adapter }) => adapter);
  const releases = releasesOut(state);
  return state.builds.flatMap((served) => {
    const { adapter, build } = served;
    const reached = (cellsOf.get(adapter.name) ?? []).filter((cell) => cell.build === build);
    const evals = build.evals.filter(({ date }) => date <= dayOf(state));
    const untested = releases.filter(
      (release) => isReached(reached, release) && isUntested({ ...build, evals }, release),
    );
    const newest = untested.at(-1);
    if (newest === undefined) return [];
    const names = untested.map(({ version }) => formatOsVersion(version)).join(', ');
    return [
      finding('untested-os', {
        subject: buildSubject(served),
        message: `Build ${build.version} of "${adapter.name}" is older than OS ${names} and was not evaluated there.`,
        fix: `Evaluate it there, then run \`fmrelease adapter eval ${adapter.name} ${build.version} --os ${formatOsVersion(newest.version)} --reference <url>\`.`,
      }),
    ];
  });
};

const isReached = (cells: readonly MatrixCell[], { platforms, version }: OsRelease): boolean =>
  cells.some(({ platform, range }) => platforms.includes(platform) && rangeContains(range, version));

/** An evaluation counts for the OS version that it was made on and for every older one. */
const isUntested = ({ addedAt, evals }: Build, { version, date, source }: OsRelease): boolean =>
  (source === SUPPOSED || date > addedAt.slice(0, 10)) &&
  !evals.some(({ os }) => {
    const evaluated = readOsVersion(os);
    return evaluated !== null && compareOsVersions(evaluated, version) >= 0;
  });

/** What a matrix gives as the OS of an evaluation may be any text; only a version counts. */
const readOsVersion = (text: string): OsVersion | null =>
  /^\d{1,4}(\.\d{1,4}){0,2}$/.test(text) ? parseOsVersion(text) : null;

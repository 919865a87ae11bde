import { compareOsVersions } from '../model/os-version.ts';
import type { OsRelease } from '../model/system-model.ts';
import { type AuditState, dayOf } from './state.ts';

/** The OS releases that are out on the day of the question, oldest version first. */
export const releasesOut = (state: Pick<AuditState, 'asOf' | 'intent'>): readonly OsRelease[] =>
  state.intent.catalogue.osReleases
    .filter(({ date }) => date <= dayOf(state))
    .sort((a, b) => compareOsVersions(a.version, b.version));

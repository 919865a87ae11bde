import { finding, type Rule } from '../state.ts';

/**
 * `version-fell`: the newest entry gives a pack id a lower version than an earlier one did. A fall that a later
 * release has risen above again is history, and the log cannot be mended, so it is no finding.
 */
export const versionFellRule: Rule = ({ channel }) => {
  const highest = new Map<string, { readonly version: number; readonly revision: number }>();
  for (const { entry } of channel.slots) {
    for (const { id, version } of entry.packs) {
      if (version > (highest.get(id)?.version ?? -1)) highest.set(id, { version, revision: entry.revision });
    }
  }
  const newest = channel.slots.at(-1)?.entry;
  return (newest?.packs ?? []).flatMap(({ id, version, adapter }) => {
    const before = highest.get(id);
    if (newest === undefined || before === undefined || before.version <= version) return [];
    return [
      finding('version-fell', {
        subject: id,
        message: `"${id}" is version ${version} in revision ${newest.revision}, but was ${before.version} in revision ${before.revision}.`,
        fix: `Publish another build of "${adapter}": it takes the next version above the highest.`,
      }),
    ];
  });
};

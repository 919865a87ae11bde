// Whether what several publishers saw of one channel fits one order of their publishes. No search is needed: every
// publish returns a revision, and revisions are the order.

/** See linearizable.d.mts. Returns what does not fit, in words; nothing when all does. */
export function findDisorder({ publishes, reads, entries }) {
  return [
    ...checkRevisions(publishes, entries),
    ...checkRealTime(publishes),
    ...checkReads(publishes, reads),
    ...checkHeads(publishes, entries),
  ];
}

/** Every publish has a revision of its own, and the log has no other. */
function checkRevisions(publishes, entries) {
  const faults = [];
  const revisions = publishes.map(({ revision }) => revision).sort((a, b) => a - b);
  if (new Set(revisions).size !== revisions.length) faults.push('two publishes have one revision');
  if (entries.some(({ revision }, index) => revision !== index + 1)) faults.push('the log has a hole');
  const first = revisions[0] ?? 1;
  if (revisions.some((revision, index) => revision !== first + index)) faults.push('a revision is nobody’s');
  if ((revisions.at(-1) ?? 0) !== entries.length) faults.push('the log ends elsewhere than the publishes');
  for (const { revision, message } of publishes)
    if (entries[revision - 1]?.message !== message)
      faults.push(`revision ${revision} is not what its publisher wrote`);
  return faults;
}

/** What returned before another began comes before it. */
function checkRealTime(publishes) {
  const byReturn = [...publishes].sort((a, b) => a.returnedAt - b.returnedAt);
  const byInvoke = [...publishes].sort((a, b) => a.invokedAt - b.invokedAt);
  const faults = [];
  let [next, highest] = [0, 0];
  for (const { invokedAt, revision } of byInvoke) {
    for (; (byReturn[next]?.returnedAt ?? Number.POSITIVE_INFINITY) < invokedAt; next++)
      highest = Math.max(highest, byReturn[next].revision);
    if (revision <= highest) faults.push(`revision ${revision} began after ${highest} had returned`);
  }
  return faults;
}

/** Who has returned has rolled the projection forward: no later read is older. */
function checkReads(publishes, reads) {
  const byReturn = [...publishes].sort((a, b) => a.returnedAt - b.returnedAt);
  const faults = [];
  let [next, highest] = [0, 0];
  for (const { startedAt, revision } of [...reads].sort((a, b) => a.startedAt - b.startedAt)) {
    for (; (byReturn[next]?.returnedAt ?? Number.POSITIVE_INFINITY) < startedAt; next++)
      highest = Math.max(highest, byReturn[next].revision);
    if (revision < highest) faults.push(`a read saw revision ${revision} after ${highest} had returned`);
  }
  return faults;
}

/** Replaying the changes by revision gives every head that the log has: nothing is lost, nothing comes back. */
function checkHeads(publishes, entries) {
  const changes = new Map(publishes.map(({ revision, adapter, build }) => [revision, { adapter, build }]));
  const faults = [];
  let head = new Map();
  for (const { revision, packs } of entries) {
    const found = new Map(packs.map(({ adapter, build }) => [adapter, build]));
    const change = changes.get(revision);
    if (change === undefined)
      head = found; // from before the publishes that are looked at
    else head.set(change.adapter, change.build);
    if (!areEqual(head, found)) faults.push(`revision ${revision} is not the one before with its change`);
    head = found;
  }
  return faults;
}

const areEqual = (a, b) => a.size === b.size && [...a].every(([key, value]) => b.get(key) === value);

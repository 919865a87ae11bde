import { shortDigest } from '../../model/digest.ts';
import type { Finding } from '../../model/finding.ts';
import { type AuditState, finding, type Rule } from '../state.ts';

/** `log-broken`: the log has a hole, a rewritten slot or an unreadable one. */
export const logRule: Rule = ({ channel }) =>
  channel.logFaults.map((message) =>
    finding('log-broken', 'error', {
      subject: channel.name,
      message,
      fix: 'Restore the log from a backup; nothing is published until it is whole.',
    }),
  );

/** `pack-missing`, `size-mismatch`, `digest-mismatch`: what the head names is not what the store has. */
export const packsRule: Rule = ({ channel }) =>
  channel.packs.flatMap(({ pack, sizeBytes, sha256 }): readonly Finding[] => {
    const repair =
      'Publish again from a machine that has the build: the same bytes go back under the same key.';
    if (sizeBytes === null)
      return [
        finding('pack-missing', 'error', {
          subject: pack.id,
          message: `"${channel.name}" serves ${pack.key}, which is absent.`,
          fix: repair,
        }),
      ];
    if (sizeBytes !== pack.downloadSize)
      return [
        finding('size-mismatch', 'error', {
          subject: pack.id,
          message: `${pack.key} has ${sizeBytes} bytes, expected ${pack.downloadSize}.`,
          fix: `Remove that object by hand. ${repair}`,
        }),
      ];
    if (sha256 !== null && sha256 !== pack.sha256)
      return [
        finding('digest-mismatch', 'error', {
          subject: pack.id,
          message: `${pack.key} has SHA-256 ${shortDigest(sha256)}, expected ${shortDigest(pack.sha256)}.`,
          fix: `Remove that object by hand. ${repair}`,
        }),
      ];
    return [];
  });

/** `version-fell`: a pack id's version is lower than in an earlier revision, so devices keep what they have. */
export const versionFellRule: Rule = ({ channel }) => {
  const highest = new Map<string, { readonly version: number; readonly revision: number }>();
  return channel.slots.flatMap(({ entry }) =>
    entry.packs.flatMap(({ id, version }) => {
      const before = highest.get(id);
      if (before === undefined || version > before.version)
        highest.set(id, { version, revision: entry.revision });
      if (before === undefined || version >= before.version) return [];
      return [
        finding('version-fell', 'error', {
          subject: id,
          message: `"${id}" is version ${version} in revision ${entry.revision}, but was ${before.version} in revision ${before.revision}.`,
          fix: 'Publish the build again: it takes the next version.',
        }),
      ];
    }),
  );
};

/** `projection-foreign`, `projection-behind`: what apps read is not the newest entry. */
export const projectionRule: Rule = ({ channel }) => {
  switch (channel.projection) {
    case 'foreign':
      return [
        finding('projection-foreign', 'error', {
          subject: channel.name,
          message: `The manifest of "${channel.name}" is not what any revision of its log says.`,
          fix: 'Find out who wrote it, then publish with --allow-foreign.',
        }),
      ];
    case 'behind':
    case 'absent':
      return channel.head === null
        ? []
        : [
            finding('projection-behind', 'warning', {
              subject: channel.name,
              message: `The manifest of "${channel.name}" ${channel.projection === 'absent' ? 'is absent' : 'lags'}: the log is at revision ${channel.head.entry.revision}.`,
              fix: 'Run `fmrelease publish`: it rolls the manifest forward.',
            }),
          ];
    case 'current':
      return [];
  }
};

/** `unpublished`, `published-only`: the matrix and the head differ. */
export const driftRule: Rule = (state) => {
  const { channel, desired, intent } = state;
  const known = new Set(intent.adapters.map(({ name }) => name));
  const onlyThere = (channel.head?.entry.packs ?? []).filter(
    ({ adapter, id }) =>
      !known.has(adapter) ||
      desired.some((own) => own.adapter === adapter && !own.packs.some((pack) => pack.id === id)),
  );
  return [
    ...desired
      .filter((own) => differs(state, own))
      .map(({ adapter }) =>
        finding('unpublished', 'warning', {
          subject: adapter,
          message: `"${adapter}" in the matrix is not what "${channel.name}" serves${channel.head === null ? ': nothing is published yet' : ''}.`,
          fix: 'Review it with `fmrelease plan`, then publish.',
        }),
      ),
    ...(state.adapters.length === intent.adapters.length
      ? onlyThere
      : onlyThere.filter(({ adapter }) => state.adapters.some(({ name }) => name === adapter))
    ).map(({ id, adapter }) =>
      finding('published-only', 'warning', {
        subject: id,
        message: `"${channel.name}" serves "${id}" of "${adapter}", which the matrix no longer lists.`,
        fix: `Put it back into the matrix, or drop it with --allow-remove ${id}.`,
      }),
    ),
  ];
};

/** `orphan-pack`: an object under `packs/` that no log entry within retention names. */
export const orphanRule: Rule = ({ channel }) =>
  channel.orphans.map((key) =>
    finding('orphan-pack', 'warning', {
      subject: key,
      message: `${key} is named by no revision within retention, in any channel.`,
      fix: 'Leave it until a device can no longer be downloading it, then remove it.',
    }),
  );

/** `unsigned`: nothing proves to a device who published. */
export const unsignedRule: Rule = ({ channel }) =>
  channel.head === null
    ? []
    : [
        finding('unsigned', 'note', {
          subject: channel.name,
          message: `"${channel.name}" is not signed: HTTPS and digests are all that devices can check.`,
          fix: 'Let the app compare each pack with the `sha256` of the manifest.',
        }),
      ];

function differs({ channel }: AuditState, own: AuditState['desired'][number]): boolean {
  const served = (channel.head?.entry.packs ?? []).filter(({ adapter }) => adapter === own.adapter);
  const cells = (channel.head?.cells ?? []).filter(({ adapter }) => adapter === own.adapter);
  const samePacks = own.packs.every((pack) =>
    served.some(
      (other) =>
        other.id === pack.id &&
        other.buildDigest === pack.buildDigest &&
        JSON.stringify(other.recipe) === JSON.stringify(pack.recipe),
    ),
  );
  return !samePacks || JSON.stringify(sorted(cells)) !== JSON.stringify(sorted(own.cells));
}

const sorted = (cells: readonly unknown[]): readonly string[] =>
  cells.map((cell) => JSON.stringify(cell)).sort();

import { finding, type Rule } from '../state.ts';

/** `orphan-pack`: a stored pack that retention keeps for no channel of the target. */
export const orphanPackRule: Rule = ({ channel, config: { retention } }) =>
  channel.orphans.map((key) =>
    finding('orphan-pack', {
      subject: key,
      message: `${key} is named by none of the last ${retention.revisions} revisions of any channel, by none served in the last ${retention.days} days, and by none of the last ${retention.builds} builds of its adapter and signature.`,
      fix: 'Run `fmrelease prune` to see what would go; with --yes it is marked, and removed a day later.',
    }),
  );

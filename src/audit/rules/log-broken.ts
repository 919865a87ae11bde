import { logPrefix, objectPlace } from '../../release/layout.ts';
import { finding, type Rule } from '../state.ts';

/** `log-broken`: the log has a hole, a rewritten slot or an unreadable one, or the cells of its head are gone. */
export const logBrokenRule: Rule = ({ channel }) =>
  channel.logFaults.map((message) =>
    finding('log-broken', {
      subject: channel.name,
      message,
      fix: `Restore ${objectPlace(channel.place, logPrefix(channel.name))} from a backup; nothing is published until it is whole.`,
    }),
  );

import type { PublishResult } from '../publish/finish.ts';
import { renderPublish } from '../render/publish.ts';
import type { Style } from '../render/style.ts';
import type { Session } from '../session.ts';
import type { Answer } from './command.ts';

/** What a publish, rollback or promotion answers: exit code 9 when it is committed but what is served could not be proved. */
export const publishAnswer = (
  { channel: { name, target } }: Session,
  result: PublishResult,
  { done, style }: { readonly done: string; readonly style: Style },
): Answer => ({
  result: { target: target.name, channel: name, ...result },
  lines: () =>
    renderPublish(result, { target: target.name, channel: name, done, verify: target.verify }, style),
  exitCode: result.problems.length > 0 ? 9 : 0,
});

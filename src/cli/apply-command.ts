import type { Plan } from '../model/plan.ts';

/** What was asked of `plan`, as far as the command that applies it must say it again. */
export interface PlanFlags {
  readonly config?: string | undefined;
  readonly target?: string | undefined;
  readonly only?: readonly string[] | undefined;
  readonly out?: string | undefined;
}

/**
 * Returns the command that publishes just what the plan shows. A saved plan carries its place, scope and permits;
 * removals are permitted by name in either form, since devices delete what is removed.
 */
export function applyCommand(plan: Plan, { config, target, only = [], out }: PlanFlags): string {
  const removed = new Set([
    ...plan.changes.filter(({ kind }) => kind === 'remove').map(({ packId }) => packId),
    ...plan.leaving.map(({ packId }) => packId),
  ]);
  const place =
    out === undefined
      ? [
          ...option('target', target),
          ...option('channel', plan.channel === 'stable' ? undefined : plan.channel),
          ...only.flatMap((name) => option('only', name)),
        ]
      : [];
  const permits =
    out === undefined
      ? [
          ...(plan.allow.gap ? ['--allow-gap'] : []),
          ...plan.change.liftHolds.flatMap((name) => option('lift-hold', name)),
        ]
      : [];
  const words = [
    ...option('config', config),
    ...place,
    ...permits,
    ...[...removed].flatMap((id) => option('allow-remove', id)),
  ];
  return ['fmrelease publish', ...(out === undefined ? [] : [out]), '--yes', ...words].join(' ');
}

const option = (name: string, value: string | undefined): readonly string[] =>
  value === undefined ? [] : [`--${name} ${value}`];

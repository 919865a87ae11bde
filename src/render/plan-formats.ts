import type { Plan } from '../model/plan.ts';
import { type PlanContext, renderPlan } from './plan.ts';
import { renderPlanMarkdown } from './plan-markdown.ts';
import type { Style } from './style.ts';

/** A plan in the format that was asked for. */
export const renderPlanAs = (
  format: string,
  plan: Plan,
  { style, ...context }: PlanContext & { readonly style: Style },
): readonly string[] => (format === 'markdown' ? renderPlanMarkdown(plan) : renderPlan(plan, context, style));

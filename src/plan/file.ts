import { open, readFile } from 'node:fs/promises';
import { writeFileAtomically } from '../disk/atomic-write.ts';
import { isSystemError, ReleaseError } from '../errors.ts';
import type { Plan as PlanJson } from '../generated/plan.ts';
import { readJsonBytes } from '../json/read.ts';
import { checkDocument } from '../json/validate.ts';
import { writeJson } from '../json/write.ts';
import type { Plan } from '../model/plan.ts';
import { operationId, planDigest } from './assemble.ts';

/** Writes a plan as canonical JSON, whole or not at all. */
export const writePlanFile = (path: string, plan: Plan): Promise<void> =>
  writeFileAtomically(path, writeJson(plan));

/**
 * Reads a saved plan and proves that nothing in it was edited.
 *
 * @throws ReleaseError `FILE_NOT_FOUND`, or `PLAN_INVALID` with every fault
 */
export async function readPlanFile(path: string): Promise<Plan> {
  const { default: validate } = await import('../generated/plan.validator.js');
  const bytes = await readPlanBytes(path);
  let plan: Plan;
  try {
    plan = checkDocument<PlanJson>(readJsonBytes(bytes, path), {
      validate,
      source: path,
      code: 'PLAN_INVALID',
    });
  } catch (cause) {
    if (!(cause instanceof ReleaseError)) throw cause;
    throw new ReleaseError('PLAN_INVALID', cause.message, {
      fix: MAKE_ANOTHER,
      details: cause.details,
      cause,
    });
  }
  const { digest, ...rest } = plan;
  if (planDigest(rest) === digest && operationId(plan.channel, plan.base, plan.change) === plan.operation)
    return plan;
  throw new ReleaseError(
    'PLAN_INVALID',
    `${path} was edited: it no longer has the digest that it was saved with.`,
    {
      fix: MAKE_ANOTHER,
    },
  );
}

async function readPlanBytes(path: string): Promise<Uint8Array> {
  try {
    const handle = await open(path, 'r');
    try {
      const { size } = await handle.stat();
      if (size > MAX_PLAN_BYTES)
        throw new ReleaseError(
          'PLAN_INVALID',
          `${path} is ${size} bytes long, more than ${MAX_PLAN_BYTES}.`,
          { fix: MAKE_ANOTHER },
        );
    } finally {
      await handle.close();
    }
    return await readFile(path);
  } catch (cause) {
    if (isSystemError(cause, 'ENOENT', 'ENOTDIR'))
      throw new ReleaseError('FILE_NOT_FOUND', `There is no plan file "${path}".`, {
        fix: MAKE_ANOTHER,
        cause,
      });
    if (isSystemError(cause, 'EISDIR'))
      throw new ReleaseError('PLAN_INVALID', `"${path}" is a folder, not a plan file.`, {
        fix: MAKE_ANOTHER,
        cause,
      });
    throw cause;
  }
}

const MAKE_ANOTHER = 'Make a plan with `fmrelease plan --out <file>`.';
const MAX_PLAN_BYTES = 64 * 2 ** 20;

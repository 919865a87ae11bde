import { openDigestCache } from '../../src/adapter/digest-cache.ts';
import { type Inspection, inspectAdapter } from '../../src/adapter/inspect.ts';
import type { FindingCode } from '../../src/model/finding.ts';
import { silent } from '../../src/progress.ts';

/** Inspects without a cache. */
export const inspect = async (path: string): Promise<Inspection> =>
  inspectAdapter(path, { digests: await openDigestCache(null), progress: silent });

/** The codes of an inspection's findings, in order, each once. */
export const codesOf = ({ findings }: Inspection): readonly FindingCode[] => [
  ...new Set(findings.map(({ code }) => code)),
];

import { groupBy } from '../../model/group-by.ts';
import type { DownloadPolicy } from '../../model/matrix.ts';
import { finding, type Rule } from '../state.ts';

/** `prefetch-unfiltered`: a prefetched or essential adapter that devices which can never load it would also download. */
export const prefetchUnfilteredRule: Rule = ({ adapters, cells }) => {
  const sunsetOf = groupBy(
    cells.filter(({ state }) => state === 'sunset'),
    ({ adapter }) => adapter,
  );
  return adapters.flatMap(({ name, downloadPolicy }) => {
    const policy = policyName(downloadPolicy);
    const wasted = new Set((sunsetOf.get(name) ?? []).map(({ platform }) => platform));
    if (policy === undefined || wasted.size === 0) return [];
    return [
      finding('prefetch-unfiltered', {
        subject: name,
        message: `"${name}" has the download policy ${policy}: devices on ${[...wasted].join(', ')} that can never load it download it too.`,
        fix: `Write "downloadPolicy": { "onDemand": {} } for "${name}" in the matrix, or let the downloader extension of the app leave it out there.`,
      }),
    ];
  });
};

const policyName = (policy: DownloadPolicy): string | undefined =>
  'prefetch' in policy ? 'prefetch' : 'essential' in policy ? 'essential' : undefined;

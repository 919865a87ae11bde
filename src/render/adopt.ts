import type { Adoption, AdoptResult } from '../adopt/adopt.ts';
import { visible } from '../model/hidden-characters.ts';
import type { Style } from './style.ts';
import { alignTable } from './table.ts';
import { count, formatBytes } from './units.ts';

/** What an adoption is about to take over, as lines. */
export const renderAdoption = (
  { manifests, packs, remarks }: Adoption,
  { place, channel }: { readonly place: string; readonly channel: string },
  style: Style,
): readonly string[] => [
  `${style.bold('Adopt')} into ${place}   ${style.bold('channel')} ${channel}`,
  ...alignTable(
    manifests.map(({ platform, source, packs: listed }) => [platform, source, count(listed, 'pack')]),
    'LLR',
    '  ',
  ),
  ...alignTable(
    packs.map(({ id, version, downloadSize, platforms }) => [
      id,
      `v${version}`,
      formatBytes(downloadSize),
      platforms.join(', '),
    ]),
    'LRRL',
    '  ',
  ),
  ...remarks.map((remark) => style.yellow(visible(remark))),
];

/** What is left to do behind an adoption: the remarks that came up, and the matrix entries that go with it. */
export const renderAdopted = ({ remarks, proposal }: AdoptResult, style: Style): readonly string[] => [
  ...remarks.map((remark) => style.yellow(visible(remark))),
  ...(Object.keys(proposal.adapters).length === 0
    ? ['Next: fmrelease adapter add <path> --build <version>']
    : [
        'Matrix entries for what could be looked into, to be put below `adapters`:',
        ...JSON.stringify(proposal.adapters, null, 2).split('\n'),
        'Next: fmrelease plan',
      ]),
];

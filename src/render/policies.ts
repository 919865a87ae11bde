import type { Policies } from '../policy/policies.ts';
import type { Style } from './style.ts';

/** Each policy below a line that says whose it is, then what no policy can say. */
export const renderPolicies = (
  policies: Policies,
  notes: readonly string[],
  style: Style,
): readonly string[] => [
  ...WHOSE.flatMap(([name, words]) => [
    style.bold(`# ${words}`),
    ...JSON.stringify(policies[name], null, 2).split('\n'),
    '',
  ]),
  ...notes.map((note) => `- ${note}`),
];

const WHOSE: readonly (readonly [keyof Policies, string])[] = [
  ['publisher', 'Publisher: CI, for publish, promote and rollback'],
  ['janitor', 'Janitor: whoever runs `fmrelease prune`, and nobody else'],
  ['reader', 'Reader: the CDN\u2019s access to its origin'],
  ['bucket', 'Bucket policy: binds everybody, whatever else they may'],
];

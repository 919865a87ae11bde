import { writeJson } from '../../json/write.ts';
import type { DownloadPolicy } from '../../model/matrix.ts';
import type { Recipe } from '../../model/release.ts';
import type { SupportedMajor } from './tool.ts';

/** What an asset pack is to be: its id, who gets it and when. */
export interface AssetPackOrder {
  readonly id: string;
  readonly recipe: Pick<Recipe, 'platforms' | 'downloadPolicy'>;
}

/** The absolute paths that a run works with. */
export interface ToolPaths {
  /** The staged `.fmadapter`, or the manifest of a `files` pack. */
  readonly input: string;
  /** Ends in `.aar`, and is not there yet: the tool never overwrites. */
  readonly output: string;
}

/**
 * The arguments that pack an adapter. The runtime ignores a pack of the plain `package`, so it is never used for one.
 * The subcommand is hidden; its options are those that Apple's training toolkit passes, and the same in 1.x and 2.x.
 */
export const adapterArguments = (
  { id, recipe }: AssetPackOrder,
  { input, output }: ToolPaths,
): readonly string[] => [
  'foundation-models',
  'package',
  '--adapter-path',
  input,
  '--asset-pack-id',
  id,
  '--output-path',
  output,
  '--platforms',
  ...recipe.platforms,
  ...policyArguments(recipe.downloadPolicy),
];

/** `--on-demand`, or a policy and the installation events that start it. On-demand takes no events. */
function policyArguments(policy: DownloadPolicy): readonly string[] {
  if ('onDemand' in policy) return ['--on-demand'];
  const [name, { installationEventTypes }] =
    'prefetch' in policy
      ? (['--prefetch', policy.prefetch] as const)
      : (['--essential', policy.essential] as const);
  return [name, '--installation-event-types', ...installationEventTypes];
}

/** The arguments that pack anything else, by a manifest. */
export const filesArguments = ({ input, output }: ToolPaths): readonly string[] => [
  'package',
  input,
  '--output-path',
  output,
];

/**
 * The manifest of a `files` pack. Its selector is relative to the folder that holds the manifest, which is the working
 * directory too: 1.x goes by the latter, and 2.x can be told the former.
 */
export const filesManifest = (
  { id, recipe }: AssetPackOrder,
  { folder, major }: { readonly folder: string; readonly major: SupportedMajor },
): string =>
  writeJson({
    assetPackID: id,
    downloadPolicy: recipe.downloadPolicy,
    fileSelectors: [{ directory: folder }],
    platforms: recipe.platforms,
    ...SOURCE_ROOT[major],
  });

/** How each version is told where selectors start: 1.x knows no such key. */
const SOURCE_ROOT: Readonly<Record<SupportedMajor, object>> = { 1: {}, 2: { sourceRoot: '.' } };

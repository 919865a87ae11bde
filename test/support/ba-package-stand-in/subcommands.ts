import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { readArchiveNaively } from '../naive-archive-reader.ts';
import { emit, filesBelow, type PackedFile } from './emit.ts';
import { type Grammar, oneOf, type Parsed, parse, UsageError } from './grammar.ts';

/** A failure that is no matter of the command line: exit code 1. */
export class ToolError extends Error {}

/** Changes what is about to be packed, where a fault is wanted. */
export type Tamper = (pack: Pack) => Pack;

/** What goes into an archive. */
export interface Pack {
  readonly manifest: { readonly [key: string]: unknown };
  readonly files: readonly PackedFile[];
}

const OUTPUT = { takes: 'one', required: true } as const;
const PLATFORMS = ['iOS', 'macOS', 'tvOS', 'visionOS'];
const EVENTS = ['firstInstallation', 'subsequentUpdate'];

/** `foundation-models package`: the hidden subcommand that packs adapters. */
export async function packAdapter(words: readonly string[], tamper: Tamper): Promise<void> {
  const parsed = parse(words, {
    positionals: [0, 0],
    options: {
      '--adapter-path': OUTPUT,
      '--asset-pack-id': OUTPUT,
      '--output-path': { ...OUTPUT, alias: '-o' },
      '--platforms': { takes: 'many', required: true },
      '--essential': { takes: 'nothing' },
      '--prefetch': { takes: 'nothing' },
      '--on-demand': { takes: 'nothing' },
      '--installation-event-types': { takes: 'many' },
      '--quiet': { takes: 'nothing' },
    },
  });
  const folder = oneOf(parsed, '--adapter-path');
  if (!folder.endsWith('.fmadapter') || !existsSync(`${folder}/metadata.json`))
    throw new ToolError('The adapter path holds no adapter.');
  const platforms = requireKnown(parsed.options.get('--platforms') ?? [], PLATFORMS, '--platforms');
  const manifest = {
    assetPackID: oneOf(parsed, '--asset-pack-id'),
    downloadPolicy: policyOf(parsed),
    platforms,
  };
  await write(
    oneOf(parsed, '--output-path'),
    tamper({ manifest, files: filesBelow(folder, basename(folder)) }),
  );
}

function policyOf({ options }: Parsed): object {
  const named = ['essential', 'prefetch', 'on-demand'].filter((name) => options.has(`--${name}`));
  const [name] = named;
  if (name === undefined || named.length > 1)
    throw new UsageError("Provide one of '--essential', '--prefetch', or '--on-demand'");
  const events = options.get('--installation-event-types');
  if (name === 'on-demand') {
    if (events !== undefined) throw new UsageError("'--on-demand' takes no '--installation-event-types'");
    return { onDemand: {} };
  }
  return {
    [name]: { installationEventTypes: requireKnown(events ?? [], EVENTS, '--installation-event-types') },
  };
}

/** `package <manifest>`: packs any files, by a manifest whose keys the version knows. */
export async function packFiles(
  words: readonly string[],
  { major, tamper }: { readonly major: 1 | 2; readonly tamper: Tamper },
): Promise<void> {
  const parsed = parse(words, {
    positionals: [1, 1],
    options: { '--output-path': { ...OUTPUT, alias: '-o' }, '--quiet': { takes: 'nothing', alias: '-q' } },
  });
  const path = parsed.positionals[0] ?? '';
  if (!path.endsWith('.json')) throw new UsageError('The path extension isn’t “json”.');
  const { manifest, files } = readManifest(path, major);
  await write(oneOf(parsed, '--output-path'), tamper({ manifest, files }));
}

/** `evaluate <manifest>`, since 2.0: lists what a manifest selects. */
export function evaluate(words: readonly string[]): void {
  const [path = ''] = parse(words, { positionals: [1, 1], options: {} }).positionals;
  for (const file of readManifest(path, 2).files) process.stdout.write(`${file.path}\n`);
}

function readManifest(path: string, major: 1 | 2): Pack {
  const manifest: Record<string, unknown> = JSON.parse(readFileSync(path, 'utf8'));
  const known = ['assetPackID', 'downloadPolicy', 'fileSelectors', 'platforms', 'userInfo'];
  if (major === 2) known.push('sourceRoot', 'language');
  for (const key of Object.keys(manifest))
    if (!known.includes(key)) throw new ToolError(`The manifest has the unknown key “${key}”.`);
  const { assetPackID, downloadPolicy, fileSelectors, platforms, sourceRoot } = manifest;
  if (typeof assetPackID !== 'string' || !Array.isArray(fileSelectors) || !Array.isArray(platforms))
    throw new ToolError('The manifest isn’t in the correct format.');
  requirePolicy(downloadPolicy);
  requireKnown(platforms.map(String), PLATFORMS, 'platforms', 0);
  const root = typeof sourceRoot === 'string' ? resolve(dirname(path), sourceRoot) : process.cwd();
  const files = fileSelectors.flatMap((selector) => select(selector, root));
  return { manifest: { assetPackID, downloadPolicy, platforms }, files };
}

function select(selector: unknown, root: string): readonly PackedFile[] {
  const [[kind, value] = [], ...more] = Object.entries(selector ?? {});
  if (more.length > 0 || typeof value !== 'string' || value === '.' || value.startsWith('/'))
    throw new ToolError('A file selector isn’t in the correct format.');
  const from = resolve(root, value);
  const found = statSync(from, { throwIfNoEntry: false });
  if (kind === 'directory' && found?.isDirectory() === true) return filesBelow(from, value);
  if (kind === 'file' && found?.isFile() === true) return [{ path: value, from }];
  throw new ToolError(`The ${kind ?? 'selector'} “${value}” couldn’t be found.`);
}

function requirePolicy(policy: unknown): void {
  const [[name, value] = [], ...more] = Object.entries(policy ?? {});
  const events: unknown =
    value !== null && typeof value === 'object' && 'installationEventTypes' in value
      ? value.installationEventTypes
      : undefined;
  const sound =
    name === 'onDemand'
      ? value !== null && typeof value === 'object' && Object.keys(value).length === 0
      : (name === 'prefetch' || name === 'essential') && Array.isArray(events) && events.length > 0;
  if (!sound || more.length > 0) throw new ToolError('The download policy isn’t in the correct format.');
  if (Array.isArray(events)) requireKnown(events.map(String), EVENTS, 'installationEventTypes');
}

function requireKnown(
  values: readonly string[],
  known: readonly string[],
  ...[name, least = 1]: readonly [name: string, least?: number]
): readonly string[] {
  const unknown = values.find((value) => !known.includes(value));
  if (unknown !== undefined) throw new UsageError(`The value '${unknown}' is invalid for '${name}'`);
  if (values.length < least) throw new UsageError(`Missing value for '${name}'`);
  return values;
}

async function write(output: string, { manifest, files }: Pack): Promise<void> {
  if (!output.endsWith('.aar')) throw new UsageError('The path extension isn’t “aar”.');
  if (existsSync(output)) throw new ToolError('The operation couldn’t be completed.');
  await emit(output, manifest, files);
}

const CREATE: Grammar = {
  positionals: [1, 100],
  options: {
    '--asset-pack-versions': { takes: 'many' },
    '--ios': { takes: 'nothing' },
    '--macos': { takes: 'nothing' },
    '--tvos': { takes: 'nothing' },
    '--visionos': { takes: 'nothing' },
    '--download-base-url': OUTPUT,
    '--output-path': { ...OUTPUT, alias: '-o' },
    '--quiet': { takes: 'nothing', alias: '-q' },
  },
};

/** `download-manifest create`: lists archives; versions go by position, and without any all are 0. */
export function createDownloadManifest(words: readonly string[]): void {
  const parsed = parse(words, CREATE);
  const platforms = ['--ios', '--macos', '--tvos', '--visionos'].filter((name) => parsed.options.has(name));
  if (platforms.length !== 1) throw new UsageError('Provide one platform');
  const versions = parsed.options.get('--asset-pack-versions');
  if (versions !== undefined && versions.length !== parsed.positionals.length)
    throw new UsageError('Provide one version per archive');
  const assetPacks = parsed.positionals.map((path, index) => {
    const bytes = readFileSync(path);
    const manifest = readArchiveNaively(bytes).find((entry) => entry.path === 'manifest.json');
    const { assetPackID, downloadPolicy } = JSON.parse(manifest?.content.toString('utf8') ?? '{}');
    return {
      id: assetPackID,
      version: Number(versions?.[index] ?? 0),
      downloadSize: bytes.length,
      url: `${oneOf(parsed, '--download-base-url').replace(/\/$/, '')}/${assetPackID}`,
      downloadPolicy,
      host: { thirdParty: {} },
    };
  });
  writeFileSync(oneOf(parsed, '--output-path'), JSON.stringify({ assetPacks }), { flag: 'wx' });
}

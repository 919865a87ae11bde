import { createHash } from 'node:crypto';
import { mkdir, open, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { writeFileAtomically } from '../../disk/atomic-write.ts';
import { readChunks } from '../../disk/hash-file.ts';
import { openListed, requireUnchanged, type TreeFile } from '../../disk/tree.ts';
import { ReleaseError } from '../../errors.ts';
import type { AdapterKind } from '../../model/matrix.ts';
import type { Progress } from '../../progress.ts';
import type { BuildSource } from '../build-source.ts';
import { openPartedHash, type PartedDigest } from '../parted-hash.ts';
import { checkAssetPack } from './check-asset-pack.ts';
import { type AssetPackOrder, adapterArguments, filesArguments, filesManifest } from './command.ts';
import { readAssetPack } from './read-asset-pack.ts';
import { runTool, summarise, type ToolEnd } from './run.ts';
import type { PackTool } from './tool.ts';

/** An asset pack to build, and the name of the folder that the build has inside it. */
export interface AssetPackBuild {
  readonly order: AssetPackOrder & { readonly kind: AdapterKind; readonly adapter: string };
  readonly rootName: string;
  readonly source: BuildSource;
  readonly tool: PackTool;
  readonly progress: Progress;
}

/** An asset pack that was built and looked into. */
export interface BuiltAssetPack {
  readonly file: string;
  readonly made: PartedDigest & { readonly packedBy: string };
}

/**
 * Builds an asset pack with `ba-package`: the build is copied into a clean folder, byte for byte as it was digested,
 * and packed from there. The exit code, the output and the archive's own manifest are checked.
 *
 * @param staging - a folder that is not there yet, for this build alone; the caller removes it
 * @throws ReleaseError `PACK_TOOL_FAILED`, `PACK_TOOL_SANDBOXED`, `PACK_UNSOUND`, `BUILD_CHANGED`
 */
export async function buildAssetPack(staging: string, build: AssetPackBuild): Promise<BuiltAssetPack> {
  const { order, rootName, source, tool, progress } = build;
  const input = join(staging, 'in');
  await mkdir(input, { recursive: true, mode: 0o700 });
  await copyBuild(source, join(input, rootName));
  const file = join(staging, `${order.id}.aar`);
  const totalBytes = source.files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const text = `Packing ${order.id} with ${tool.label}`;
  progress({ kind: 'step', text });
  const end = await runTool({
    command: tool.command,
    args: await toolArguments(build, { input, file }),
    cwd: input,
    output: file,
    stallMs: tool.stallMs,
    onOutputBytes: (bytes) =>
      progress({ kind: 'bytes', text, doneBytes: Math.min(bytes, totalBytes), totalBytes }),
  });
  requireSuccess(end, { tool, id: order.id, staging });
  const made = await hashOutput(file, { tool, id: order.id, end, staging });
  const contents = await readAssetPack(file, (path) => path === 'manifest.json');
  if (contents.state === 'unreadable')
    progress({ kind: 'step', text: `${order.id} was not looked into: ${contents.why}` });
  else checkAssetPack(order, contents, { files: source.files, label: tool.label });
  return { file, made: { ...made, packedBy: tool.label } };
}

/** Copies every file and proves that what was copied is what was digested. */
async function copyBuild(source: BuildSource, to: string): Promise<void> {
  const digests = new Map(source.files.map((file) => [file.path, file]));
  for (const listed of source.tree.files) {
    const wanted = digests.get(listed.path);
    const target = join(to, ...listed.path.split('/'));
    await mkdir(dirname(target), { recursive: true });
    const copied = await copyFile(source.root, listed, target);
    if (copied !== wanted?.sha256)
      throw new ReleaseError(
        'BUILD_CHANGED',
        `"${listed.path}" does not hold the bytes it was digested with.`,
        { fix: 'Run the same command again with --rehash.' },
      );
  }
}

async function copyFile(root: string, listed: TreeFile, target: string): Promise<string> {
  const [from, to] = [await openListed(root, listed), await open(target, 'wx', 0o644)];
  try {
    const hash = createHash('sha256');
    await readChunks(from, async (chunk) => {
      hash.update(chunk);
      await to.writeFile(chunk);
    });
    await requireUnchanged(from, listed);
    return hash.digest('hex');
  } finally {
    await Promise.all([from.close(), to.close()]);
  }
}

async function toolArguments(
  { order, rootName, tool }: AssetPackBuild,
  { input, file }: { readonly input: string; readonly file: string },
): Promise<readonly string[]> {
  if (order.kind === 'fmadapter')
    return adapterArguments(order, { input: join(input, rootName), output: file });
  const manifest = join(input, 'Manifest.json'); // no pack id has a dot, so this name is free
  await writeFileAtomically(manifest, filesManifest(order, { folder: rootName, major: tool.major }));
  return filesArguments({ input: manifest, output: file });
}

interface RunFacts {
  readonly tool: PackTool;
  readonly id: string;
  readonly staging: string;
}

function requireSuccess(end: ToolEnd, { tool, id, staging }: RunFacts): void {
  const told = summarise(end, staging);
  const said = told === '' ? '' : ` It said: ${told}`;
  if (end.stalled)
    throw failed(
      `${tool.label} made no progress on ${id} for ${Math.ceil(tool.stallMs / 1_000)} seconds.${said}`,
    );
  if (end.code === 0) return;
  if (end.code === EXIT_USAGE && /path extension/i.test(end.stderr + end.stdout))
    throw new ReleaseError(
      'PACK_TOOL_SANDBOXED',
      `${tool.label} refuses every path here (exit 64), as it does inside a sandbox.${said}`,
      { fix: 'Run the same command outside the sandbox: in a plain shell, or in CI without App Sandbox.' },
    );
  const how = end.code === null ? `was ended by ${end.signal ?? 'a signal'}` : `exits ${end.code}`;
  throw failed(
    `${tool.label} ${how} while it packs ${id}.${said}`,
    /licen[cs]e/i.test(told) ? 'Read and agree to its licence once: `ba-package license agree`.' : undefined,
  );
}

/** An exit code of 0 proves nothing: what counts is an output that was not there before. */
async function hashOutput(
  file: string,
  { tool, id, end, staging }: RunFacts & { readonly end: ToolEnd },
): Promise<PartedDigest> {
  const found = await stat(file).catch(() => undefined);
  if (found?.isFile() !== true || found.size === 0) {
    const told = summarise(end, staging);
    throw failed(`${tool.label} exits 0, but wrote no ${id}.aar.${told === '' ? '' : ` It said: ${told}`}`);
  }
  const hash = openPartedHash({ wantsParts: true });
  const handle = await open(file, 'r');
  try {
    await readChunks(handle, (chunk) => Promise.resolve(hash.update(chunk)));
  } finally {
    await handle.close();
  }
  return hash.digest();
}

const failed = (message: string, fix?: string): ReleaseError =>
  new ReleaseError('PACK_TOOL_FAILED', message, {
    fix: fix ?? 'Run `fmrelease pack --verbose` where the tool is known to work, and compare its version.',
  });

/** EX_USAGE, which Apple's argument parser exits with. */
const EXIT_USAGE = 64;

import { lstat, realpath } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { openListed, type Tree, type TreeFile, type TreeLimits, walkTree } from '../disk/tree.ts';
import { isSystemError, ReleaseError } from '../errors.ts';
import type { JsonObject } from '../json/read.ts';
import { type FileDigest, type TreeDigest, treeDigest } from '../model/digest.ts';
import { errorFinding, type Finding } from '../model/finding.ts';
import { ADAPTER_NAME, adapterIdentifier } from '../model/names.ts';
import { isBaseModelSignature } from '../model/signature.ts';
import { type DigestOptions, digestFiles } from './digest-files.ts';
import { MAX_METADATA_BYTES, type MetadataReading, readMetadata } from './metadata.ts';
import { walkWeights } from './weights.ts';

/** Everything that can be told about an exported adapter without loading it. Null where its files do not tell. */
export interface Inspection {
  readonly path: string;
  readonly name: string;
  readonly adapterIdentifier: string | null;
  readonly baseModelSignature: string | null;
  readonly loraRank: number | null;
  readonly draft: boolean;
  readonly sizeBytes: number;
  readonly digest: TreeDigest;
  readonly tensors: number;
  readonly files: readonly FileDigest[];
  readonly metadata: JsonObject | null;
  readonly findings: readonly Finding[];
}

/** The four files of an `.fmadapter` (apple-formats §1.1). Anything else in the folder is a fault. */
export const ADAPTER_FILES = [
  'metadata.json',
  'adapter_weights.bin',
  'draft.mil',
  'draft_weights.bin',
] as const;

/** The most that an `.fmadapter` may hold. */
export const ADAPTER_LIMITS: TreeLimits = { files: 64, fileBytes: 16 * 2 ** 30, depth: 4 };

/**
 * Reads an `.fmadapter` folder: metadata, names and signature, the tensor container, the draft pair, sizes and the
 * digest. Weights are streamed, never held. Every fault comes back at once as a finding.
 *
 * @throws ReleaseError `ADAPTER_NOT_FOUND` without such a folder, `BUILD_CHANGED` when it changes meanwhile
 */
export async function inspectAdapter(path: string, options: DigestOptions): Promise<Inspection> {
  const root = await openFolder(path);
  const tree = await walkTree(root, ADAPTER_LIMITS);
  const headers = await inspectHeaders(root, tree);
  const files = await digestFiles(root, tree.files, options);
  return { ...headers, digest: treeDigest(files), files };
}

/** What an adapter's metadata and headers tell: all but the digests, which need every byte. */
export type HeaderInspection = Omit<Inspection, 'digest' | 'files'>;

/** Inspects a listed adapter as {@link inspectAdapter} does, and leaves its weights unread. */
export async function inspectHeaders(root: string, tree: Tree): Promise<HeaderInspection> {
  const name = basename(root).replace(SUFFIX, '');
  const metadata = await readMetadataFile(root, tree);
  const weights = await walkContainers(root, tree);
  const has = (file: string): boolean => tree.files.some((entry) => entry.path === file);
  return {
    path: root,
    name,
    adapterIdentifier: metadata.adapterIdentifier,
    baseModelSignature: metadata.baseModelSignature,
    loraRank: metadata.loraRank,
    draft: has('draft.mil') && has('draft_weights.bin'),
    sizeBytes: tree.files.reduce((sum, file) => sum + file.sizeBytes, 0),
    tensors: weights.tensors,
    metadata: metadata.document,
    findings: findFaults({ subject: basename(root), name, tree, metadata, weights: weights.findings }),
  };
}

/** What was read of an adapter, for the judgement. */
interface AdapterReading {
  readonly subject: string;
  readonly name: string;
  readonly tree: Tree;
  readonly metadata: MetadataReading;
  readonly weights: readonly string[];
}

/** Every fault of what was read, in the order of the folder, the names, the contents. */
function findFaults({ subject, name, tree, metadata, weights }: AdapterReading): readonly Finding[] {
  const has = (file: string): boolean => tree.files.some((entry) => entry.path === file);
  return [
    ...tree.faults.map(({ path: entry, why }) =>
      errorFinding('unsafe-file', {
        subject: subject,
        message: `"${entry}" ${why}.`,
        fix: 'Export the adapter again into an empty folder, and copy it with its bytes.',
      }),
    ),
    ...unknownFiles(subject, tree),
    ...nameFindings(subject, name, metadata),
    ...metadata.faults.map((why) =>
      errorFinding('bad-metadata', {
        subject: subject,
        message: `metadata.json ${why}.`,
        fix: 'Export the adapter again; do not edit metadata.json by hand.',
      }),
    ),
    ...weights.map((why) =>
      errorFinding('bad-weights', {
        subject: subject,
        message: `${why}.`,
        fix: 'Export the adapter again, and compare sizes after copying it.',
      }),
    ),
    ...(has('draft.mil') === has('draft_weights.bin')
      ? []
      : [
          errorFinding('half-draft', {
            subject: subject,
            message: `Only ${has('draft.mil') ? 'draft.mil' : 'draft_weights.bin'} of the draft model is there: both files or neither.`,
            fix: 'Export the adapter again, with its draft checkpoint or without.',
          }),
        ]),
  ];
}

/**
 * Returns when an inspection found no fault.
 *
 * @throws ReleaseError `ADAPTER_UNSOUND` with every fault
 */
export function requireSound({ name, findings }: Pick<Inspection, 'name' | 'findings'>): void {
  if (findings.length === 0) return;
  const [first] = findings;
  throw new ReleaseError(
    'ADAPTER_UNSOUND',
    `"${name}" has ${findings.length === 1 ? 'a fault' : `${findings.length} faults`}: ${findings.map(describe).join(' ')}`,
    {
      fix:
        findings.length === 1
          ? (first?.fix ?? '')
          : 'Mend each; `fmrelease adapter inspect` lists them with their fixes.',
      details: findings.map(({ code, message, fix }) => `${code}: ${message} ${fix}`),
    },
  );
}

const describe = ({ message, code }: Finding): string => `${message} (${code})`;

/**
 * Returns the real path of a folder.
 *
 * @throws ReleaseError `ADAPTER_NOT_FOUND` when there is none, or `ADAPTER_UNSOUND` when it is no folder
 */
export async function openFolder(path: string): Promise<string> {
  try {
    const real = await realpath(resolve(path));
    if ((await lstat(real)).isDirectory()) return real;
  } catch (cause) {
    if (isSystemError(cause, 'ENOENT', 'ENOTDIR')) {
      throw new ReleaseError('ADAPTER_NOT_FOUND', `There is no folder "${path}".`, {
        fix: 'Pass the path of the exported .fmadapter folder.',
        cause,
      });
    }
    if (!isSystemError(cause, 'EACCES', 'ELOOP')) throw cause;
    throw new ReleaseError('ADAPTER_UNSOUND', `"${path}" cannot be opened.`, {
      fix: 'Give this user read access to it.',
      cause,
    });
  }
  throw new ReleaseError('ADAPTER_UNSOUND', `"${path}" is not a folder; an .fmadapter is one.`, {
    fix: 'Pass the folder that the toolkit exported.',
  });
}

function nameFindings(
  subject: string,
  name: string,
  { adapterIdentifier: identifier, baseModelSignature: signature }: MetadataReading,
): readonly Finding[] {
  const findings: Finding[] = [];
  if (!SUFFIX.test(subject))
    findings.push(
      errorFinding('bad-name', {
        subject: subject,
        message: `The folder "${subject}" does not end in .fmadapter.`,
        fix: 'Rename the folder to the name it was exported under.',
      }),
    );
  if (!ADAPTER_NAME.test(name))
    findings.push(
      errorFinding('bad-name', {
        subject: subject,
        message: /^\w{1,64}$/.test(name)
          ? `"${name}" is no adapter name: readers of JSON refuse it as a key.`
          : `"${name}" is no adapter name: expected letters, digits and underscores, 64 at most.`,
        fix: 'Export the adapter again under such a name; a hyphen keeps the runtime from finding it.',
      }),
    );
  if (identifier === null || signature === null || !isBaseModelSignature(signature)) return findings;
  const expected = adapterIdentifier(name, signature);
  if (identifier !== expected)
    findings.push(
      errorFinding('identifier-mismatch', {
        subject: subject,
        message: `The adapterIdentifier is "${identifier}", expected "${expected}" from the folder's name and the signature.`,
        fix: "Export the adapter again under the folder's name, without the .fmadapter ending, or rename the folder back.",
      }),
    );
  return findings;
}

function unknownFiles(subject: string, tree: Tree): readonly Finding[] {
  return [...tree.folders.map((folder) => `${folder}/`), ...tree.files.map(({ path }) => path)]
    .filter((path) => !ADAPTER_FILES.some((known) => known === path))
    .map((path) =>
      errorFinding('unknown-file', {
        subject: subject,
        message: `"${path}" does not belong into an .fmadapter${JUNK.test(path) ? ': the system put it there' : ''}.`,
        fix: `Remove "${path}" from the folder.`,
      }),
    );
}

async function readMetadataFile(root: string, tree: Tree): Promise<MetadataReading> {
  const file = tree.files.find(({ path }) => path === 'metadata.json');
  const without = (fault: string): MetadataReading => ({
    document: null,
    adapterIdentifier: null,
    baseModelSignature: null,
    loraRank: null,
    faults: [fault],
  });
  if (file === undefined) return without('is missing');
  if (file.sizeBytes > MAX_METADATA_BYTES)
    return without(`is ${file.sizeBytes} bytes long, more than ${MAX_METADATA_BYTES}`);
  const handle = await openListed(root, file);
  try {
    return await readMetadata(await handle.readFile());
  } finally {
    await handle.close();
  }
}

async function walkContainers(
  root: string,
  tree: Tree,
): Promise<{ readonly tensors: number; readonly findings: readonly string[] }> {
  const weights = tree.files.find(({ path }) => path === 'adapter_weights.bin');
  const draft = tree.files.find(({ path }) => path === 'draft_weights.bin');
  const own =
    weights === undefined
      ? { tensors: 0, findings: ['adapter_weights.bin is missing'] }
      : await walkContainer(root, weights);
  const drafted = draft === undefined ? { tensors: 0, findings: [] } : await walkContainer(root, draft);
  return { tensors: own.tensors, findings: [...own.findings, ...drafted.findings] };
}

async function walkContainer(
  root: string,
  file: TreeFile,
): Promise<{ readonly tensors: number; readonly findings: readonly string[] }> {
  const handle = await openListed(root, file);
  try {
    const { tensors, faults } = await walkWeights(handle, file.sizeBytes);
    return { tensors, findings: faults.map((why) => `${file.path} ${why}`) };
  } finally {
    await handle.close();
  }
}

const SUFFIX = /\.fmadapter$/;
const JUNK = /(^|\/)(\.DS_Store|\._[^/]*|__MACOSX|Thumbs\.db)/;

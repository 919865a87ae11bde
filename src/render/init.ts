import type { AppRequest } from '../init/app-request.ts';
import { type FirstAdapter, MATRIX_FILE } from '../init/first-matrix.ts';
import type { InitResult } from '../init/init-project.ts';
import type { Style } from './style.ts';
import { formatBytes } from './units.ts';

/** What `init` wrote or would write, as lines, and what to do next. */
export function renderInit(
  result: InitResult,
  { app, style }: { readonly app: AppRequest | null; readonly style: Style },
): readonly string[] {
  const { written, kept, files } = result;
  const shown = (files ?? []).flatMap(({ path, content }) => [
    style.bold(`── ${path}`),
    ...content.trimEnd().split('\n'),
    '',
  ]);
  return [
    ...shown,
    ...written.map((file) => `${files === undefined ? 'Wrote' : 'Would write'} ${file}.`),
    ...kept.map((file) => `Kept ${file}.`),
    ...result.adapters.flatMap((adapter) => adapterLines(adapter, result)),
    ...(app === null ? [] : remarks(result, app, style)),
    files === undefined
      ? `Next: ${nextCommand(result, app)}`
      : 'Nothing was written. Next: the same command without --print',
  ];
}

/** What became of an adapter: a matrix that was there is never changed without --force. */
function adapterLines(
  { name, build, path, sizeBytes }: FirstAdapter,
  { kept, files }: InitResult,
): readonly string[] {
  if (kept.includes(MATRIX_FILE))
    return path === null ? [] : [`Register it in the matrix that was kept: ${addCommand(path, build)}`];
  if (build === null)
    return [
      `${files === undefined ? 'Named' : 'Would name'} ${name} in ${MATRIX_FILE}; it has no build yet.`,
    ];
  return [
    `${files === undefined ? 'Registered' : 'Would register'} ${name} ${build}, ${formatBytes(sizeBytes ?? 0)}, in ${MATRIX_FILE}.`,
  ];
}

function nextCommand({ kept, adapters }: InitResult, app: AppRequest | null): string {
  const exported = adapters.find(({ build }) => build !== null);
  if (exported?.path == null) return 'fmrelease adapter add <path> --build <version>';
  if (kept.includes(MATRIX_FILE)) return addCommand(exported.path, exported.build);
  if (app?.hosting === 'apple') return `fmrelease doctor --app ${quoteForShell(app.folder ?? '.')}`;
  return 'fmrelease plan';
}

/** A word that a shell takes as it is. */
const quoteForShell = (word: string): string =>
  /^[\w./@+:-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;

const addCommand = (path: string, build: string | null): string =>
  `fmrelease adapter add ${quoteForShell(path)} --build ${build ?? '<version>'}`;

function remarks({ kept }: InitResult, app: AppRequest, style: Style): readonly string[] {
  const keptConfig = kept.find((file) => file.startsWith('fmrelease.config.'));
  const target =
    app.hosting === 'apple'
      ? 'kind "app-store-connect"'
      : `hosting "${app.hosting}" and publicUrl "${app.publicUrl}"`;
  return [
    ...(app.isPlaceholder
      ? [style.yellow(`PLACEHOLDER: ${app.publicUrl} stands for your CDN until you pass --public-url.`)]
      : []),
    ...(keptConfig === undefined ? [] : [`See that a target of ${keptConfig} has ${target}.`]),
    ...(app.folder === null
      ? []
      : [
          `Shared/ belongs to both targets of ${app.folder}; merge the plists and entitlements into yours (docs/integrate.md).`,
          `Then check the Xcode project with \`fmrelease doctor --app ${quoteForShell(app.folder)}\`.`,
        ]),
  ];
}

import type { AppRequest } from '../init/app-request.ts';
import type { InitResult } from '../init/init-project.ts';
import type { Style } from './style.ts';

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
    ...(app === null ? [] : remarks(result, app, style)),
    files === undefined
      ? 'Next: fmrelease adapter add <path> --build <version>'
      : 'Nothing was written. Next: the same command without --print',
  ];
}

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
          `Then check the Xcode project with \`fmrelease doctor --app ${app.folder}\`.`,
        ]),
  ];
}

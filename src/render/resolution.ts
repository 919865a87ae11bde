import { formatFallback } from '../model/cell.ts';
import type { ResolvedPack, ResolveResult } from '../resolve/result.ts';
import type { Style } from './style.ts';
import { formatBytes } from './units.ts';

/** One answer as lines; with `explain`, the trail below. */
export function renderResolution(result: ResolveResult, explain: boolean, style: Style): readonly string[] {
  const device = `${result.platform} ${result.os}`;
  return [
    `${device}  ${style.bold(result.adapter)}: ${verdict(result, style)}`,
    ...(result.pack === null ? [] : packLines(result.pack)),
    ...(explain ? ['', 'Why:', ...result.trail.map((line) => `  ${line}`)] : []),
  ];
}

function verdict({ state, build, fallback, systemModel, platform, os }: ResolveResult, style: Style): string {
  const model = systemModel === null ? '' : ` (${systemModel})`;
  switch (state) {
    case 'covered':
      return `${style.green(`build ${build ?? 'as published'}`)}${model}`;
    case 'declined':
      return `declined on purpose, uses ${formatFallback(fallback ?? 'base-model')}${model}`;
    case 'sunset':
      return `sunset, uses ${formatFallback(fallback ?? 'base-model')}${model}`;
    case 'not-offered':
      return `not offered on ${platform}`;
    case 'gap':
      return `${style.red('gap')}, no decision${model}`;
    case 'unknown-os':
      return `${style.yellow('unknown OS')}: no system model claims ${platform} ${os}`;
    case 'unknown-signature':
      return `${style.yellow('unknown signature')}: no system model carries it, so no build is sent`;
  }
}

const packLines = (pack: ResolvedPack): readonly string[] => [
  `  ${pack.id}${pack.version === null ? ' (not published yet)' : ` v${pack.version}`}${pack.downloadSize === null ? '' : `, ${formatBytes(pack.downloadSize)}`}`,
  ...(pack.url === null ? [] : [`  ${pack.url}`]),
];

import { visible } from '../model/hidden-characters.ts';
import type { PackInspection, PackMaker } from '../pack/inspect/inspect-pack.ts';
import { renderFindings } from './findings.ts';
import type { Style } from './style.ts';
import { alignTable } from './table.ts';
import { count, formatBytes } from './units.ts';

/** An inspected pack as lines: what it is, its entries, its manifest, what is wrong. */
export function renderPackInspection(pack: PackInspection, style: Style): readonly string[] {
  const facts = [
    ['format', FORMATS[pack.format]],
    ['codec', CODECS[pack.codec]],
    ['made by', MAKERS[pack.madeBy]],
    ['size', `${formatBytes(pack.sizeBytes)} (${pack.sizeBytes} bytes)`],
    ...(pack.sha256 === null ? [] : [['SHA-256', pack.sha256]]),
  ];
  const entries = pack.entries.map(({ path, kind, sizeBytes, sha256 }) => [
    kind === 'directory' ? `${path}/` : path,
    kind === 'directory' ? '' : formatBytes(sizeBytes),
    sha256?.slice(0, 8) ?? '',
  ]);
  return [
    ...alignTable(facts, 'LL'),
    ...section('Entries', alignTable(entries, 'LRL', '  '), style),
    ...section('Manifest', manifestLines(pack), style),
    '',
    verdict(pack, style),
    ...renderFindings(pack.findings, style),
  ];
}

const section = (title: string, lines: readonly string[], style: Style): readonly string[] =>
  lines.length === 0 ? [] : ['', style.bold(title), ...lines];

const manifestLines = ({ manifest }: PackInspection): readonly string[] =>
  manifest === null
    ? []
    : JSON.stringify(manifest, null, 2)
        .split('\n')
        .map((line) => `  ${visible(line)}`);

function verdict({ findings }: PackInspection, style: Style): string {
  const errors = findings.filter(({ severity }) => severity === 'error').length;
  if (errors > 0) return style.red(`Unsound: ${count(errors, 'fault')}.`);
  return findings.length === 0 ? style.green('Sound: no fault found.') : style.yellow('Sound, with remarks.');
}

const FORMATS: Readonly<Record<PackInspection['format'], string>> = { aar: 'Apple Archive', zip: 'zip' };

const CODECS: Readonly<Record<PackInspection['codec'], string>> = {
  none: 'none: stored',
  stored: 'stored blocks (pbz-)',
  zlib: 'zlib blocks (pbzz)',
  lzfse: 'LZFSE blocks (pbze)',
  lzma: 'LZMA blocks (pbzx)',
  lz4: 'LZ4 blocks (pbz4)',
  lzbitmap: 'LZBITMAP blocks (pbzb)',
  lzvn: 'LZVN blocks (pbzf)',
  deflate: 'deflate',
};

const MAKERS: Readonly<Record<PackMaker, string>> = {
  fmrelease: 'fmrelease, as its headers are; for unmanaged hosting',
  'ba-package': "laid out as Apple's ba-package does: manifest.json beside Contents/",
  unknown: 'unknown: nothing of it was read',
  other: 'aa or another archiver: no asset pack of Apple, and not of fmrelease',
};

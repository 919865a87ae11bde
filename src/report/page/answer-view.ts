import type { ReleaseError } from '../../errors.ts';
import { formatFallback } from '../../model/cell.ts';
import { formatBytes } from '../../render/units.ts';
import type { ResolveResult } from '../../resolve/result.ts';
import { STATE_WORDS } from '../state-words.ts';
import { type Content, element, userText } from './elements.ts';

/** An answer for people: what the device gets, the facts behind it, and why, step by step. */
export function answerView(result: ResolveResult): readonly Node[] {
  const { label, className, meaning } = STATE_WORDS[result.state];
  return [
    element('p', 'outcome', [
      element('span', `swatch ${className}`, [label]),
      ' ',
      element('b', '', [userText(headline(result))]),
    ]),
    element('p', 'meaning', [meaning]),
    element('dl', 'facts', factsOf(result)),
    element('h3', '', ['Why']),
    element(
      'ol',
      'trail',
      result.trail.map((line) => element('li', '', [userText(line)])),
    ),
  ];
}

/** What is wrong with a question, and what mends it. */
export const faultView = ({ code, message, fix, details }: ReleaseError): readonly Node[] => [
  element('p', 'outcome', [
    element('span', 'swatch g', ['no answer']),
    ' ',
    element('b', '', [userText(message)]),
  ]),
  ...(fix === undefined ? [] : [element('p', 'meaning', [commandText(fix)])]),
  ...(details.length === 0
    ? []
    : [
        element('h3', '', ['Why']),
        element(
          'ol',
          'trail',
          details.map((line) => element('li', '', [userText(line)])),
        ),
      ]),
  element('p', 'quiet', [element('code', '', [code])]),
];

/** A sentence in which `backticks` mark what is typed, as the rest of the page sets it. */
const commandText = (text: string): HTMLElement =>
  element(
    'bdi',
    '',
    text
      .split('`')
      .map((part, index, parts) =>
        index % 2 === 1 && index < parts.length - 1
          ? element('code', '', [part])
          : `${index % 2 === 1 ? '`' : ''}${part}`,
      ),
  );

/** The answer in a few words: `build 1.5.0`, `the base model`. */
export function headline({ state, build, fallback, adapter, platform, os }: ResolveResult): string {
  const device = `${platform} ${os}`;
  switch (state) {
    case 'covered':
      return `${device} gets build ${build ?? 'as published'} of ${adapter}`;
    case 'declined':
    case 'sunset':
      return `${device} uses ${formatFallback(fallback ?? 'base-model')} instead of ${adapter}`;
    case 'not-offered':
      return `${adapter} is not made for ${platform}`;
    case 'gap':
      return `Nobody decided what ${device} gets of ${adapter}`;
    case 'unknown-os':
      return `No known system model runs on ${device}`;
    case 'unknown-signature':
      return `No known system model carries this signature: ${device} gets nothing`;
  }
}

function factsOf({ systemModel, candidates, baseModelSignature, pack }: ResolveResult): readonly Node[] {
  const model = systemModel ?? (candidates.length > 0 ? candidates.join(' or ') : null);
  return [
    ...fact('System model', model),
    ...fact('Signature', baseModelSignature, 'code'),
    ...(pack === null ? [] : fact('Asset pack', pack.id, 'code')),
    ...(pack === null
      ? []
      : fact('Version', pack.version === null ? 'not published yet' : String(pack.version))),
    ...fact('Download', pack?.downloadSize === null || pack === null ? null : formatBytes(pack.downloadSize)),
    ...fact('SHA-256', pack?.sha256 ?? null, 'code'),
    ...fact('Address', pack?.url ?? null, 'code'),
  ];
}

function fact(name: string, value: string | null, as: 'code' | 'span' = 'span'): readonly Node[] {
  if (value === null) return [];
  const content: Content = element(as, '', [userText(value)]);
  return [
    element('div', value.length > WIDE ? 'wide' : '', [
      element('dt', '', [name]),
      element('dd', '', [content]),
    ]),
  ];
}

/** Longer values have a line of their own. */
const WIDE = 45;

import type { ManifestVector } from './case.ts';
import { manifestText, signedManifest } from './fixtures.ts';

type Row = readonly [name: string, expect: ManifestVector['expect'], content: string | Buffer, why: string];

const text = manifestText();
const edited = (from: string | RegExp, to: string): string => {
  const changed = text.replace(from, to);
  if (changed === text) throw new Error(`nothing to change at ${String(from)}`);
  return changed;
};

const ROWS: readonly Row[] = [
  ['sound', 'accepted', text, 'As fmrelease writes it.'],
  [
    'signed',
    'accepted',
    signedManifest(),
    'A signature is one more member; who does not check it can still read on.',
  ],
  [
    'unknown-member',
    'accepted',
    edited('"formatVersion": 1,', '"formatVersion": 1,\n  "colour": { "deep": [1, null, true] },'),
    'Later versions may add members.',
  ],
  [
    'laid-out-on-one-line',
    'accepted',
    JSON.stringify(JSON.parse(text)),
    'Layout means nothing, where no signature is asked for.',
  ],
  [
    'escaped-text',
    'accepted',
    edited('"stable"', '"\\u0073table"'),
    'An escape is another spelling of the same text.',
  ],
  [
    'no-packs',
    'accepted',
    JSON.stringify({ ...(JSON.parse(text) as object), assetPacks: [], cells: [] }),
    'A channel whose content was withdrawn.',
  ],
  ['empty', 'refused', '', 'No text is no manifest.'],
  [
    'an-error-page',
    'refused',
    '<!DOCTYPE html><html><body>Not found</body></html>',
    'What a CDN sends when something is wrong.',
  ],
  ['an-array', 'refused', `[${text}]`, 'The document is an object.'],
  ['truncated', 'refused', text.slice(0, -30), 'A download that broke off.'],
  ['bytes-behind-the-end', 'refused', `${text}{}`, 'A manifest and something else.'],
  ['byte-order-mark', 'refused', `\ufeff${text}`, 'Some parsers skip it, others do not.'],
  [
    'not-utf-8',
    'refused',
    Buffer.from(edited('"stable"', '"st\u00e4ble"'), 'latin1'),
    'Bytes that are no UTF-8.',
  ],
  ['lone-surrogate', 'refused', edited('"stable"', '"\\ud800"'), 'Text that no encoding can hold.'],
  [
    'repeated-member',
    'refused',
    edited('"revision": 12,', '"revision": 12,\n  "revision": 13,'),
    'Parsers disagree on which of two equal keys counts.',
  ],
  [
    'repeated-member-in-a-pack',
    'refused',
    edited('"version": 3,', '"version": 3,\n      "version": 4,'),
    'The same, further down.',
  ],
  [
    'repeated-member-by-escape',
    'refused',
    edited('"revision": 12,', '"revision": 12,\n  "re\\u0076ision": 13,'),
    'The same key in two spellings is one key.',
  ],
  [
    'proto-member',
    'refused',
    edited('"formatVersion": 1,', '"formatVersion": 1,\n  "__proto__": {},'),
    'A key that means more than itself in some languages.',
  ],
  [
    'trailing-comma',
    'refused',
    edited('"formatVersion": 1,', '"formatVersion": 1,,'),
    'No JSON: a comment or comma that only some parsers let pass.',
  ],
  [
    'comment',
    'refused',
    edited('{', '{ // manifest'),
    'No JSON: a comment or comma that only some parsers let pass.',
  ],
  [
    'single-quotes',
    'refused',
    edited('"stable"', "'stable'"),
    'No JSON: a comment or comma that only some parsers let pass.',
  ],
  [
    'control-character',
    'refused',
    edited('"stable"', '"sta\tble"'),
    'Control characters in a text must be escaped.',
  ],
  [
    'too-deep',
    'refused',
    edited('"formatVersion": 1,', `"formatVersion": 1,\n  "deep": ${'['.repeat(100)}${']'.repeat(100)},`),
    'More levels than any sound manifest has.',
  ],
  [
    'another-format',
    'refused',
    edited('"formatVersion": 1', '"formatVersion": 2'),
    'What a later major version means cannot be guessed.',
  ],
  [
    'missing-revision',
    'refused',
    edited('  "revision": 12,\n', ''),
    'Nothing could be told to be older or newer.',
  ],
  ['revision-zero', 'refused', edited('"revision": 12', '"revision": 0'), 'Revisions count from 1.'],
  [
    'revision-with-a-fraction',
    'refused',
    edited('"revision": 12', '"revision": 12.5'),
    'Revisions are integers.',
  ],
  ['revision-as-text', 'refused', edited('"revision": 12', '"revision": "12"'), 'A number is not a text.'],
  [
    'negative-size',
    'refused',
    edited(/"downloadSize": \d+/, '"downloadSize": -1'),
    'Sizes are integers from 0.',
  ],
  [
    'short-digest',
    'refused',
    edited(/"sha256": "[0-9a-f]{64}"/, '"sha256": "00"'),
    'A SHA-256 has 64 digits.',
  ],
  [
    'pack-without-a-digest',
    'refused',
    edited(/ {6}"sha256": "[0-9a-f]{64}",\n/, ''),
    'A pack that cannot be checked must not be fetched.',
  ],
  [
    'cell-with-an-unknown-state',
    'refused',
    edited('"covered"', '"maybe"'),
    'A state that a reader does not know means nothing safe.',
  ],
  [
    'cells-missing',
    'refused',
    edited(/,\n {2}"cells": [\s\S]*\]\n\}/, '\n}'),
    'Without cells nobody can choose.',
  ],
];

/** Every text with its verdict. */
export const MANIFEST_VECTORS: readonly ManifestVector[] = ROWS.map(([name, expect, content, why]) => ({
  name,
  why,
  base64: (typeof content === 'string' ? Buffer.from(content) : content).toString('base64'),
  expect,
}));

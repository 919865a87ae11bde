import { runInNewContext } from 'node:vm';
import { parse } from 'plist';
import { describe, expect, test } from 'vitest';
import { fillTemplate } from '../../src/init/fill.ts';
import { swiftFaults } from '../templates/parse-swift.ts';

const NASTY = `a"b\\c'd</string>&--><x>`;
const fill = (text: string, escaping: 'xml' | 'swift' | 'script' | 'yaml', value = NASTY): string =>
  fillTemplate(text, escaping, { values: { it: value }, sections: { yes: true, no: false } });

describe('values cannot change the structure of a file', () => {
  test('in a plist', () => {
    const text = fill('<plist version="1.0"><dict><key>k</key><string>{{it}}</string></dict></plist>', 'xml');
    expect(parse(text)).toEqual({ k: NASTY });
  });

  test('in Swift', async () => {
    const text = fill('enum E {\n  static let it = "{{it}}"\n}\n', 'swift');
    expect(await swiftFaults(text)).toEqual([]);
    expect(text).toContain(`"a\\"b\\\\c'd</string>&--><x>"`);
  });

  test('in a script', () => {
    expect(runInNewContext(fill(`'{{it}}'`, 'script'))).toBe(NASTY);
  });

  test('in a workflow only plain words are let in', () => {
    expect(() => fill('runs-on: {{it}}', 'yaml')).toThrow('cannot stand in a workflow');
    const expression = ['$', '{{ github.token }}'].join('');
    expect(fill(`runs-on: {{it}} ${expression}`, 'yaml', 'macos-26')).toBe(`runs-on: macos-26 ${expression}`);
  });
});

test('sections stay or go, one inside the other too; an unknown marker is a fault', () => {
  expect(fill('{{#yes}}\na\n{{#no}}\nb\n{{/no}}\n{{/yes}}\n{{#no}}\nc\n{{/no}}\n', 'xml')).toBe('a\n');
  expect(() => fill('{{other}}', 'xml')).toThrow('Nothing fills other.');
  expect(() => fill('{{#other}}\n{{/other}}\n', 'xml')).toThrow('Nothing decides on the section other.');
});

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { PAYLOAD_TYPES } from '../../src/trust/statement.ts';
import { PACKAGE_ROOT } from '../support/run-cli.ts';
import { swiftFaults, topLevelNames } from './parse-swift.ts';

const folder = join(PACKAGE_ROOT, 'templates');
const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
  name.endsWith('.swift'),
);
/** A template with every section in it: what each hosting keeps of it is parsed in test/init/app.test.ts. */
const textOf = (name: string): string =>
  readFileSync(join(folder, name), 'utf8').replace(/^\{\{[#/]\w+\}\}\n/gm, '');

describe.each(files)('%s', (name) => {
  test('parses as Swift', async () => {
    expect(await swiftFaults(textOf(name))).toEqual([]);
  });

  test.each([
    { why: 'a brace is missing', breakIt: (text: string) => text.replace(/\}\s*$/, '') },
    {
      why: 'a word is misspelt',
      breakIt: (text: string) =>
        text.replace(/\n(nonisolated )?(public )?(struct|enum|func|extension) /, '\n$1$2strct '),
    },
    {
      why: 'a parameter list stays open',
      breakIt: (text: string) => text.replace(/func (\w+)\(/, 'func $1(('),
    },
  ])('does not parse once $why', async ({ breakIt }) => {
    const broken = breakIt(textOf(name));
    expect(broken).not.toBe(textOf(name));
    expect(await swiftFaults(broken)).not.toEqual([]);
  });
});

test.each(['#available(iOS 27, macOS, *)', '#available(iOS 27)', '#if os(iOS)'])(
  '%s is no condition that is let through',
  async (condition) => {
    const text = (words: string): string =>
      `enum E {\n  static func f() -> Int {\n    if ${words} { return 1 }\n    return 2\n  }\n}\n`;
    expect(await swiftFaults(text('#available(iOS 27, macOS 27, *)'))).toEqual([]);
    expect(await swiftFaults(text(condition))).not.toEqual([]);
  },
);

test.each([
  {
    why: 'a block that ends',
    text: '#if os(macOS) || targetEnvironment(macCatalyst)\n#else\n#endif\n',
    sound: true,
  },
  { why: 'a block that never ends', text: '#if os(macOS)\n', sound: false },
  { why: 'a condition that is none', text: '#if macOS &&\n#endif\n', sound: false },
])('$why: $sound', async ({ text, sound }) => {
  const faults = await swiftFaults(`enum E {\n  static func f() -> Int {\n${text}    return 2\n  }\n}\n`);
  expect(faults.length === 0).toBe(sound);
});

describe('the verifier and the resolver', () => {
  test('declare what the app pieces use', async () => {
    expect(await topLevelNames(textOf('app/ReleaseVerifier.swift'))).toEqual(
      expect.arrayContaining([
        'ReleaseVerifier',
        'AdapterTrust',
        'SeenReleases',
        'PackStatement',
        'ReleaseRefusal',
      ]),
    );
    expect(await topLevelNames(textOf('app/AdapterResolver.swift'))).toEqual(
      expect.arrayContaining(['AdapterResolver', 'ReleaseDevice', 'AdapterResolution', 'OSVersion']),
    );
  });

  test.each(['app/StrictJSON.swift', 'app/ReleaseVerifier.swift', 'app/AdapterResolver.swift'])(
    '%s imports CryptoKit and Foundation at most',
    (name) => {
      const imports = [...textOf(name).matchAll(/^import (\w+)$/gm)].map(([, module]) => module);
      expect(['CryptoKit', 'Foundation']).toEqual(expect.arrayContaining(imports));
    },
  );

  test('know the verdicts of the vectors and the payload types of the publisher', () => {
    const verifier = textOf('app/ReleaseVerifier.swift');
    const schema = JSON.parse(
      readFileSync(join(PACKAGE_ROOT, 'conformance', 'vectors.schema.json'), 'utf8'),
    ) as {
      $defs: { verdict: { enum: readonly string[] } };
    };
    const verdicts = [...verifier.matchAll(/^ {2}case (\w+)(?: = "([\w-]+)")?$/gm)].map(
      ([, name, word]) => word ?? name,
    );
    expect(verdicts.sort()).toEqual(schema.$defs.verdict.enum.filter((word) => word !== 'accepted').sort());
    expect(verifier).toContain(`"${PAYLOAD_TYPES.pack}"`);
    expect(verifier).toContain(`"${PAYLOAD_TYPES.manifest}"`);
  });
});

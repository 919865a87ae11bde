import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { FINDING_WORDS } from '../../src/audit/finding-words.ts';
import { EXIT_CODE_OF } from '../../src/errors.ts';
import validateConfig from '../../src/generated/config.validator.js';
import type { MatrixDocument } from '../../src/generated/matrix.ts';
import validateMatrix from '../../src/generated/matrix.validator.js';
import { readJson } from '../../src/json/read.ts';
import { checkDocument } from '../../src/json/validate.ts';
import { parseMatrix } from '../../src/matrix/parse.ts';
import { encodeEntryHeader } from '../../src/pack/archive/entry-header.ts';
import { parseManifest } from '../../src/release/documents.ts';
import { PACKAGE_ROOT } from '../support/run-cli.ts';
import { AUDIT_CODES } from './audit-codes.ts';

const read = (path: string): string => readFileSync(join(PACKAGE_ROOT, path), 'utf8');

/** Every page below docs/. */
const PAGES = readdirSync(join(PACKAGE_ROOT, 'docs'), { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.md'))
  .map((path) => `docs/${path}`)
  .sort();

/** The contents of the fenced blocks of one language. */
const blocks = (path: string, language: string): readonly string[] =>
  [...read(path).matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'gm'))].map(
    ([, text]) => text ?? '',
  );

/** A page without its fenced blocks, so that backticks are code spans. */
const prose = (path: string): string => read(path).replace(/^```[\s\S]*?^```$/gm, '');

/** The rows of every table of a page, as cells. */
const rows = (path: string): readonly (readonly string[])[] =>
  [...read(path).matchAll(/^\| (.+) \|$/gm)].map(([, row]) => (row ?? '').split(/ \| /));

/** What stands between backticks. */
const codes = (text: string): readonly string[] =>
  [...text.matchAll(/`([^`]+)`/g)].map(([, code]) => code ?? '');

describe('finding codes, their words, their pages and the index go together', () => {
  test('each code has a page and each page a code', () => {
    const pages = PAGES.filter((path) => /^docs\/findings\/(?!README)/.test(path));
    expect(pages).toEqual(
      Object.values(FINDING_WORDS)
        .map(({ docs }) => docs)
        .sort(),
    );
  });

  test('each is in the index once, under its severity', () => {
    const [, ...parts] = read('docs/findings/README.md').split(/^## /m);
    const index = parts.flatMap((part) =>
      [...part.matchAll(/^\| \[`(.+)`\]\((.+)\.md\) \| (.+) \|$/gm)].map(([, code, file, title]) => ({
        code,
        file,
        title,
        severity: part.split('\n', 1)[0]?.toLowerCase().replace(/s$/, ''),
      })),
    );
    const byCode = (a: { readonly code: string | undefined }, b: { readonly code: string | undefined }) =>
      (a.code ?? '') < (b.code ?? '') ? -1 : 1;
    const words = Object.entries(FINDING_WORDS).map(([code, { title, severity }]) => ({
      code,
      file: code,
      title,
      severity,
    }));
    expect([...index].sort(byCode)).toEqual(words.sort(byCode));
  });

  test('each can be given a severity and be waived in the config', () => {
    const schema = JSON.parse(read('schemas/config.schema.json')) as {
      properties: {
        audit: {
          properties: {
            severity: { propertyNames: { enum: readonly string[] } };
            waive: { items: { properties: { code: { enum: readonly string[] } } } };
          };
        };
      };
    };
    const { severity, waive } = schema.properties.audit.properties;
    expect([...severity.propertyNames.enum].sort()).toEqual([...AUDIT_CODES].sort());
    expect([...waive.items.properties.code.enum].sort()).toEqual([...AUDIT_CODES].sort());
  });

  test.each(Object.entries(FINDING_WORDS))('the page of %s has its words and its parts', (code, words) => {
    const page = read(words.docs);
    expect(page.startsWith(`# \`${code}\`\n\n**${words.severity}** · ${words.title}.\n`)).toBe(true);
    expect([...page.matchAll(/^## (.+)$/gm)].map(([, title]) => title)).toEqual([
      'What it means',
      'Why it matters',
      'How to mend it',
      'Example',
    ]);
    expect(words.why).toMatch(/^[A-Z].+\.$/);
    expect(words.title).not.toMatch(/\.$/);
  });
});

test('each type that the glossary names is exported by src/model', () => {
  const folder = join(PACKAGE_ROOT, 'src', 'model');
  const source = readdirSync(folder)
    .map((file) => readFileSync(join(folder, file), 'utf8'))
    .join('\n');
  const exported = new Set(
    [...source.matchAll(/^export (?:type|interface|const|function) (\w+)/gm)].map(([, name]) => name ?? ''),
  );
  const named = rows('docs/glossary.md').flatMap((row) => codes(row.at(-1) ?? ''));
  expect(named.length).toBeGreaterThan(40);
  expect(named.filter((name) => !exported.has(name))).toEqual([]);
});

describe('what the pages say is so', () => {
  test('links lead to files', () => {
    const broken = PAGES.flatMap((path) =>
      [...read(path).matchAll(/\]\((?!https?:)([^)#]+)/g)]
        .map(([, link]) => join(dirname(path), link ?? ''))
        .filter((link) => !existsSync(join(PACKAGE_ROOT, link)))
        .map((link) => `${path} → ${link}`),
    );
    expect(broken).toEqual([]);
  });

  test('commands and flags exist', () => {
    const { commands } = JSON.parse(read('oclif.manifest.json')) as {
      commands: Record<string, { flags: Record<string, unknown> }>;
    };
    const wrong = PAGES.flatMap((path) => commandLines(path).map((line) => ({ path, line }))).filter(
      ({ line }) => {
        const words = line.split(/\s+/).slice(1);
        const name = [words.slice(0, 2).join(':'), words[0] ?? ''].find((id) => commands[id] !== undefined);
        const flags = line.match(/--[a-z][a-z-]*/g) ?? [];
        return name === undefined || flags.some((flag) => commands[name]?.flags[flag.slice(2)] === undefined);
      },
    );
    expect(wrong).toEqual([]);
  });

  test('flags that are named alone belong to some command', () => {
    const { commands } = JSON.parse(read('oclif.manifest.json')) as {
      commands: Record<string, { flags: Record<string, unknown> }>;
    };
    const known = new Set(['help', ...Object.values(commands).flatMap(({ flags }) => Object.keys(flags))]);
    const wrong = PAGES.flatMap((path) =>
      codes(prose(path))
        .flatMap((code) => /^--([a-z][a-z-]*)/.exec(code)?.[1] ?? [])
        .filter((flag) => !known.has(flag)),
    );
    expect(wrong).toEqual([]);
  });

  test('error codes exist', () => {
    const pages = PAGES.filter((path) => path !== 'docs/glossary.md');
    const named = pages.flatMap((path) => codes(prose(path)).filter((code) => /^[A-Z]+_[A-Z_]+$/.test(code)));
    expect(named.filter((code) => !Object.hasOwn(EXIT_CODE_OF, code))).toEqual([]);
  });

  test('file formats named in src and schemas exist', () => {
    const places = PAGES.flatMap((path) =>
      codes(prose(path)).filter((code) => /^(schemas|src)\//.test(code)),
    );
    expect(places.filter((place) => !existsSync(join(PACKAGE_ROOT, place)))).toEqual([]);
  });
});

describe('docs/json.md', () => {
  test('has each exit code with each error code', () => {
    const table = rows('docs/json.md').filter(([code]) => /^\d+$/.test(code ?? ''));
    const documented = table.flatMap(([exit, , list]) =>
      codes(list ?? '').map((code) => [code, Number(exit)]),
    );
    expect(Object.fromEntries(documented)).toEqual({ ...EXIT_CODE_OF, INTERNAL: 1 });
  });

  test('has each command with the fields that its schema requires', () => {
    const folder = join(PACKAGE_ROOT, 'schemas', 'output');
    const required = readdirSync(folder).flatMap((file) => {
      const schema = JSON.parse(readFileSync(join(folder, file), 'utf8')) as {
        properties: {
          command?: { const?: string };
          result?: Required & { readonly anyOf?: readonly Required[] };
        };
      };
      const command = schema.properties.command?.const;
      if (command === undefined || command === 'version' || command === 'help') return [];
      const { result } = schema.properties;
      const usual = result?.anyOf?.[0] ?? result;
      return [[command, [...(usual?.required ?? [])].sort()] as const];
    });
    const table = rows('docs/json.md').filter(([command]) => /^`[a-z]/.test(command ?? ''));
    const documented = table.flatMap(([commands, fields]) =>
      codes(commands ?? '').map((command) => [command, [...codes(fields ?? '')].sort()] as const),
    );
    expect(Object.fromEntries(documented)).toEqual(Object.fromEntries(required));
  });
});

/** The fields that a part of a schema requires. */
interface Required {
  readonly required?: readonly string[];
}

describe('examples are sound', () => {
  test('every JSON block is JSON', () => {
    for (const path of PAGES)
      for (const text of blocks(path, 'json')) expect(() => readJson(text, path)).not.toThrow();
  });

  test('the matrix', () => {
    const [text = ''] = blocks('docs/matrix.md', 'json');
    const document = checkDocument<MatrixDocument>(JSON.parse(text), {
      validate: validateMatrix,
      source: 'docs/matrix.md',
      code: 'MATRIX_INVALID',
    });
    expect(parseMatrix(document).findings).toEqual([]);
  });

  test('the config with waivers', () => {
    const [text = ''] = blocks('docs/findings/README.md', 'json');
    expect(() =>
      checkDocument(JSON.parse(text), { validate: validateConfig, source: 'docs', code: 'CONFIG_INVALID' }),
    ).not.toThrow();
  });

  test('the manifest', async () => {
    const [text = ''] = blocks('docs/channel-layout.md', 'json');
    await expect(parseManifest(Buffer.from(text), 'docs/channel-layout.md')).resolves.toMatchObject({
      revision: 1,
    });
  });

  test('the keys of a log entry are all there', () => {
    const schema = JSON.parse(read('schemas/log-entry.schema.json')) as {
      required: readonly string[];
      $defs: { pack: { required: readonly string[] } };
    };
    const named = codes(read('docs/channel-layout.md')).map((code) => code.replace('[]', ''));
    const keys = [...schema.required, ...schema.$defs.pack.required].filter((key) => key !== 'formatVersion');
    expect(keys.filter((key) => !named.includes(key))).toEqual([]);
  });

  test('the fields of an archive entry, in order', () => {
    const header = encodeEntryHeader({ kind: 'file', path: 'p', sizeBytes: 300, sha256: '0'.repeat(64) });
    const written = header.toString('latin1').match(/TYP1|PATP|MOD2|MTMS|SIZ\d|SH2H|DAT[ABC]/g);
    const documented = rows('docs/packs.md').filter(([field]) => /^`[A-Z\d]{3}`$/.test(field ?? ''));
    expect(documented.map(([field]) => codes(field ?? '')[0])).toEqual(
      written?.map((field) => field.slice(0, 3)),
    );
    documented.forEach(([, types], index) => {
      expect(codes(types ?? '')).toContain(written?.[index]?.slice(3));
    });
  });
});

/** Each `fmrelease …` of a page: in code spans, and in shell blocks up to a comment or another command. */
function commandLines(path: string): readonly string[] {
  const shell = blocks(path, 'sh').flatMap((text) => text.split(/\n|&&|\|/));
  return [...codes(prose(path)), ...shell]
    .map((line) => line.replace(/\s+/g, ' ').replace(/ #.*/, '').trim())
    .filter((line) => /^fmrelease [a-z]/.test(line));
}

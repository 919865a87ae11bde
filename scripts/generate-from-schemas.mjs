// schemas/*.schema.json → src/generated/<name>.ts (TypeScript types) and <name>.validator.js (standalone ajv code),
// so that one source yields the types, the validation and the editor's completion, and no schema compiler ships.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { build } from 'esbuild';
import { compile } from 'json-schema-to-typescript';

const require = createRequire(import.meta.url);
const Ajv2020 = require('ajv/dist/2020.js').default;
const standaloneCode = require('ajv/dist/standalone/index.js').default;

export async function generateFromSchemas(root) {
  const folder = join(root, 'schemas');
  const schemas = readdirSync(folder)
    .filter((name) => name.endsWith('.schema.json'))
    .sort()
    .map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')));
  const out = join(root, 'src', 'generated');
  mkdirSync(out, { recursive: true });
  await writeTypes(schemas, out);
  await writeValidators(schemas, out);
}

async function writeTypes(schemas, out) {
  for (const schema of schemas) {
    const { $id, ...body } = withoutAllOf(schema); // "exactly one of" is validation, not shape
    const text = await compile(body, schema.title, {
      bannerComment: '',
      additionalProperties: false,
      format: false,
      ignoreMinAndMaxItems: true,
    });
    writeFileSync(join(out, `${moduleName(schema)}.ts`), text);
  }
}

async function writeValidators(schemas, out) {
  for (const schema of schemas) {
    const ajv = new Ajv2020({
      allErrors: true,
      discriminator: true,
      inlineRefs: false,
      strict: true,
      strictRequired: false,
      allowUnionTypes: true,
      code: { source: true, esm: true },
    });
    const code = standaloneCode(ajv, ajv.compile(schema));
    const bundled = await build({
      stdin: { contents: code, resolveDir: out, loader: 'js' },
      bundle: true,
      format: 'esm',
      platform: 'node',
      write: false,
      minify: true,
    });
    writeFileSync(join(out, `${moduleName(schema)}.validator.js`), bundled.outputFiles[0].text);
    writeFileSync(join(out, `${moduleName(schema)}.validator.d.ts`), VALIDATOR_TYPE);
  }
}

const withoutAllOf = (value) =>
  Array.isArray(value)
    ? value.map(withoutAllOf)
    : value !== null && typeof value === 'object'
      ? Object.fromEntries(
          Object.entries(value)
            .filter(([key]) => key !== 'allOf')
            .map(([key, inner]) => [key, withoutAllOf(inner)]),
        )
      : value;

const moduleName = (schema) => schema.$id.split('/').at(-1).replace('.schema.json', '');

const VALIDATOR_TYPE = `import type { SchemaValidator } from '../json/validate.ts';
declare const validate: SchemaValidator;
export default validate;
`;

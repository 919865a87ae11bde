// esbuild: one ESM bundle per entry point with shared chunks, so that a start reads few files. jiti stays outside:
// it is loaded only for a TypeScript config. Licences of what is bundled are written beside the bundles.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { build } from 'esbuild';
import { bundleReportPage } from './bundle-report-page.mjs';

export async function bundle(root) {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const result = await build({
    absWorkingDir: root,
    entryPoints: {
      ...Object.fromEntries(
        [
          ...filesBelow(join(root, 'commands')),
          join(root, 'src/index.ts'),
          join(root, 'src/cli/main.ts'),
        ].map((path) => [relative(root, path).replace(/\.ts$/, ''), path]),
      ),
      'chunks/hash-thread': 'src/pack/hash-thread.ts', // beside the chunk that starts it
    },
    outdir: 'dist',
    bundle: true,
    splitting: true,
    chunkNames: 'chunks/[name]-[hash]',
    format: 'esm',
    platform: 'node',
    target: 'node20',
    external: ['jiti', 'typescript'],
    define: { FMRELEASE_VERSION: JSON.stringify(version) },
    minify: true,
    keepNames: false,
    legalComments: 'none',
    metafile: true,
    plugins: [leanShell(root), esmSdk()],
    banner: {
      js: "import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);",
    },
  });
  await bundleLibrary(root);
  const page = await bundleReportPage(root);
  writeFileSync(join(root, 'dist', 'THIRD-PARTY-LICENSES.txt'), licenceTexts(root, result.metafile));
  writeFileSync(
    join(root, 'dist', 'bundle-inputs.json'),
    JSON.stringify({ ...inputsByOutput(result.metafile), ...page }),
  );
}

/** `fmrelease/resolve`: modules for any JavaScript engine, apart from each other, so that bundlers drop what is unused. */
const bundleLibrary = (root) =>
  build({
    absWorkingDir: root,
    entryPoints: {
      'resolve/index': 'src/resolve/library.ts',
      'resolve/manifest': 'src/resolve/resolve-manifest.ts',
      'resolve/matrix': 'src/resolve/resolve-matrix.ts',
      'resolve/read': 'src/release/read-manifest.ts',
    },
    outdir: 'dist',
    chunkNames: 'resolve/[name]-[hash]',
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    legalComments: 'none',
  });

/** Start-up is a feature: what the command shell loads at start for features that this program does not have. */
const leanShell = (root) => ({
  name: 'lean-shell',
  setup({ onLoad, onResolve }) {
    onLoad({ filter: /@oclif[\\/]core[\\/]lib[\\/].*\.js$/ }, async ({ path }) => ({
      contents: requireWhenUsed(await readFile(path, 'utf8')),
    }));
    onResolve({ filter: /^(ansis|debug|supports-color|tinyglobby)$/ }, ({ path, importer }) => {
      if (!/node_modules[\\/](@oclif[\\/]core|debug)[\\/]/.test(importer)) return undefined;
      return { path: join(root, 'scripts', 'shell', STAND_INS[path]) };
    });
  },
});

/** The AWS SDK has its modules twice. Of the ESM ones only what is used ends up in the bundle. */
const esmSdk = () => ({
  name: 'esm-sdk',
  setup({ onResolve, resolve }) {
    onResolve({ filter: /^@(aws-sdk|smithy|aws)\// }, async ({ path, pluginData, ...from }) => {
      if (pluginData === SEEN) return undefined;
      const found = await resolve(path, { ...from, pluginData: SEEN });
      const esm = found.path.replace(/([\\/])dist-cjs([\\/])/, '$1dist-es$2').replace(/\.cjs$/, '.js');
      return existsSync(esm) ? { ...found, path: esm, sideEffects: false } : found;
    });
  },
});

const SEEN = Symbol('resolved already');

/**
 * Makes a compiled CommonJS module load what it needs when it first uses it: `const x_1 = require('x')` becomes a
 * function, and every `x_1` a call. The shell's modules require each other whole, though one command uses few.
 */
function requireWhenUsed(text) {
  const names = new Set();
  const declared = text.replace(
    /^(?:const|var) (\w+_\d+) = ((?:__importDefault\()?require\("[^"]+"\)\)?);$/gm,
    (_, name, load) => {
      names.add(name);
      return `const __lazy_${name} = () => ${load};`;
    },
  );
  return names.size === 0
    ? text
    : declared.replace(
        new RegExp(`(?<!__lazy_)\\b(?:${[...names].join('|')})\\b`, 'g'),
        (name) => `(__lazy_${name}())`,
      );
}

const STAND_INS = {
  ansis: 'plain-colour.cjs',
  debug: 'no-trace.cjs',
  'supports-color': 'plain-colour.cjs',
  tinyglobby: 'no-glob.cjs',
};

/** Output file → the source files in it: what the start-up test watches. */
const inputsByOutput = (metafile) =>
  Object.fromEntries(
    Object.entries(metafile.outputs).map(([output, { inputs }]) => [output, Object.keys(inputs)]),
  );

function filesBelow(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name));
}

function licenceTexts(root, metafile) {
  const packages = new Set();
  for (const input of Object.keys(metafile.inputs)) {
    const found = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(input);
    if (found) packages.add(found[1]);
  }
  const texts = [...packages].sort().map((path) => {
    const folder = join(root, path);
    const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    const file = readdirSync(folder).find((entry) => /^(licen[cs]e|copying)(\.|$)/i.test(entry));
    const text = file ? readFileSync(join(folder, file), 'utf8').trim() : `Licence: ${license}`;
    return `${name} ${version}\n\n${text}\n`;
  });
  return `fmrelease bundles the packages below.\n\n${texts.join(`\n${'-'.repeat(72)}\n\n`)}`;
}

// esbuild: the script and the style of the report's page, which `fmrelease report` puts into every page that it writes.
import { build } from 'esbuild';

/**
 * Writes `dist/report/page.js` and `page.css`; returns which sources ended up in them, by output file.
 *
 * The script is the resolver that the command line runs, with a form around it. Modules are free of side effects here,
 * so what it does not call is left out, and what would need Node.js or a package of somebody else's is an error.
 */
export async function bundleReportPage(root) {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: [
      { in: 'src/report/page/main.ts', out: 'page' },
      { in: 'src/report/page/page.css', out: 'page' },
    ],
    outdir: 'dist/report',
    bundle: true,
    format: 'iife',
    platform: 'browser',
    target: ['chrome111', 'safari16.4', 'firefox113'],
    charset: 'utf8',
    minify: true,
    legalComments: 'none',
    metafile: true,
    define: { FMRELEASE_VERSION: '""' },
    plugins: [onlyWhatIsCalled()],
  });
  const used = Object.entries(metafile.outputs).map(([output, { inputs }]) => [
    output,
    Object.keys(inputs).filter((path) => inputs[path].bytesInOutput > 0),
  ]);
  const foreign = used.flatMap(([, inputs]) => inputs).filter((path) => !path.startsWith('src/'));
  const imported = Object.values(metafile.outputs).flatMap(({ imports }) => imports.map(({ path }) => path));
  if (foreign.length > 0 || imported.length > 0)
    throw new Error(`The page of the report would need ${[...foreign, ...imported].join(', ')}.`);
  return Object.fromEntries(used);
}

const onlyWhatIsCalled = () => ({
  name: 'only-what-is-called',
  setup({ onResolve, resolve }) {
    onResolve({ filter: /^node:/ }, ({ path }) => ({ path, external: true, sideEffects: false }));
    onResolve({ filter: /./ }, async ({ path, pluginData, ...from }) => {
      if (pluginData === SEEN || from.kind === 'entry-point') return undefined;
      return { ...(await resolve(path, { ...from, pluginData: SEEN })), sideEffects: false };
    });
  },
});

const SEEN = Symbol('resolved already');

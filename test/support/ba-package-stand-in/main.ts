import { appendFileSync, writeFileSync } from 'node:fs';
import { UsageError } from './grammar.ts';
import {
  createDownloadManifest,
  evaluate,
  type Pack,
  packAdapter,
  packFiles,
  type Tamper,
  ToolError,
} from './subcommands.ts';

/** How a run goes wrong when it is told to. */
const FAULTS: Readonly<Record<string, Tamper>> = {
  /** What has been reported from inside some sandboxes, whatever the path. */
  sandbox: () => {
    throw new UsageError('The path extension isn’t “json”.');
  },
  licence: () => {
    throw new ToolError('You have not agreed to the license. Run ba-package license agree.');
  },
  /** Many lines, colours, and a path that is nobody's business. */
  noisy: () => {
    process.stderr.write(`\u001b[31m${'a line of nothing\n'.repeat(500)}\u001b[0m`);
    throw new ToolError(`Cannot read ${process.cwd()}/secret`);
  },
  killed: () => {
    process.kill(process.pid, 'SIGKILL');
    throw new ToolError('unreachable');
  },
  silent: () => process.exit(0),
  hang: () => {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 60_000);
    throw new ToolError('unreachable');
  },
  /** What made Transporter answer ITMS-91140. */
  'on-demand-null': withManifest({ downloadPolicy: { onDemand: null } }),
  'other-id': withManifest({ assetPackID: 'somebody-else' }),
  'other-platforms': withManifest({ platforms: [] }),
  'other-policy': withManifest({
    downloadPolicy: { essential: { installationEventTypes: ['firstInstallation'] } },
  }),
  garbage: () => {
    const output = process.argv[process.argv.indexOf('--output-path') + 1] ?? '';
    writeFileSync(output, 'hello, no archive');
    process.exit(0);
  },
  /** Every file is there, but one under another's name. */
  swapped: ({ manifest, files }) => ({
    manifest,
    files: files.map((file, index) => ({ ...file, from: files[(index + 1) % files.length]?.from ?? '' })),
  }),
  'extra-file': ({ manifest, files }) => ({
    manifest,
    files: files.flatMap((file) => [file, { ...file, path: `${file.path}.copy` }]),
  }),
  'no-file': ({ manifest, files }) => ({ manifest, files: files.slice(1) }),
};

function withManifest(change: Pack['manifest']): Tamper {
  return ({ manifest, files }) => ({ manifest: { ...manifest, ...change }, files });
}

const { BA_PACKAGE_STAND_IN_VERSION: version = '2.0', BA_PACKAGE_STAND_IN_FAULT: fault = '' } = process.env;
const log = process.env['BA_PACKAGE_STAND_IN_LOG'];
const words = process.argv.slice(2);
const major = version.startsWith('1') ? 1 : 2;
const tamper: Tamper = FAULTS[fault] ?? ((pack) => pack);

async function run(): Promise<void> {
  const [first = '', second = ''] = words;
  if (first === '--version' && words.length === 1)
    return void process.stdout.write(fault === 'no-version' ? '' : `ba-package ${version} (stand-in)\n`);
  if (log !== undefined && log !== '') appendFileSync(log, `${JSON.stringify(words)}\n`);
  if (first === 'foundation-models' && second === 'package') return packAdapter(words.slice(2), tamper);
  if (first === 'download-manifest' && second === 'create') return createDownloadManifest(words.slice(2));
  if (first === 'evaluate' && major === 2) return evaluate(words.slice(1));
  if (first === 'package') return packFiles(words.slice(1), { major, tamper });
  return packFiles(words, { major, tamper }); // the default subcommand
}

run().catch((error: unknown) => {
  process.stderr.write(`Error: ${error instanceof Error ? error.message : String(error)}\n`);
  if (error instanceof UsageError)
    process.stderr.write("Usage: ba-package <subcommand>\n  See 'ba-package --help'.\n");
  process.exitCode = error instanceof UsageError ? 64 : 1;
});

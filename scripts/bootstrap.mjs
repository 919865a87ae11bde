// Makes a fresh clone ready with only Node and npm: installs what package-lock.json says, builds what is older than
// its sources. Says one line per thing it does and nothing when all is ready.
import { spawnSync } from 'node:child_process';
import { existsSync, lstatSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The root of this repository. */
export const root = fileURLToPath(new URL('..', import.meta.url));

/** Installs and builds as needed; ends the process with the failing step's code. */
export function bootstrap() {
  // `npm ci` empties the folder that a link leads to, and that is somebody else's.
  if (!isLink('node_modules') && isOlder('node_modules/.package-lock.json', ['package-lock.json'])) {
    runStep('Installing dependencies …', process.platform === 'win32' ? 'npm.cmd' : 'npm', [
      'ci',
      '--no-audit',
      '--no-fund',
      '--loglevel=error',
    ]);
  }
  if (
    isOlder('oclif.manifest.json', ['src', 'commands', 'schemas', 'scripts', 'package.json', 'tsconfig.json'])
  ) {
    runStep('Building …', process.execPath, ['scripts/build.mjs']);
  }
}

const isLink = (path) => lstatSync(join(root, path), { throwIfNoEntry: false })?.isSymbolicLink() === true;

function runStep(title, command, args) {
  console.error(title);
  const { status, error } = spawnSync(command, args, {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    shell: process.platform === 'win32',
  });
  if (error) console.error(String(error));
  if (status !== 0) process.exit(status ?? 1);
}

/** True when `product` is missing or older than anything below `sources`. */
function isOlder(product, sources) {
  const path = join(root, product);
  if (!existsSync(path)) return true;
  const built = statSync(path).mtimeMs;
  return sources.some((source) => newest(join(root, source)) > built);
}

function newest(path) {
  const stat = statSync(path);
  if (!stat.isDirectory()) return stat.mtimeMs;
  return Math.max(
    0,
    ...readdirSync(path)
      .filter((name) => name !== 'generated')
      .map((name) => newest(join(path, name))),
  );
}

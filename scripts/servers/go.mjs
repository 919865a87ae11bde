// Servers that are built from their source by Go, once, and kept outside of the repository.
import { existsSync, mkdirSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { findProgram, runProcess } from './process.mjs';

/**
 * Returns where a program is, and builds the first of the versions of its module that can be built where it is not yet.
 *
 * @param {string} name - of the program, for people
 * @param {readonly string[]} modules - `path@version`, best first
 * @throws {Error} saying why there is none: Go is missing, or could not build it
 */
export async function buildByGo(name, modules) {
  const cache = cacheFolder();
  const bin = join(cache, 'bin');
  const program = join(bin, programOf(modules[0]));
  if (existsSync(program)) return program;
  if (findProgram('go') === undefined) throw new Error('Go is not installed');
  mkdirSync(bin, { recursive: true });
  console.log(`Building ${name}, which takes some minutes …`);
  const until = Date.now() + BUILD_SECONDS * 1000;
  const failures = [];
  for (const module of modules) {
    const seconds = (until - Date.now()) / 1000;
    if (seconds < 1) break;
    try {
      await runProcess('go', ['install', module], { seconds, env: goEnvironment(cache, bin) });
      return program;
    } catch (error) {
      failures.push(error.message);
    }
  }
  throw new Error(`Go could not build it within ${BUILD_SECONDS} s (${failures.at(-1)})`);
}

/** A program that Go has built knows no version of its own; its module's is written into it. */
export async function builtVersion(program) {
  const told = await runProcess('go', ['version', '-m', program]).catch(() => '');
  return /^\s+mod\s+\S+\s+(\S+)/m.exec(told)?.[1] ?? 'of an unknown version';
}

/** Go finds its caches by HOME, which a CI job may lack. */
function goEnvironment(cache, bin) {
  const own = { GOPATH: join(cache, 'go'), GOCACHE: join(cache, 'go-build') };
  return { ...(process.env.HOME ? {} : own), ...process.env, GOBIN: bin };
}

function cacheFolder() {
  const { FMRELEASE_CI_CACHE: chosen, HOME } = process.env;
  if (chosen) return chosen;
  return HOME ? join(homedir(), '.cache', 'fmrelease-ci') : join(tmpdir(), 'fmrelease-ci');
}

/** `github.com/minio/minio@latest` → `minio` */
const programOf = (module) => module.split('@')[0].split('/').at(-1);

const BUILD_SECONDS = 540;

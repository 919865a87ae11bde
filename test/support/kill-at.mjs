// Preloaded with `node --import`: numbers every call that changes the disk below KILL_ROOT, and kills the process
// with SIGKILL at the one that KILL_AT names: before it (a write is torn in half then) or right after it. Without
// KILL_AT the process lives, and KILL_REPORT receives the list of calls.
import fs from 'node:fs';
import fsp from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { sep } from 'node:path';

const { KILL_ROOT, KILL_AT, KILL_PHASE, KILL_REPORT } = process.env;
const { writeFileSync } = fs;
const calls = [];

const isBelow = (path) => typeof path === 'string' && `${path}${sep}`.startsWith(`${KILL_ROOT}${sep}`);

function die() {
  process.kill(process.pid, 'SIGKILL');
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
}

/** Notes a call; true when the process is to die at it. */
function isLast(name, path) {
  calls.push(`${name} ${path.slice(KILL_ROOT.length + 1)}`);
  return calls.length === Number(KILL_AT);
}

/** Wraps an asynchronous call. `half` does part of it, for what a crash can leave half-done. */
const wrapped = (name, { act, path, half }) =>
  async function (...args) {
    const changed = path(...args);
    if (!isBelow(changed) || !isLast(name, changed)) return act.apply(this, args);
    if (KILL_PHASE === 'before') {
      await half?.apply(this, args);
      die();
    }
    return act.apply(this, args).finally(die);
  };

function watchHandle(handle, path) {
  const { write, writeFile } = handle;
  const half = (bytes) => bytes.subarray(0, bytes.length >> 1);
  handle.write = wrapped('write', {
    act: write,
    path: () => path,
    half: (bytes, offset = 0, length = bytes.length - offset) =>
      write.call(handle, bytes, offset, length >> 1),
  });
  handle.writeFile = wrapped('write', {
    act: writeFile,
    path: () => path,
    half: (content) => writeFile.call(handle, half(Buffer.from(content))),
  });
  handle.sync = wrapped('sync', { act: handle.sync, path: () => path });
  handle.truncate = wrapped('truncate', { act: handle.truncate, path: () => path });
  return handle;
}

const { open } = fsp;
fsp.open = async (path, flags = 'r', ...rest) => {
  const writes = flags !== 'r' && typeof flags === 'string';
  const act = (...args) => open(...args);
  const opened = writes ? wrapped('open', { act, path: () => path }) : act;
  return watchHandle(await opened(path, flags, ...rest), path);
};
for (const name of ['mkdir', 'rm', 'unlink', 'rmdir', 'writeFile', 'truncate', 'utimes'])
  fsp[name] = wrapped(name, { act: fsp[name], path: (path) => path });
for (const name of ['link', 'rename', 'symlink', 'copyFile'])
  fsp[name] = wrapped(name, { act: fsp[name], path: (_, path) => path });
for (const name of [
  'writeFileSync',
  'appendFileSync',
  'mkdirSync',
  'rmSync',
  'unlinkSync',
  'renameSync',
  'linkSync',
  'createWriteStream',
]) {
  const act = fs[name];
  fs[name] = (...args) => {
    if (args.some(isBelow))
      throw new Error(`${name} changes the disk, and kill-at.mjs does not count it yet`);
    return act(...args);
  };
}
syncBuiltinESMExports();
if (KILL_REPORT !== undefined) process.on('exit', () => writeFileSync(KILL_REPORT, JSON.stringify(calls)));

#!/usr/bin/env node
// Runs one command and ends with it. Ends the command, and what it has started, when whoever started this is gone
// (its end of our stdin closes, however it died) or after a time limit: no server outlives its test.
//
//   node scripts/servers/watchdog.mjs SECONDS COMMAND [ARGUMENT …]
import { spawn } from 'node:child_process';

const [seconds, command, ...args] = process.argv.slice(2);
// A group of its own, so that what the command starts can be ended with it.
const child = spawn(command, args, { stdio: ['ignore', 'inherit', 'inherit'], detached: true });
child.on('error', (error) => {
  console.error(String(error));
  process.exit(127);
});
child.on('exit', (code, signal) => {
  signalGroup('SIGKILL'); // whatever it left behind
  process.exit(code ?? (signal === null ? 1 : 128));
});

let ending = false;
function end() {
  if (ending) return;
  ending = true;
  signalGroup('SIGTERM');
  setTimeout(() => signalGroup('SIGKILL'), GRACE_MS);
}

function signalGroup(name) {
  try {
    process.kill(-child.pid, name);
  } catch {
    // The group is gone already.
  }
}

const GRACE_MS = 5_000;
process.stdin.on('end', end).on('error', end).resume();
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(name, end);
setTimeout(end, Number(seconds) * 1000).unref();

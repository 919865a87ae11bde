// Preloaded with `node --import`: counts the parts that a process uploads. KILL_AFTER_PARTS kills it with SIGKILL once
// so many have been answered. WATCH_REPORT receives how many parts were sent and their bytes when it ends by itself.
import fs from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import { syncBuiltinESMExports } from 'node:module';

const { KILL_AFTER_PARTS, WATCH_REPORT } = process.env;
const seen = { parts: 0, bytes: 0 };

function die() {
  process.kill(process.pid, 'SIGKILL');
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
}

for (const module of [http, https]) {
  const { request } = module;
  module.request = (options, ...rest) => {
    const made = request(options, ...rest);
    if (made.method !== 'PUT' || !made.path.includes('partNumber=')) return made;
    return made.on('response', ({ statusCode }) => {
      if (statusCode !== 200) return;
      seen.parts += 1;
      seen.bytes += Number(made.getHeader('content-length'));
      if (seen.parts === Number(KILL_AFTER_PARTS)) die();
    });
  };
}
syncBuiltinESMExports();
if (WATCH_REPORT !== undefined)
  process.on('exit', () => fs.writeFileSync(WATCH_REPORT, JSON.stringify(seen)));

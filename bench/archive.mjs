#!/usr/bin/env node
// Archives: packing an adapter of real size beside what people use, compressing beside gzip, memory at 160 MB and
// 10 GB, and looking into an LZFSE archive. Every figure that is compared comes from runs in turns.
// Usage: node bench/archive.mjs [--runs 7] [--megabytes 160] [--gigabytes 10]
import { spawnSync } from 'node:child_process';
import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';
import { archiveBytes, blockStream, entryBytes } from '../scripts/archives/bytes.mjs';
import { writeSampleAdapter } from '../scripts/sample-adapter.mjs';
import { writeHugeAdapter } from './huge-adapter.mjs';
import { describeMachine, hasProgram, measure, median, renderTable } from './measure.mjs';
import { preparePacking } from './pack-project.mjs';

const { values } = parseArgs({
  options: { runs: { type: 'string' }, megabytes: { type: 'string' }, gigabytes: { type: 'string' } },
});
const runs = Number(values.runs ?? 7);
const megabytes = Number(values.megabytes ?? 160);
const gigabytes = Number(values.gigabytes ?? 10);
const ROOT = fileURLToPath(new URL('..', import.meta.url));
const CLI = join(ROOT, 'bin', 'run.js');
const misses = [];

/** Notes a figure that misses its target. */
function judge(what, value, target, isMet) {
  const line = `${what}: ${value.toFixed(2)} (target ${target})`;
  console.log(`${isMet ? 'ok    ' : 'MISSED'} ${line}`);
  if (!isMet) misses.push(line);
}

const folder = mkdtempSync(join(tmpdir(), 'fmrelease-bench-'));
try {
  const source = writeSampleAdapter({ out: folder, name: 'summarizer', megabytes });
  console.log(
    [`## Archives of ${megabytes} MB (${runs} rounds in turns)`, '', ...describeMachine(), ''].join('\n'),
  );
  const packing = await preparePacking({ folder, source });
  packBeside(packing, source);
  compressBeside(packing, source);
  await lookInside(source);
  await watchMemory(packing);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
console.log(misses.length === 0 ? '\nEvery target is met.' : `\nMISSED: ${misses.length}.`);
process.exitCode = misses.length === 0 ? 0 : 1;

/** Stored, digests included: ours beside copying, zip and tar, each with `openssl` behind it. */
function packBeside({ command, cwd, forgetAll, forgetPacks }, source) {
  const out = join(folder, 'by-hand');
  const before = () => rmSync(out, { recursive: true, force: true });
  const sh = (script) => ['sh', '-c', script, 'sh', source, out];
  const digest = 'openssl dgst -sha256';
  const byHand = [
    { name: 'cp -r, openssl', needs: 'openssl', command: sh(`cp -r "$1" "$2" && ${digest} "$2"/*`) },
    {
      name: 'zip -0, openssl',
      needs: 'zip',
      command: sh(
        `mkdir "$2" && cd "$1/.." && zip -q -0 -r "$2/o.zip" "$(basename "$1")" && ${digest} "$2/o.zip"`,
      ),
    },
    {
      name: 'bsdtar, openssl',
      needs: 'bsdtar',
      command: sh(`bsdtar -cf "$2" -C "$1/.." "$(basename "$1")" && ${digest} "$2"`),
    },
    {
      name: 'archiver zip, openssl',
      needs: 'openssl',
      command: sh(`node ${JSON.stringify(writeArchiver())} "$1" "$2" && ${digest} "$2"`),
    },
  ].filter(({ name, needs }) => {
    const isThere = hasProgram(needs);
    if (!isThere) console.log(`left out: ${name}: there is no ${needs}`);
    return isThere;
  });
  const measurements = measure(
    [
      ...byHand.map((contestant) => ({ ...contestant, before })),
      { name: 'ours, first time', command, cwd, before: forgetAll },
      { name: 'ours, digests known', command, cwd, before: forgetPacks },
      { name: 'ours, nothing to do', command, cwd },
    ],
    { runs },
  );
  console.log(renderTable(measurements).join('\n'));
  const of = (name) => measurements.find((measurement) => measurement.name === name);
  const copy = of('cp -r, openssl');
  for (const name of ['ours, first time', 'ours, digests known']) {
    // Round by round: what else ran then slowed all of the round alike.
    const ratios = copy?.ms.map(
      (ms, round) => (of(name).ms[round] - of('ours, nothing to do').ms[round]) / ms,
    );
    if (ratios !== undefined)
      judge(`${name}, beyond its start, over cp and openssl`, median(ratios), '≤ 1.5', median(ratios) <= 1.5);
    for (const other of byHand.slice(1)) {
      const ratio = median(of(other.name).ms.map((ms, round) => of(name).ms[round] / ms));
      judge(`${name} over ${other.name}`, ratio, '< 1', ratio < 1);
    }
  }
  before();
}

/** The zip library that most programs on Node use, as a program of its own. */
function writeArchiver() {
  const path = join(folder, 'archiver.mjs');
  const archiver = join(ROOT, 'node_modules', 'archiver', 'index.js');
  const text = `import { createWriteStream } from 'node:fs';
    import { basename } from 'node:path';
    import { pipeline } from 'node:stream/promises';
    import { ZipArchive } from ${JSON.stringify(existsSync(archiver) ? archiver : 'archiver')};
    const [source, out] = process.argv.slice(2);
    const zip = new ZipArchive({ store: true });
    const done = pipeline(zip, createWriteStream(out));
    zip.directory(source, basename(source));
    await zip.finalize();
    await done;`;
  const file = openSync(path, 'w');
  writeSync(file, text);
  closeSync(file);
  return path;
}

/** What the CPU did for the wall time of a program, by GNU time; null where there is none. */
function timed(command, cwd) {
  const run = spawnSync('/usr/bin/time', ['--format=%e %U %S %M', ...command], { cwd, encoding: 'utf8' });
  if (run.error !== undefined) return null;
  if (run.status !== 0) throw new Error(`${command.join(' ')} failed:\n${run.stderr}`);
  const [wall, user, system, peakKb] = run.stderr.trim().split('\n').at(-1).split(' ').map(Number);
  return { wall, cpu: user + system, peakMb: (peakKb * 1024) / 1e6 };
}

/** zlib beside `gzip -1`: by CPU time, which is one core's, and whether both cores work. */
function compressBeside({ command, cwd, forgetAll, forgetPacks }, source) {
  setCompression(cwd, 'zlib');
  forgetAll();
  spawnSync(command[0], command.slice(1), { cwd }); // digests are known from here on
  const rounds = [];
  for (let round = 0; round < Math.min(runs, 5); round++) {
    const gzip = timed(
      ['sh', '-c', `gzip -1 -c "$1"/adapter_weights.bin > "$2"`, 'sh', source, join(folder, 'gz')],
      cwd,
    );
    forgetPacks();
    const ours = timed(command, cwd);
    const idle = timed(command, cwd);
    if (gzip === null) return console.log('left out: zlib beside gzip: there is no /usr/bin/time');
    rounds.push({
      speed: gzip.cpu / (ours.cpu - idle.cpu),
      cores: (ours.cpu - idle.cpu) / (ours.wall - idle.wall),
    });
  }
  const speed = median(rounds.map((round) => round.speed));
  judge('zlib over gzip -1, per core, digests and copy included', speed, '≥ 1.5', speed >= 1.5);
  const cores = Math.max(...rounds.map((round) => round.cores));
  judge('cores that zlib keeps busy, at best', cores, '≥ 1.5', cores >= 1.5);
  setCompression(cwd, 'none');
}

function setCompression(cwd, compression) {
  const path = join(cwd, 'fmrelease.config.json');
  const config = JSON.parse(readFileSync(path, 'utf8'));
  config.targets.local.compression = compression;
  const file = openSync(path, 'w');
  writeSync(file, JSON.stringify(config));
  closeSync(file);
}

/** An LZFSE archive of this size: `--list`, and decoding all of it. Its weights repeat after 16 MB, to be made soon. */
async function lookInside(source) {
  const path = join(folder, 'pack.aar');
  const decodedBytes = writeLzfse(path, source);
  const list = measure(
    [
      {
        name: 'pack inspect --list, LZFSE',
        command: [process.execPath, CLI, 'pack', 'inspect', path, '--list', '--json'],
        cwd: folder,
      },
    ],
    { runs },
  );
  console.log(renderTable(list).join('\n'));
  judge('pack inspect --list, fastest, in seconds', list[0].minMs / 1000, '≤ 0.5', list[0].minMs <= 500);
  const { readAll, readList } = await bundleReader();
  const listed = await readList(path);
  const part = listed.readBytes / statSync(path).size;
  judge('part of the file that listing reads', part, '≤ 0.15', part <= 0.15);
  const speeds = [];
  for (let round = 0; round < 3; round++) {
    const start = process.cpuUsage();
    await readAll(path);
    const { user, system } = process.cpuUsage(start);
    speeds.push(decodedBytes / (user + system));
  }
  judge('LZFSE decoding, MB per second of CPU', median(speeds), '≥ 80', median(speeds) >= 80);
}

function writeLzfse(path, source) {
  const weights = readFileSync(join(source, 'adapter_weights.bin'));
  const piece = weights.subarray(0, 16 << 20);
  const whole = Buffer.concat(
    Array.from({ length: Math.ceil((megabytes * 1e6) / piece.length) }, () => piece),
  );
  const head = Buffer.from(archiveBytes({ 'Contents/summarizer.fmadapter/a.txt': 'a' }));
  const plain = Buffer.concat([
    head,
    entryBytes({ path: 'Contents/summarizer.fmadapter/adapter_weights.bin', data: whole }),
    entryBytes({
      path: 'manifest.json',
      data: Buffer.from('{"assetPackID": "a", "downloadPolicy": {"onDemand": {}}, "platforms": []}'),
    }),
  ]);
  const file = openSync(path, 'w');
  writeSync(file, blockStream('e', plain.subarray(0, 16), { encode: (block) => block }).subarray(0, 12));
  const known = new Map();
  for (let at = 0; at < plain.length; at += 4 << 20) {
    const block = plain.subarray(at, at + (4 << 20));
    const key = at < 8 << 20 || block.length < 4 << 20 ? at : at % (16 << 20);
    const coded = known.get(key) ?? blockStream('e', block).subarray(12);
    known.set(key, coded);
    writeSync(file, coded);
  }
  closeSync(file);
  return plain.length;
}

/** The archive library alone, with a count of the bytes that it reads. */
async function bundleReader() {
  const outfile = join(folder, 'reader.mjs');
  const contents = `
    import { open } from 'node:fs/promises';
    import { fileBytes } from './src/pack/archive/byte-source.ts';
    import { openArchive } from './src/pack/archive/read-archive.ts';
    const read = async (path, all) => {
      const handle = await open(path);
      const source = fileBytes(handle, (await handle.stat()).size);
      let readBytes = 0;
      const counted = { ...source, readSome: async (at, length) => {
        const piece = await source.readSome(at, length);
        readBytes += piece.length;
        return piece;
      } };
      const archive = await openArchive(counted, 'lzfse');
      for await (const entry of archive.entries())
        if (all && entry.kind === 'file') for await (const chunk of archive.content(entry)) void chunk;
      await handle.close();
      return { readBytes };
    };
    export const readAll = (path) => read(path, true);
    export const readList = (path) => read(path, false);`;
  await build({
    stdin: { contents, resolveDir: ROOT, loader: 'ts' },
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    logLevel: 'error',
  });
  return import(outfile);
}

/** Peak memory of packing, stored and compressed, of this adapter and of a huge one whose payloads are holes. */
async function watchMemory(packing) {
  const out = join(folder, 'huge');
  mkdirSync(out);
  const huge = await preparePacking({
    folder: out,
    source: writeHugeAdapter({ out, name: 'summarizer', gigabytes }),
  });
  for (const [size, { command, cwd, forgetAll }] of [
    [`${megabytes} MB`, packing],
    [`${gigabytes} GB of holes`, huge],
  ]) {
    for (const compression of ['none', 'zlib']) {
      setCompression(cwd, compression);
      forgetAll();
      const ours = timed(command, cwd);
      if (ours === null) return console.log('left out: memory: there is no /usr/bin/time');
      judge(
        `peak memory in MB, ${basename(cwd)} of ${size}, ${compression}`,
        ours.peakMb,
        '≤ 150',
        ours.peakMb <= 150,
      );
      forgetAll();
    }
  }
}

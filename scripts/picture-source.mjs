// What the README's picture of the report is taken from, and how a picture tells which page that was. Used by
// scripts/report-picture.mjs, which takes it, and by the test that compares it with the page of today.
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { buildAuditExample, CLOCK } from '../examples/audit/build.mjs';

/** Builds the example in a folder and returns how `fmrelease report` is to be run there. */
export function preparePicture(folder) {
  const project = join(folder, 'examples-audit');
  mkdirSync(project, { recursive: true });
  buildAuditExample(project);
  const file = join(folder, 'report.html');
  return {
    file,
    cwd: project,
    args: ['report', '--all-targets', '--out', file],
    env: { SOURCE_DATE_EPOCH: CLOCK },
  };
}

/** The SHA-256 of what can be seen of a page: without its scripts and their hashes, and without the tool's version. */
export function digestOfPage(html) {
  const seen = html
    .replaceAll(/<script[^>]*>[\s\S]*?<\/script>/g, '')
    .replace(/<meta http-equiv="Content-Security-Policy"[^>]*>/, '')
    .replace(/Made by fmrelease \S+/, 'Made by fmrelease');
  return createHash('sha256').update(seen).digest('hex');
}

/** A PNG with the digest of its page in a text chunk, in front of the end. */
export function signPicture(png, digest) {
  const end = png.length - 12; // IEND: no data
  const body = Buffer.from(`tEXt${KEYWORD}\0${digest}`, 'latin1');
  const [length, checksum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(body.length - 4);
  checksum.writeUInt32BE(crc32(body));
  return Buffer.concat([png.subarray(0, end), length, body, checksum, png.subarray(end)]);
}

/** The digest that {@link signPicture} put into a PNG; null without one. */
export function digestInPicture(file) {
  const found = new RegExp(`tEXt${KEYWORD}\0([0-9a-f]{64})`).exec(readFileSync(file, 'latin1'));
  return found?.[1] ?? null;
}

const KEYWORD = 'fmrelease-report-sha256';

import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { sha256Of } from '../../src/model/digest.ts';
import { installStandIn } from '../support/ba-package-stand-in/install.ts';
import { makeAdapter } from '../support/make-adapter.ts';
import { scratchFolder } from '../support/scratch.ts';

/** A web server with what somebody has published by hand: what is put there is there, redirects too. */
export interface ByHand {
  readonly url: string;
  readonly host: string;
  readonly put: (path: string, content: string | Uint8Array | Answer) => string;
  /** Packs an adapter as a person would, with the tool itself, and puts it there; returns its manifest entry. */
  putAdapter(name: string, version: number, folder?: string): HandEntry;
}

/** An answer that has no bytes. */
type Answer = { readonly redirect: string } | { readonly status: number };

/** An entry of a download manifest as `ba-package` has been observed to write it. */
export interface HandEntry {
  readonly id: string;
  readonly version: number;
  readonly downloadSize: number;
  readonly url: string;
  readonly downloadPolicy: object;
  readonly host: object;
  readonly userInfo?: object;
}

/** Starts such a server; it ends with the test. */
export async function publishByHand(): Promise<ByHand> {
  const objects = new Map<string, Uint8Array | Answer>();
  const server = createServer((request, response) => {
    const found = objects.get((request.url ?? '').split('?', 1)[0] ?? '');
    if (found === undefined) return void response.writeHead(404).end();
    if ('status' in found) return void response.writeHead(found.status).end();
    if ('redirect' in found) return void response.writeHead(302, { location: found.redirect }).end();
    response.writeHead(200, { 'content-length': found.length }).end(found);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const put: ByHand['put'] = (path, content) => {
    objects.set(`/${path}`, typeof content === 'string' ? Buffer.from(content) : content);
    return `http://${host}/${path}`;
  };
  const work = scratchFolder();
  const tool = installStandIn(work);
  return {
    url: `http://${host}/`,
    host,
    put,
    putAdapter: (name, version, folder = `r${version}`) => {
      const id = `fmadapter-${name}-9799725`;
      const path = makeAdapter(join(work, folder), { name, metadata: { description: `v${version}` } });
      const output = join(work, folder, `${id}.aar`);
      mkdirSync(join(work, folder), { recursive: true });
      const words = ['--adapter-path', path, '--asset-pack-id', id, '--output-path', output];
      execFileSync(tool, ['foundation-models', 'package', ...words, '--platforms', 'iOS', '--on-demand']);
      const url = put(`packs/${folder}/${id}`, readFileSync(output));
      const downloadSize = statSync(output).size;
      return { id, version, downloadSize, url, downloadPolicy: { onDemand: {} }, host: { thirdParty: {} } };
    },
  };
}

/** A download manifest as a text. */
export const manifestOf = (...assetPacks: readonly HandEntry[]): string => JSON.stringify({ assetPacks });

/** Writes a manifest into a file of its own. */
export function fileOf(name: string, text: string): string {
  const path = join(scratchFolder(), name);
  writeFileSync(path, text);
  return path;
}

/** The digest of bytes, for what a manifest claims. */
export const claimOf = (text: string): object => ({ sha256: sha256Of(text) });

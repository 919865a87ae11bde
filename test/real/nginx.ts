import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findProgram, freePort, startProcess, waitUntil } from '../../scripts/servers/process.mjs';

/** An edge that runs: where it answers. */
export interface Edge {
  /** The URL of its root, ending in a slash. */
  readonly url: string;
  stop(): Promise<void>;
}

/** Debian keeps it where only root's PATH leads. */
const NGINX =
  findProgram('nginx') ?? ['/usr/sbin/nginx', '/usr/local/sbin/nginx'].find((path) => existsSync(path));

/** Why there is no nginx to test with; undefined where there is one. */
export const noNginx = NGINX === undefined ? 'skipped, since nginx is not installed' : undefined;

/**
 * Starts nginx with the config that docs/cdn.md tells users to write. Only what is a matter of the machine is altered: its
 * port, its folders, its origin, no certificate, the prefix before `/v1/`, and a header that tells how an answer came
 * about.
 *
 * @param origin - the origin's scheme, host and port
 * @param prefix - what stands before `v1/` in the origin's paths, ending in a slash
 */
export async function startNginx(origin: string, prefix: string): Promise<Edge> {
  const folder = mkdtempSync(join(realpathSync(tmpdir()), 'fmrelease-nginx-'));
  const port = await freePort();
  for (const name of ['cache', 'temp']) mkdirSync(join(folder, name));
  const config = join(folder, 'nginx.conf');
  writeFileSync(config, wholeConfig(adapted(documentedConfig(), { folder, port, origin, prefix }), folder));
  const log = join(folder, 'nginx.log');
  const nginx = startProcess(NGINX ?? 'nginx', ['-p', folder, '-c', config, '-e', log], {
    log,
  });
  const url = `http://127.0.0.1:${port}/`;
  const stop = async (): Promise<void> => {
    await nginx.stop();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await waitUntil(async () => (await fetch(url)).status > 0, { seconds: 30, processes: [nginx] });
  } catch (error) {
    const said = readFileSync(log, 'utf8');
    await stop();
    throw new Error(`nginx does not start with the config of docs/cdn.md:\n${said}`, { cause: error });
  }
  return { url, stop };
}

/** The block of docs/cdn.md, as users read it. */
function documentedConfig(): string {
  const page = readFileSync(fileURLToPath(new URL('../../docs/cdn.md', import.meta.url)), 'utf8');
  const blocks = [...page.matchAll(/^```nginx\n([\s\S]*?)^```$/gm)].map(([, text]) => text ?? '');
  if (blocks.length !== 1) throw new Error(`docs/cdn.md has ${blocks.length} nginx blocks, not one`);
  return blocks[0] ?? '';
}

function adapted(
  text: string,
  { folder, port, origin, prefix }: { folder: string; port: number; origin: string; prefix: string },
): string {
  const steps: readonly (readonly [RegExp, string])[] = [
    [/proxy_cache_path \S+/, `proxy_cache_path ${folder}/cache`],
    [
      /listen 443 ssl;/,
      `listen 127.0.0.1:${port};\n  add_header X-Edge "$upstream_cache_status $upstream_status" always;`,
    ],
    [/^ *ssl_certificate(_key)? .*\n/gm, ''],
    [/https:\/\/origin\.example\.com/g, origin],
    [/location \/v1\//g, `location /${prefix}v1/`],
  ];
  return steps.reduce((before, [pattern, value]) => {
    const after = before.replace(pattern, () => value);
    if (after === before) throw new Error(`the nginx block of docs/cdn.md no longer has ${pattern.source}`);
    return after;
  }, text);
}

/** What an nginx.conf has around the documented block; everything that nginx writes stays in `folder`. */
const wholeConfig = (http: string, folder: string): string => `
daemon off;
master_process off;
pid ${folder}/nginx.pid;
events { worker_connections 256; }
http {
  access_log off;
  client_body_temp_path ${folder}/temp/body;
  proxy_temp_path ${folder}/temp/proxy;
  fastcgi_temp_path ${folder}/temp/fastcgi;
  uwsgi_temp_path ${folder}/temp/uwsgi;
  scgi_temp_path ${folder}/temp/scgi;
${http}
}
`;

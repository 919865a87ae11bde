import { X509Certificate } from 'node:crypto';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { keepCertificate, makeCertificate, namesOf } from '../../src/serve/certificate.ts';
import { firstBytes, isDropped } from '../../src/serve/faults.ts';
import { type ServeOptions, startServer } from '../../src/serve/server.ts';
import { type CliProject, copyOf, publishedProject } from '../support/cli-project.ts';
import { scratchFolder } from '../support/scratch.ts';

const NOW = new Date();
const NAMES = ['localhost', '127.0.0.1', '::1', 'fe80::12:0:0:ff', 'cdn.local'];

describe('the certificate', () => {
  const { certificate, key } = makeCertificate(NAMES, NOW);
  const parsed = new X509Certificate(certificate);

  test('is one that OpenSSL reads, signed by its own key, for all names and 30 days', () => {
    expect(parsed.verify(parsed.publicKey)).toBe(true);
    expect(parsed.checkIssued(parsed)).toBe(true);
    expect(parsed.subject).toBe('CN=fmrelease local CDN');
    expect(parsed.ca).toBe(true);
    expect(parsed.publicKey.asymmetricKeyDetails).toMatchObject({ namedCurve: 'prime256v1' });
    expect(parsed.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1']);
    expect([parsed.checkHost('localhost'), parsed.checkHost('cdn.local')]).toEqual([
      'localhost',
      'cdn.local',
    ]);
    expect(parsed.checkIP('127.0.0.1')).toBe('127.0.0.1');
    expect(parsed.checkIP('fe80::12:0:0:ff')).toBe('fe80::12:0:0:ff');
    expect([parsed.checkHost('example.com'), parsed.checkIP('127.0.0.2')]).toEqual([undefined, undefined]);
    const days = (Date.parse(parsed.validTo) - NOW.getTime()) / 86_400_000;
    expect(Math.round(days)).toBe(30);
    expect(key).toContain('PRIVATE KEY');
  });

  test('is kept while it fits, with a key that only its owner reads', async () => {
    const folder = join(scratchFolder(), 'https');
    const first = await keepCertificate(folder, ['localhost'], NOW);
    const again = await keepCertificate(folder, ['localhost'], NOW);
    expect(again.certificate).toBe(first.certificate);
    expect(statSync(join(folder, 'key.pem')).mode & 0o777).toBe(0o600);
    const later = new Date(NOW.getTime() + 29.5 * 86_400_000);
    expect((await keepCertificate(folder, ['localhost'], later)).certificate).not.toBe(first.certificate);
    const wider = await keepCertificate(folder, ['localhost', 'cdn.local'], NOW);
    expect(wider.certificate).not.toBe(first.certificate);
    writeFileSync(join(folder, 'key.pem'), first.key);
    const mended = await keepCertificate(folder, ['localhost', 'cdn.local'], NOW);
    expect(mended.certificate).not.toBe(wider.certificate);
  });

  test('names this machine alone on loopback, and its addresses where it listens everywhere', () => {
    expect(namesOf('127.0.0.1')).toEqual(['localhost', '127.0.0.1', '::1']);
    expect(namesOf('192.168.1.20')).toContain('192.168.1.20');
    expect(namesOf('0.0.0.0').length).toBeGreaterThan(3);
    expect(() => makeCertificate(namesOf('0.0.0.0'), NOW)).not.toThrow();
  });
});

interface Reply {
  readonly status: number;
  readonly body: string;
  readonly whole: boolean;
}

/** Asks over HTTPS and trusts that one certificate. */
const ask = (url: string, ca: string, headers: Readonly<Record<string, string>> = {}): Promise<Reply> =>
  new Promise((resolve, reject) => {
    const asked = request(url, { ca, headers, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      const end = (): void =>
        resolve({
          status: response.statusCode ?? 0,
          body: Buffer.concat(chunks).toString('latin1'),
          whole: response.complete,
        });
      response.on('end', end).on('error', end);
    });
    asked.on('error', reject).end();
  });

async function serve(more: Partial<ServeOptions> = {}) {
  const project = copyOf(published);
  const pair = makeCertificate(namesOf('127.0.0.1'), NOW);
  const lines: string[] = [];
  const server = await startServer({
    root: join(project.root, '.fmrelease/cdn'),
    host: '127.0.0.1',
    port: 0,
    basePath: '/models/',
    channel: 'stable',
    tls: pair,
    onRequest: (line) => lines.push(line),
    ...more,
  });
  onTestFinished(() => server.close());
  const manifest = JSON.parse(project.read('.fmrelease/cdn/v1/channels/stable/manifest.json'));
  return { project, lines, manifest, pair, url: server.url, origin: new URL(server.url).origin };
}

let published: CliProject;
beforeAll(async () => {
  published = await publishedProject({ keep: true });
});
afterAll(() => published.remove());

describe('over HTTPS', () => {
  test('a client that trusts the certificate gets manifest and pack; one that does not gets nothing', async () => {
    const { origin, url, pair, manifest, project, lines } = await serve();
    const whole = JSON.parse((await ask(`${origin}/manifest?platform=iOS`, pair.certificate)).body);
    const [pack] = manifest.assetPacks;
    expect(whole.assetPacks[0]).toEqual({ ...pack, url: `${origin}/assets/${pack.id}` });
    expect(whole).not.toHaveProperty('signature');
    const bytes = readFileSync(join(project.root, '.fmrelease/cdn', `v1/packs/${pack.sha256}/${pack.id}`));
    const asset = await ask(whole.assetPacks[0].url, pair.certificate);
    expect(asset.body).toBe(bytes.toString('latin1'));
    const part = await ask(whole.assetPacks[0].url, pair.certificate, { range: 'bytes=5-9' });
    expect(part).toMatchObject({ status: 206, body: bytes.subarray(5, 10).toString('latin1') });
    expect((await ask(`${url}v1/channels/stable/manifest.json`, pair.certificate)).status).toBe(200);
    for (const path of ['/assets/other', '/assets/..%2fsecret', '/assets/', '/manifests', '/manifest/x'])
      expect((await ask(`${origin}${path}`, pair.certificate)).status, path).toBe(404);
    expect(lines).toContain(`GET /assets/${pack.id} 206`);
    const other = makeCertificate(['127.0.0.1'], NOW);
    await expect(ask(`${origin}/manifest`, other.certificate)).rejects.toThrow(/self-signed|signature/);
  });

  test('--slow takes its time, and every byte arrives', async () => {
    const { origin, pair, manifest } = await serve({ faults: { slow: 2000, drop: 0, seed: 1 } });
    const [pack] = manifest.assetPacks;
    const start = performance.now();
    const { body, whole } = await ask(`${origin}/assets/${pack.id}`, pair.certificate, {
      range: 'bytes=0-999',
    });
    expect([body.length, whole]).toEqual([1000, true]);
    expect(performance.now() - start).toBeGreaterThan(400);
  });

  test('--drop cuts the same responses off in the middle for the same seed, and says so', async () => {
    const faults = { slow: null, drop: 50, seed: 7 };
    const expected = [0, 1, 2, 3, 4, 5, 6, 7].map((index) => !isDropped(faults, index));
    expect(new Set(expected).size).toBe(2);
    const { origin, pair, manifest, lines } = await serve({ faults });
    const [pack] = manifest.assetPacks;
    const half = Math.floor(pack.downloadSize / 2);
    for (const isWhole of expected) {
      const { whole, body } = await ask(`${origin}/assets/${pack.id}`, pair.certificate);
      expect([whole, body.length]).toEqual([isWhole, isWhole ? pack.downloadSize : half]);
    }
    expect(lines.filter((line) => line.includes('dropped after'))).toHaveLength(
      expected.filter((ok) => !ok).length,
    );
  });
});

test('faults: 0 drops nothing, 100 everything, and what is cut is a prefix', async () => {
  const drops = (drop: number): number =>
    Array.from({ length: 200 }, (_, index) => index).filter((index) =>
      isDropped({ slow: null, drop, seed: 3 }, index),
    ).length;
  expect([drops(0), drops(100)]).toEqual([0, 200]);
  expect(drops(30)).toBeGreaterThan(30);
  expect(drops(30)).toBeLessThan(90);
  const got: string[] = [];
  for await (const chunk of firstBytes([Buffer.from('abc'), Buffer.from('def')].values() as never, 4))
    got.push(chunk.toString());
  expect(got.join('')).toBe('abcd');
});

test('a host that is none of this machine is named as the fault', async () => {
  const run = await copyOf(published).run(['serve', '--host', '192.0.2.1', '--port', '8787']);
  expect(run.code).toBe(2);
  expect(run.stderr).toContain('Cannot listen on 192.0.2.1:8787 (EADDRNOTAVAIL).');
  expect(run.stderr).toContain('Pass --host with an address of this machine.');
});

test('on every address the steps name one that a device can reach', async () => {
  const project = copyOf(published);
  const signal = { name: 'SIGINT', when: /Ctrl-C\.\n/ } as const;
  const { stdout } = await project.run(['serve', '--https', '--host', '0.0.0.0', '--port', '0'], { signal });
  expect(stdout).toMatch(/^Serving .* at https:\/\/0\.0\.0\.0:\d+\/$/m);
  expect(stdout).not.toMatch(/(override|enter) https:\/\/0\.0\.0\.0/);
});

test('serve --https prints the steps, keeps the key to itself, and answers in one document', async () => {
  const project = copyOf(published);
  const signal = { name: 'SIGINT', when: /Ctrl-C\.\n/ } as const;
  const plain = await project.run(['serve', '--https', '--port', '0'], { signal });
  expect(plain.code, plain.stderr).toBe(0);
  expect(plain.stdout).toMatch(/^Serving .* at https:\/\/127\.0\.0\.1:\d+\/$/m);
  expect(plain.stdout).toContain('.fmrelease/https/certificate.pem');
  expect(plain.stdout.match(/\(unproved\)/g)).toHaveLength(2);
  expect(plain.stdout).not.toContain('PRIVATE');
  expect(project.read('.fmrelease/.gitignore')).toBe('*\n');
});

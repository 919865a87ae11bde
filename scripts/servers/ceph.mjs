// Ceph's S3 gateway over the smallest cluster that carries it: one monitor, one store in memory, no manager.
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findProgram, freePort, runProcess, startProcess, waitUntil } from './process.mjs';

/**
 * Starts Ceph with everything that it writes in `folder` and credentials of its own.
 *
 * @throws {Error} saying why there is none: a program is missing, or it is not ready in time
 */
export async function startCeph(folder) {
  const missing = PROGRAMS.filter((name) => findProgram(name) === undefined);
  if (missing.length > 0)
    throw new Error(`${missing.join(', ')} ${missing.length > 1 ? 'are' : 'is'} not installed`);
  const until = Date.now() + READY_SECONDS * 1000;
  const cluster = await prepareCluster(folder);
  const processes = [];
  const start = (program, ...args) => {
    processes.push(
      startProcess(program, [...args, '-c', cluster.config, '-f'], { log: join(folder, `${program}.log`) }),
    );
  };
  const stop = async () => {
    for (const one of processes.reverse()) await one.stop();
  };
  try {
    start('ceph-mon', '-i', 'a');
    await prepareStore(folder, cluster);
    start('ceph-osd', '-i', '0');
    start('radosgw', '-n', 'client.admin');
    const endpoint = `http://127.0.0.1:${cluster.port}`;
    await waitUntil(async () => (await fetch(endpoint)).ok, {
      seconds: (until - Date.now()) / 1000,
      processes,
    });
    const credentials = await createUser(cluster);
    return { endpoint, credentials, version: await versionOf(), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** The config, the keys and the monitor's own data. */
async function prepareCluster(folder) {
  const [monitorPort, port, id] = [await freePort(), await freePort(), randomUUID()];
  const config = join(folder, 'ceph.conf');
  const keyring = join(folder, 'keyring');
  writeFileSync(config, configOf({ folder, id, monitorPort, port, keyring }));
  for (const name of ['mon', 'osd', 'run']) mkdirSync(join(folder, name));
  const allow = (...caps) => caps.flatMap((service) => ['--cap', service, 'allow *']);
  await runProcess('ceph-authtool', [
    '--create-keyring',
    keyring,
    '--gen-key',
    '-n',
    'mon.',
    ...allow('mon'),
  ]);
  await runProcess('ceph-authtool', [
    keyring,
    '--gen-key',
    '-n',
    'client.admin',
    ...allow('mon', 'osd', 'mgr'),
  ]);
  const map = join(folder, 'monmap');
  const address = `[v2:127.0.0.1:${monitorPort}]`;
  await runProcess('monmaptool', ['--create', '--fsid', id, '--addv', 'a', address, map]);
  await runProcess('ceph-mon', ['-c', config, '-i', 'a', '--mkfs', '--monmap', map, '--keyring', keyring]);
  return { config, port };
}

/** Registers the one object store and writes its first data. */
async function prepareStore(folder, { config }) {
  const id = randomUUID();
  const options = ['-c', config, '--connect-timeout', String(READY_SECONDS)];
  await runProcess('ceph', [...options, 'osd', 'new', id], { seconds: READY_SECONDS });
  const keyring = join(folder, 'osd', 'keyring');
  const caps = ['mon', 'allow profile osd', 'osd', 'allow *'];
  await runProcess('ceph', [...options, 'auth', 'get-or-create', 'osd.0', ...caps, '-o', keyring]);
  await runProcess('ceph-osd', ['-c', config, '-i', '0', '--mkfs', '--osd-uuid', id]);
}

async function createUser({ config }) {
  const credentials = {
    accessKeyId: randomBytes(10).toString('hex'),
    secretAccessKey: randomBytes(20).toString('hex'),
  };
  await runProcess('radosgw-admin', [
    ...['-c', config, 'user', 'create', '--uid=test', '--display-name=test'],
    ...[`--access-key=${credentials.accessKeyId}`, `--secret-key=${credentials.secretAccessKey}`],
  ]);
  return credentials;
}

const versionOf = async () => (await runProcess('radosgw', ['--version'])).match(/\d+\.\d+\.\d+/)?.[0] ?? '';

const configOf = ({ folder, id, monitorPort, port, keyring }) => `[global]
fsid = ${id}
mon host = v2:127.0.0.1:${monitorPort}/0
public addr = 127.0.0.1
auth cluster required = cephx
auth service required = cephx
auth client required = cephx
keyring = ${keyring}
run dir = ${folder}/run
admin socket = ${folder}/run/$name.asok
pid file =
log file =
log to stderr = true
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 8
osd pool default pg autoscale mode = off
osd crush chooseleaf type = 0
osd objectstore = memstore
memstore device bytes = ${MEMORY_BYTES}
mon allow pool size one = true
mon warn on pool no redundancy = false
mon data avail crit = 1
mon max pg per osd = 1000
[mon]
mon data = ${folder}/mon
[osd]
osd data = ${folder}/osd
keyring = ${folder}/osd/keyring
[client]
rgw data = ${folder}/run
rgw frontends = beast endpoint=127.0.0.1:${port}
rgw run sync thread = false
rgw gc obj min wait = 5
rgw gc processor period = 10
`;

const PROGRAMS = ['radosgw', 'radosgw-admin', 'ceph-mon', 'ceph-osd', 'ceph', 'monmaptool', 'ceph-authtool'];
const READY_SECONDS = 120;

/** A full store in memory makes writes hang: this holds several times what the tests write. */
const MEMORY_BYTES = 4 * 1024 ** 3;

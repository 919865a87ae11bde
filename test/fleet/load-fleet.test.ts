import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { loadFleet } from '../../src/fleet/load-fleet.ts';
import { scratchFolder } from '../support/scratch.ts';

const CSV = 'platform,os,share\niOS,26.4,0.5\n';

function aPlace(fleet: Parameters<typeof loadFleet>[0]['fleet'] = null) {
  const root = scratchFolder();
  writeFileSync(join(root, 'fleet.csv'), CSV);
  return { root, file: 'fmrelease.config.json', fleet };
}

describe('the fleet is', () => {
  test('nobody’s business where neither flag nor config tells', async () => {
    expect(await loadFleet(aPlace(), undefined)).toBeNull();
  });

  test('a table of the config', async () => {
    const fleet = await loadFleet(aPlace({ iOS: { '26.4': 0.5 } }), undefined);
    expect(fleet).toMatchObject({ source: '`fleet` in fmrelease.config.json', rows: [{ share: 0.5 }] });
  });

  test('a file that the config names, relative to it', async () => {
    expect(await loadFleet(aPlace('fleet.csv'), undefined)).toMatchObject({ source: 'fleet.csv' });
  });

  test('the file of the flag before that of the config', async () => {
    const place = aPlace('missing.csv');
    const named = join(place.root, 'fleet.csv');
    expect(await loadFleet(place, named)).toMatchObject({ source: named });
  });

  test.each([
    {
      named: undefined,
      fix: 'Correct `fleet` in fmrelease.config.json: the path of a CSV file that begins with "platform,os,devices".',
    },
    {
      named: 'missing.csv',
      fix: 'Name a CSV file, such as --fleet fleet.csv, that begins with "platform,os,devices".',
    },
  ])('asked for where it is missing: $fix', async ({ named, fix }) => {
    await expect(loadFleet(aPlace('missing.csv'), named)).rejects.toMatchObject({
      code: 'FILE_NOT_FOUND',
      fix,
    });
  });
});

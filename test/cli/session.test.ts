import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readEnvironment } from '../../src/cli/environment.ts';
import { openProgress } from '../../src/cli/progress.ts';
import { openSessions } from '../../src/cli/session.ts';
import { emptyProject } from '../support/cli-project.ts';
import { PACKAGE_ROOT } from '../support/run-cli.ts';

const DIRECTORY = { kind: 'directory', publicUrl: 'https://cdn.example.com/' };

test('sessions at all targets share one config and one cache of digests, and say which target has none', async () => {
  const project = emptyProject();
  project.write('fmrelease.config.json', {
    matrix: 'fmrelease.matrix.json',
    support: { iOS: '>=26.0' },
    channels: ['stable'],
    defaultTarget: 'local',
    targets: {
      local: { ...DIRECTORY, path: 'local' },
      store: { kind: 'app-store-connect' },
      mirror: { ...DIRECTORY, path: 'mirror' },
    },
  });
  const { sessions, notLookedAt } = await openSessions(
    {
      flags: { config: join(project.root, 'fmrelease.config.json'), target: undefined, channel: 'stable' },
      packageRoot: PACKAGE_ROOT,
      environment: readEnvironment(),
      progress: openProgress({ quiet: true, terminal: false }),
    },
    true,
  );
  const [local, mirror] = sessions;
  expect(sessions.map(({ channel }) => channel.target.name)).toEqual(['local', 'mirror']);
  expect(mirror?.config).toBe(local.config);
  expect(mirror?.io.digests).toBe(local.io.digests);
  expect(notLookedAt).toMatchObject([{ target: 'store', why: expect.stringContaining('app-store-connect') }]);
});

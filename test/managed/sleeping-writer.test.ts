import { expect, test } from 'vitest';
import { rollBack } from '../../src/flow.ts';
import { readRevisionMark } from '../../src/release/projection.ts';
import type { ReleaseStore } from '../../src/store/store.ts';
import { publishNow } from '../support/project.ts';
import { scratchFolder } from '../support/scratch.ts';
import { makeManagedProject, readDownload, readDownloadBytes } from './managed-project.ts';

const IOS = 'v1/channels/stable/iOS.json';

test('a writer that slept over two revisions cannot put the one between them back', async () => {
  const project = await makeManagedProject(scratchFolder(), ['summarizer']);
  await publishNow(await project.session());
  const first = readDownload(project, 'iOS');
  await project.add('translator');
  let slept = false;
  const sleepsBeforeReplace = (own: ReleaseStore): ReleaseStore => ({
    ...own,
    replace: async (key, bytes, etag) => {
      if (key === IOS && !slept) {
        slept = true;
        // Meanwhile somebody takes revision 2 back: revision 3 lists just what revision 1 listed.
        await rollBack(await project.session(), { to: 1, only: [] }, { message: null });
        expect(readDownload(project, 'iOS')).toEqual(first);
      }
      return own.replace(key, bytes, etag);
    },
  });
  await publishNow(await project.session({ store: sleepsBeforeReplace }));
  expect(slept).toBe(true);
  expect(readDownload(project, 'iOS')).toEqual(first);
  expect(readRevisionMark(readDownloadBytes(project, 'iOS'))).toBe(3);
});

import { afterAll, beforeAll } from 'vitest';
import { type FakeS3, startFakeS3 } from '../../support/s3/server.ts';
import { openOn } from '../../support/s3/target.ts';
import { describeStoreContract } from '../contract.ts';

let fake: FakeS3;
let opened = 0;
beforeAll(async () => {
  fake = await startFakeS3();
});
afterAll(() => fake.close());

describeStoreContract('a bucket', () => openOn(fake, { prefix: `store-${opened++}/` }));
describeStoreContract('a bucket, with checksum headers', () =>
  openOn(fake, { prefix: `store-${opened++}/`, checksums: 'sha256' }),
);
describeStoreContract('a bucket, for a single writer', () =>
  openOn(fake, { prefix: `store-${opened++}/` }, { singleWriter: true }),
);

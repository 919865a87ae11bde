import type { S3Target } from '../../../src/config/config.ts';
import type { Patience } from '../../../src/store/s3/patience.ts';
import { openS3Store, type S3StoreOptions } from '../../../src/store/s3/store.ts';
import type { ReleaseStore } from '../../../src/store/store.ts';
import type { FakeS3 } from './server.ts';

/** Few and short pauses: a test is over soon, one way or the other. */
export const HASTY: Patience = {
  attempts: 8,
  budgetMs: 20_000,
  firstPauseMs: 2,
  longestPauseMs: 20,
  stallMs: 1_500,
};

/** A target on a fake server; its public URL is the server itself, which anybody may read. */
export const targetOn = (
  { endpoint, bucketName }: Pick<FakeS3, 'endpoint' | 'bucketName'>,
  changes: Partial<S3Target> = {},
): S3Target => {
  const prefix = changes.prefix ?? 'app/';
  return {
    kind: 's3',
    name: 'cdn',
    bucket: bucketName,
    prefix,
    region: 'us-east-1',
    endpoint,
    forcePathStyle: true,
    headers: {},
    checksums: 'signed',
    partSizeMiB: 5,
    connections: 4,
    publicUrl: `${endpoint}/${bucketName}/${prefix}`,
    hosting: 'unmanaged',
    verify: 'origin',
    archive: 'aar',
    compression: 'none',
    projections: {},
    ...changes,
  };
};

/** Opens the real S3 store on a fake server. The credentials are set for this process, as the SDK's chain reads them. */
export function openOn(
  fake: Pick<FakeS3, 'endpoint' | 'bucketName' | 'credentials'>,
  changes: Partial<S3Target> = {},
  options: S3StoreOptions = {},
): ReleaseStore {
  process.env['AWS_ACCESS_KEY_ID'] = fake.credentials.accessKeyId;
  process.env['AWS_SECRET_ACCESS_KEY'] = fake.credentials.secretAccessKey;
  return openS3Store(targetOn(fake, changes), `s3://${fake.bucketName}/`, { patience: HASTY, ...options });
}

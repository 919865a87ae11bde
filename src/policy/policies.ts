import type { S3Target } from '../config/config.ts';

/** Who gets which policy. A name of a role stands where nobody has said one. */
export interface PolicySubjects {
  /** Whoever may delete packs that nothing needs: `prune`. */
  readonly janitorArn: string;
  /** Whoever may change the bucket itself. */
  readonly administratorArn: string;
}

/** One statement of a policy, as IAM reads it. */
export interface PolicyStatement {
  readonly Sid: string;
  readonly Effect: 'Allow' | 'Deny';
  readonly Principal?: '*';
  readonly Action: readonly string[];
  readonly Resource: readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
}

/** A policy document. */
export interface PolicyDocument {
  readonly Version: '2012-10-17';
  readonly Statement: readonly PolicyStatement[];
}

/** The policies of a target: what each identity may, and what the bucket refuses to everybody. */
export interface Policies {
  readonly publisher: PolicyDocument;
  readonly janitor: PolicyDocument;
  readonly reader: PolicyDocument;
  readonly bucket: PolicyDocument;
}

/** As much of a bucket target as its policies depend on. */
export type PolicyTarget = Pick<S3Target, 'bucket' | 'prefix' | 'projections'>;

/** The keys of shipped apps: they are written as manifests are. */
const extraKeys = ({ projections }: PolicyTarget): readonly string[] =>
  Object.values(projections).flatMap((keys) => Object.values(keys));

/**
 * The least that publishing, pruning and serving need on a bucket and prefix, and what the bucket policy must refuse
 * so that a release can be neither rewritten nor removed. Pure. The condition keys are those of AWS's page on enforcing
 * conditional writes: `s3:ObjectCreationOperation` leaves out the requests of an upload in parts, which cannot carry
 * the header.
 */
export function policiesFor(target: PolicyTarget, subjects: PolicySubjects): Policies {
  const { whole, below } = resourcesOf(target);
  const list: PolicyStatement = {
    // Without a condition on the prefix: a HEAD of a missing object carries none, and would look forbidden.
    Sid: 'List',
    Effect: 'Allow',
    Action: ['s3:ListBucket', 's3:ListBucketMultipartUploads'],
    Resource: [whole],
  };
  const write: PolicyStatement = {
    Sid: 'Write',
    Effect: 'Allow',
    Action: ['s3:GetObject', 's3:PutObject', 's3:AbortMultipartUpload', 's3:ListMultipartUploadParts'],
    Resource: [below('v1/*'), ...extraKeys(target).map(below)],
  };
  return {
    publisher: documentOf([write, list]),
    janitor: documentOf([
      write,
      list,
      {
        Sid: 'Prune',
        Effect: 'Allow',
        Action: ['s3:DeleteObject'],
        Resource: [below('v1/packs/*'), below('v1/tombstones/*')],
      },
    ]),
    reader: documentOf([
      {
        Sid: 'Serve',
        Effect: 'Allow',
        Action: ['s3:GetObject'],
        Resource: [
          below('v1/packs/*'),
          below('v1/cells/*'),
          below('v1/channels/*'),
          ...extraKeys(target).map(below),
        ],
      },
    ]),
    bucket: bucketPolicy(target, subjects),
  };
}

/** What the bucket refuses to everybody, whatever else they are allowed. */
function bucketPolicy(
  target: PolicyTarget,
  { janitorArn, administratorArn }: PolicySubjects,
): PolicyDocument {
  const { whole, below } = resourcesOf(target);
  const immutable = [below('v1/packs/*'), below('v1/cells/*'), below('v1/channels/*/log/*')];
  const extra = extraKeys(target).map(below);
  const projections = [below('v1/channels/*.json'), below('v1/tombstones/*'), ...extra];
  return documentOf([
    deny({
      Sid: 'CreateOnly',
      Action: ['s3:PutObject'],
      Resource: immutable,
      Condition: { Null: { 's3:if-none-match': 'true' }, Bool: { 's3:ObjectCreationOperation': 'true' } },
    }),
    deny({
      Sid: 'CompareAndSwap',
      Action: ['s3:PutObject'],
      Resource: projections,
      Condition: {
        Null: { 's3:if-none-match': 'true', 's3:if-match': 'true' },
        Bool: { 's3:ObjectCreationOperation': 'true' },
      },
    }),
    deny({
      Sid: 'NoRemovalOfTheLog',
      Action: ['s3:DeleteObject', 's3:DeleteObjectVersion'],
      Resource: [below('v1/cells/*'), below('v1/channels/*'), ...extra],
    }),
    deny({
      Sid: 'OnlyTheJanitorPrunes',
      Action: ['s3:DeleteObject', 's3:DeleteObjectVersion'],
      Resource: [below('v1/packs/*'), below('v1/tombstones/*')],
      Condition: { ArnNotEquals: { 'aws:PrincipalArn': janitorArn } },
    }),
    deny({
      Sid: 'NoReplicationIntoIt',
      Action: ['s3:ReplicateObject', 's3:ReplicateDelete'],
      Resource: [below('v1/*')],
    }),
    deny({
      Sid: 'NoReconfiguration',
      Action: RECONFIGURING,
      Resource: [whole],
      Condition: { ArnNotEquals: { 'aws:PrincipalArn': administratorArn } },
    }),
    deny({
      Sid: 'OnlyTls',
      Action: ['s3:*'],
      Resource: [whole, `${whole}/*`],
      Condition: { Bool: { 'aws:SecureTransport': 'false' } },
    }),
  ]);
}

/** What changes the bucket itself. */
const RECONFIGURING = [
  's3:PutLifecycleConfiguration',
  's3:PutBucketVersioning',
  's3:PutReplicationConfiguration',
  's3:PutBucketPublicAccessBlock',
  's3:PutBucketPolicy',
  's3:DeleteBucketPolicy',
];

const deny = (statement: Omit<PolicyStatement, 'Effect' | 'Principal'>): PolicyStatement => ({
  ...statement,
  Effect: 'Deny',
  Principal: '*',
});

const resourcesOf = ({ bucket, prefix }: Pick<S3Target, 'bucket' | 'prefix'>) => {
  const whole = `arn:aws:s3:::${bucket}`;
  return { whole, below: (path: string): string => `${whole}/${prefix}${path}` };
};

const documentOf = (Statement: readonly PolicyStatement[]): PolicyDocument => ({
  Version: '2012-10-17',
  Statement,
});

/** What a policy cannot say, as one sentence each. */
export function policyNotes({ endpoint }: Pick<S3Target, 'endpoint'>): readonly string[] {
  return [
    'Turn versioning on, and let a lifecycle rule abort unfinished uploads after 7 days and drop old versions of manifest.json after 90. No rule may expire anything below v1/: lifecycle rules are not bound by the bucket policy.',
    'In CI, let the publisher\u2019s role be assumed by OIDC, with `aud` and the whole `sub` pinned to a protected environment.',
    'Replace the placeholder ARNs, or pass --janitor-arn and --administrator-arn.',
    ...(endpoint === null
      ? []
      : [
          'This target is not AWS: the same rules hold, and the store may know other names for them, or none.',
        ]),
  ];
}

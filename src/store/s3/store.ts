import type { S3Target } from '../../config/config.ts';
import type { ReleaseStore } from '../store.ts';
import { connect } from './client.ts';
import {
  abandonUpload,
  headObject,
  listFolders,
  listObjects,
  listUnfinishedBelow,
  readObject,
  removeObject,
  streamObject,
} from './objects.ts';
import { openPartBuffers } from './part-buffers.ts';
import { PATIENT, type Patience } from './patience.ts';
import { refusesWrongBodies } from './proof.ts';
import { uploadFile } from './upload.ts';
import { createObject, ignoredConditions, replaceObject } from './write.ts';

/** How a bucket is opened beyond what its target says. */
export interface S3StoreOptions {
  /** The user vouches that nobody else publishes: writes go on where the store knows no conditions. */
  readonly singleWriter?: boolean;
  readonly patience?: Patience;
}

/**
 * A bucket as a store. A new object is created with `If-None-Match: *`, a projection replaced with `If-Match`; packs
 * go up in parts, each signed for its digest. Nothing is contacted until the first request.
 */
export function openS3Store(
  target: S3Target,
  place: string,
  { singleWriter = false, patience = PATIENT }: S3StoreOptions = {},
): ReleaseStore {
  const connection = connect(target, place, patience);
  const writer = { connection, singleWriter };
  let proof: Promise<boolean> | undefined;
  const proves = (): Promise<boolean> => (proof ??= refusesWrongBodies(connection));
  const uploader = { connection, buffers: openPartBuffers(target.connections), proves };
  return {
    place,
    provesUploads: proves,
    ignoredConditions: (key, bytes) => ignoredConditions(connection, key, bytes),
    prepare: () => Promise.resolve(),
    head: (key) => headObject(connection, key),
    read: (key) => readObject(connection, key),
    stream: (key, range) => streamObject(connection, key, range),
    create: (key, bytes) => createObject(writer, key, bytes),
    createFromFile: (key, upload) => uploadFile(uploader, key, upload),
    replace: (key, bytes, etag) => replaceObject(writer, { key, bytes, etag }),
    list: (prefix) => listObjects(connection, prefix),
    folders: (prefix) => listFolders(connection, prefix),
    remove: (key) => removeObject(connection, key),
    unfinishedUploads: (prefix) => listUnfinishedBelow(connection, prefix),
    abandonUpload: (upload) => abandonUpload(connection, upload),
  };
}

/**
 * S3 as far as reports and the usual tools (awscli, boto3, rclone, s3cmd) need it, with the bucket in the path. The
 * SDK's own bindings determine the operation of each request. An operation that is not implemented, and any unsupported
 * member of an implemented one, is refused before anything happens.
 */
import { join } from 'node:path';
import { LOCAL_ACCOUNT_ID, type LocalService } from '../wire/local-service.ts';
import { createBucket, getBucketLocation, headBucket, listBuckets } from './bucket-operations.ts';
import { listObjects, listObjectsV2 } from './list-objects.ts';
import { deleteObject, deleteObjects, getObject, headObject, putObject } from './object-operations.ts';
import { DamagedObjectError, createMemoryObjects, openObjectDirectory, type ObjectStore } from './object-store.ts';
import { readPayload } from './payload.ts';
import { recognise } from './recognise.ts';
import type { S3Operation } from './s3-call.ts';
import { notImplemented, S3Fault } from './s3-fault.ts';
import { toErrorResponse } from './xml.ts';

const OPERATIONS: Record<string, S3Operation> = {
  CreateBucket: createBucket,
  DeleteObject: deleteObject,
  DeleteObjects: deleteObjects,
  GetBucketLocation: getBucketLocation,
  GetObject: getObject,
  HeadBucket: headBucket,
  HeadObject: headObject,
  ListBuckets: listBuckets,
  ListObjects: listObjects,
  ListObjectsV2: listObjectsV2,
  PutObject: putObject,
};

/** Opens the buckets. @param dataDirectory where objects are stored; null keeps them in memory */
export function openObjects(dataDirectory: string | null): ObjectStore {
  return dataDirectory === null ? createMemoryObjects() : openObjectDirectory(join(dataDirectory, 's3'));
}

/** Creates the local S3. @param options.objects the buckets, where another service reads them too */
export function createS3(options: { dataDirectory: string | null; objects?: ObjectStore }): LocalService {
  const store = options.objects ?? openObjects(options.dataDirectory);
  return {
    signingName: 's3',
    async handle(request) {
      try {
        return await answer(store, request);
      } catch (error) {
        if (error instanceof S3Fault) return toErrorResponse(request, error);
        if (error instanceof DamagedObjectError) {
          console.error(`local s3 endpoint: ${error.message}`);
          return toErrorResponse(request, new S3Fault(500, 'InternalError', 'The stored object is damaged.'));
        }
        console.error('local s3 endpoint failed:', error);
        return toErrorResponse(request, new S3Fault(500, 'InternalError', 'The local endpoint failed.'));
      }
    },
  };
}

async function answer(store: ObjectStore, request: Request): Promise<Response> {
  const recognised = recognise(request);
  const { operation: name, bucket, members } = recognised;
  const operation = Object.hasOwn(OPERATIONS, name) ? OPERATIONS[name] : undefined;
  if (operation === undefined) throw notImplemented(`The operation ${name}`);
  const refused = Object.keys(members).find((member) => !operation.honours.includes(member));
  if (refused !== undefined) throw notImplemented(`${name} with ${refused}`);
  if (bucket !== '' && name !== 'CreateBucket' && !store.hasBucket(bucket)) {
    throw new S3Fault(404, 'NoSuchBucket', 'The specified bucket does not exist');
  }
  if ((members['ExpectedBucketOwner'] ?? LOCAL_ACCOUNT_ID) !== LOCAL_ACCOUNT_ID) {
    throw new S3Fault(403, 'AccessDenied', 'Access Denied: the bucket does not belong to the expected account');
  }
  const payload = await readPayload(request);
  return operation.handle({ ...recognised, ...payload, store, headers: request.headers });
}

/** Bucket operations. Deletion and bucket settings are not implemented: the product creates its bucket once. */
import { CreateBucketConfiguration$, ListBucketsOutput$ } from '@aws-sdk/client-s3';
import { LOCAL_REGION } from '../wire/local-service.ts';
import { OWNER, readCount, requireValue, type S3Operation } from './s3-call.ts';
import { invalidArgument, notImplemented, S3Fault } from './s3-fault.ts';
import { emptyElement, readXml, requestIds, xmlResponse, xmlText } from './xml.ts';

const BUCKETS_MAX = 10_000;

/** Creates a bucket. Succeeds too when it exists, as S3 does in us-east-1 for its owner. */
export const createBucket: S3Operation = {
  honours: ['ACL', 'ObjectOwnership'],
  async handle(call) {
    requireValue(call, 'ACL', ['private']);
    requireValue(call, 'ObjectOwnership', ['BucketOwnerEnforced']);
    if (call.body.length > 0) {
      const { LocationConstraint: location, ...others } = await readXml(CreateBucketConfiguration$, call.body);
      const [other] = Object.keys(others);
      if (other !== undefined) throw notImplemented(`CreateBucket with ${other}`);
      if (location !== undefined && location !== LOCAL_REGION) {
        throw new S3Fault(
          400,
          'InvalidLocationConstraint',
          `The specified location-constraint is not valid: this endpoint is ${LOCAL_REGION}`,
        );
      }
    }
    call.store.createBucket(call.bucket);
    return new Response(null, { status: 200, headers: { ...requestIds(), location: `/${call.bucket}` } });
  },
};

/** Reports whether a bucket exists, without a body. */
export const headBucket: S3Operation = {
  honours: ['ExpectedBucketOwner'],
  handle: () => new Response(null, { status: 200, headers: { ...requestIds(), 'x-amz-bucket-region': LOCAL_REGION } }),
};

/** Returns an empty location, as S3 does for us-east-1. */
export const getBucketLocation: S3Operation = {
  honours: ['ExpectedBucketOwner'],
  handle: () => xmlText(200, emptyElement('LocationConstraint')),
};

/** Lists the buckets page by page. */
export const listBuckets: S3Operation = {
  honours: ['BucketRegion', 'ContinuationToken', 'MaxBuckets', 'Prefix'],
  handle({ store, members }) {
    const { Prefix: prefix, BucketRegion: region, ContinuationToken: token } = members;
    const limit = readCount(members, 'MaxBuckets', BUCKETS_MAX, 1);
    const after = token === undefined ? '' : Buffer.from(token, 'base64url').toString();
    if (token !== undefined && after === '') throw invalidArgument('The continuation token provided is incorrect');
    const isHere = region === undefined || region === LOCAL_REGION;
    const matching = store.buckets().filter(({ name }) => isHere && name.startsWith(prefix ?? '') && name > after);
    const page = matching.slice(0, limit);
    return xmlResponse(ListBucketsOutput$, {
      Owner: OWNER,
      Buckets: page.map(({ name, createdAt }) => ({ Name: name, CreationDate: createdAt, BucketRegion: LOCAL_REGION })),
      Prefix: prefix,
      ContinuationToken: matching.length > limit ? Buffer.from(page.at(-1)!.name).toString('base64url') : undefined,
    });
  },
};

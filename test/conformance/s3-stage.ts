import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll } from 'vitest';
import { startAwsFront, type AwsFront } from '../../infra/local/endpoints/wire/aws-front.ts';
import { createS3 } from '../../infra/local/endpoints/s3/create-s3.ts';

export const Bucket = 'sluice-reports';

/** A local S3 in memory with one empty bucket, an SDK client, and raw requests that no SDK would send. */
export interface S3Stage {
  client: S3Client;
  /** Sends a signed request unchanged. */
  raw(method: string, path: string, headers?: Record<string, string>, body?: string): Promise<Response>;
}

/** Starts the endpoint for the tests of a file. Use the stage only inside tests. */
export function useS3(): S3Stage {
  let front: AwsFront;
  const stage = {} as S3Stage;
  beforeAll(async () => {
    front = await startAwsFront({ port: 0, services: [createS3({ dataDirectory: null })] });
    stage.client = new S3Client({
      endpoint: front.endpoint,
      forcePathStyle: true,
      region: 'us-east-1',
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
      maxAttempts: 1,
    });
    stage.raw = (method, path, headers = {}, body) =>
      fetch(`${front.endpoint}${path}`, {
        method,
        ...(body === undefined ? {} : { body }),
        headers: {
          authorization:
            'AWS4-HMAC-SHA256 Credential=local/20261121/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=0',
          ...headers,
        },
      });
    await stage.client.send(new CreateBucketCommand({ Bucket }));
  });
  afterAll(async () => {
    stage.client.destroy();
    await front.close();
  });
  return stage;
}

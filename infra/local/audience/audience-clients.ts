import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { MediaPackageClient } from '@aws-sdk/client-mediapackage';
import { S3Client } from '@aws-sdk/client-s3';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { configOf } from '../../../functions/aws/client-config.ts';
import type { AwsClients } from '../../../functions/aws/clients.ts';
import { LOCAL_REGION } from '../endpoints/wire/local-service.ts';

/**
 * Creates the clients of the public side. Not with the functions of `clients.ts`, which load the code of every service:
 * that doubles the memory of this process and the time until it serves pages.
 */
export function createAudienceClients({
  endpoint,
  accessKeyId,
}: {
  endpoint: string;
  accessKeyId: string;
}): Pick<AwsClients, 'mediaPackage' | 's3' | 'table'> {
  const config = configOf({
    region: LOCAL_REGION,
    endpoint,
    credentials: { accessKeyId, secretAccessKey: 'unused' },
    attemptsMax: 2,
  });
  return {
    mediaPackage: new MediaPackageClient(config),
    s3: new S3Client({ ...config, forcePathStyle: true }),
    table: DynamoDBDocumentClient.from(new DynamoDBClient(config), {
      marshallOptions: { removeUndefinedValues: true },
    }),
  };
}

import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startAwsFront, type AwsFront } from '../../infra/local/endpoints/wire/aws-front.ts';
import { createSts } from '../../infra/local/endpoints/sts/create-sts.ts';

let front: AwsFront;
let client: STSClient;
beforeAll(async () => {
  front = await startAwsFront({ port: 0, services: [createSts()] });
  client = new STSClient({
    endpoint: front.endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    maxAttempts: 1,
  });
});
afterAll(async () => {
  client.destroy();
  await front.close();
});

describe('the local STS', () => {
  it('returns the identity of the caller', async () => {
    expect(await client.send(new GetCallerIdentityCommand({}))).toMatchObject({
      Account: '000000000000',
      Arn: 'arn:aws:iam::000000000000:user/local',
      UserId: expect.stringMatching(/^AIDA/),
    });
  });

  it('refuses AssumeRole', async () => {
    const RoleArn = 'arn:aws:iam::000000000000:role/x';
    const refused = client.send(new AssumeRoleCommand({ RoleArn, RoleSessionName: 'x' }));
    await expect(refused).rejects.toMatchObject({ name: 'InvalidAction', $metadata: { httpStatusCode: 400 } });
  });

  it('answers a JSON request in JSON', async () => {
    const response = await fetch(front.endpoint, {
      method: 'POST',
      headers: {
        authorization: 'AWS4-HMAC-SHA256 Credential=local/20261130/us-east-1/sts/aws4_request, Signature=0',
        'x-amz-target': 'AWSSecurityTokenServiceV20110615.GetCallerIdentity',
      },
    });
    expect([response.status, await response.json()]).toEqual([
      400,
      { __type: 'UnknownOperationException', message: 'sts supports query; the request uses none of these' },
    ]);
  });
});

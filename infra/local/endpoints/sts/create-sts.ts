/** STS's GetCallerIdentity, which tools call to check their credentials. Roles cannot be assumed here. */
import { randomUUID } from 'node:crypto';
import * as client from '@aws-sdk/client-sts';
import { AwsError } from '../wire/aws-error.ts';
import { createRpcService } from '../wire/rpc-service.ts';
import { LOCAL_ACCOUNT_ID, type LocalService } from '../wire/local-service.ts';

/** Creates the local STS. Its only caller is a user of the local account. */
export function createSts(): LocalService {
  return createRpcService({
    signingName: 'sts',
    client,
    serviceTarget: 'AWSSecurityTokenServiceV20110615',
    version: '2011-06-15',
    xmlNamespace: 'https://sts.amazonaws.com/doc/2011-06-15/',
    protocols: ['query'],
    nextRequestId: randomUUID,
    invalid: (message) => new AwsError('ValidationError', 400, message),
    handlers: {
      GetCallerIdentity: (): client.GetCallerIdentityResponse => ({
        UserId: 'AIDALOCALLOCALLOCAL00',
        Account: LOCAL_ACCOUNT_ID,
        Arn: `arn:aws:iam::${LOCAL_ACCOUNT_ID}:user/local`,
      }),
    },
  });
}

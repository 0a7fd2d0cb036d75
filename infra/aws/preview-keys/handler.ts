import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { ensureKeyPair } from './key-pair.ts';

/**
 * Custom resource of CloudFormation that fills a secret with a private key and tells the template the public one. It runs
 * during a deployment only.
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref.html
 */

interface CustomResourceEvent {
  RequestType: 'Create' | 'Update' | 'Delete';
  ResponseURL: string;
  StackId: string;
  RequestId: string;
  LogicalResourceId: string;
  PhysicalResourceId?: string;
  ResourceProperties: { SecretArn: string };
}

const client = new SecretsManagerClient({});

export async function handler(event: CustomResourceEvent): Promise<void> {
  try {
    const data = event.RequestType === 'Delete' ? {} : await makeData(event);
    await respond(event, { Status: 'SUCCESS', Data: data });
  } catch (error) {
    const name = error instanceof Error ? error.name : 'unknown error';
    console.error(JSON.stringify({ message: 'no key pair could be made', error: name }));
    await respond(event, { Status: 'FAILED', Reason: `${name}; see the log of the function that makes preview keys` });
  }
}

async function makeData({ ResourceProperties: { SecretArn: secretArn } }: CustomResourceEvent) {
  return { PublicKey: await ensureKeyPair(client, secretArn) };
}

/** CloudFormation waits an hour for an answer, and fails the deployment without one. */
async function respond(event: CustomResourceEvent, outcome: object): Promise<void> {
  const { StackId, RequestId, LogicalResourceId, PhysicalResourceId, ResourceProperties, ResponseURL } = event;
  const body = {
    ...outcome,
    StackId,
    RequestId,
    LogicalResourceId,
    PhysicalResourceId: PhysicalResourceId ?? ResourceProperties.SecretArn,
  };
  // The address is signed for a request without a type of content, which a body of bytes has not.
  const response = await fetch(ResponseURL, { method: 'PUT', body: Buffer.from(JSON.stringify(body)) });
  if (!response.ok) throw new Error(`CloudFormation took no answer: status ${response.status}`);
}

import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { ensureKeyPair } from './key-pair.ts';

/**
 * CloudFormation custom resource that stores a private key in a secret and returns the public key to the template. It
 * runs only during a deployment.
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
    await respond(event, {
      Status: 'FAILED',
      Reason: `${name}; see the log of the function that creates the preview keys`,
    });
  }
}

async function makeData({ ResourceProperties: { SecretArn: secretArn } }: CustomResourceEvent) {
  return { PublicKey: await ensureKeyPair(client, secretArn) };
}

/** Reports the outcome. Without an answer CloudFormation waits an hour, then fails the deployment. */
async function respond(event: CustomResourceEvent, outcome: object): Promise<void> {
  const { StackId, RequestId, LogicalResourceId, PhysicalResourceId, ResourceProperties, ResponseURL } = event;
  const body = {
    ...outcome,
    StackId,
    RequestId,
    LogicalResourceId,
    PhysicalResourceId: PhysicalResourceId ?? ResourceProperties.SecretArn,
  };
  // The URL is signed for a request without a content type, and fetch adds none to a byte body.
  const response = await fetch(ResponseURL, { method: 'PUT', body: Buffer.from(JSON.stringify(body)) });
  if (!response.ok) throw new Error(`CloudFormation refused the response: status ${response.status}`);
}

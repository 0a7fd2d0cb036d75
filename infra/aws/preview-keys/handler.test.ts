import { createPrivateKey, createPublicKey } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { GetSecretValueCommand, PutSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { mockClient } from 'aws-sdk-client-mock';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

const SECRET = 'arn:aws:secretsmanager:eu-central-1:111122223333:secret:preview';
const secretsManager = mockClient(SecretsManagerClient);
let stored: string;
const received: { headers: Record<string, unknown>; body: any }[] = [];
const server = createServer((request, response) => {
  let text = '';
  request.on('data', (chunk) => void (text += String(chunk)));
  request.on('end', () => {
    received.push({ headers: request.headers, body: JSON.parse(text) });
    response.end();
  });
});

beforeEach(async () => {
  stored = 'the random text of a new secret';
  received.length = 0;
  secretsManager.reset();
  secretsManager.on(GetSecretValueCommand, { SecretId: SECRET }).callsFake(async () => ({ SecretString: stored }));
  secretsManager.on(PutSecretValueCommand).callsFake(async ({ SecretString }) => void (stored = SecretString));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterEach(() => new Promise((resolve) => server.close(resolve)));

async function run(RequestType: 'Create' | 'Update' | 'Delete', more: object = {}) {
  const { handler } = await import('./handler.ts');
  await handler({
    RequestType,
    ResponseURL: `http://127.0.0.1:${(server.address() as AddressInfo).port}/answer`,
    StackId: 'stack',
    RequestId: 'request',
    LogicalResourceId: 'PreviewKeyPair',
    ResourceProperties: { SecretArn: SECRET },
    ...more,
  });
  return received.at(-1)!;
}

describe('the custom resource of the preview keys', () => {
  it('stores a private key in the secret and returns only the public key', async () => {
    const { body, headers } = await run('Create');
    expect(body).toMatchObject({ Status: 'SUCCESS', StackId: 'stack', PhysicalResourceId: SECRET });
    const key = createPrivateKey(stored);
    expect(key.asymmetricKeyDetails?.modulusLength).toBe(2048);
    expect(body.Data.PublicKey).toBe(createPublicKey(key).export({ type: 'spki', format: 'pem' }));
    expect(JSON.stringify(body)).not.toContain('PRIVATE');
    // CloudFormation signs the response URL for a request without a content type.
    expect(headers).not.toHaveProperty('content-type');
  });

  it('keeps an existing key on update and delete', async () => {
    const { body: created } = await run('Create');
    const key = stored;
    const { body: updated } = await run('Update', { PhysicalResourceId: SECRET });
    expect(updated.Data).toEqual(created.Data);
    const { body: deleted } = await run('Delete', { PhysicalResourceId: SECRET });
    expect(deleted).toMatchObject({ Status: 'SUCCESS', Data: {} });
    expect(stored).toBe(key);
  });

  it('reports a failure by name without the contents of the secret', async () => {
    const logged = vi.spyOn(console, 'error').mockImplementation(() => undefined);
    secretsManager.on(PutSecretValueCommand).rejects(Object.assign(new Error(stored), { name: 'AccessDenied' }));
    const { body } = await run('Create');
    expect(body).toMatchObject({ Status: 'FAILED', Reason: expect.stringContaining('AccessDenied') });
    expect(JSON.stringify([body, logged.mock.calls])).not.toContain('random text');
    logged.mockRestore();
  });
});

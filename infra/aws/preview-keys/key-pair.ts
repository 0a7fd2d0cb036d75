import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import {
  GetSecretValueCommand,
  PutSecretValueCommand,
  type SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';

/**
 * Ensures that a secret holds an RSA key. Never replaces a key, because the cookies that browsers hold would stop
 * working; a new key gets a new secret.
 * @returns the public key as PEM; the private key never leaves this function
 * @see https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-trusted-signers.html
 */
export async function ensureKeyPair(client: SecretsManagerClient, secretArn: string): Promise<string> {
  const { SecretString: text = '' } = await client.send(new GetSecretValueCommand({ SecretId: secretArn }));
  const privateKey = parse(text) ?? (await createKey(client, secretArn));
  return createPublicKey(privateKey).export({ type: 'spki', format: 'pem' }).toString();
}

async function createKey(client: SecretsManagerClient, secretArn: string): Promise<KeyObject> {
  // CloudFront accepts only 2048-bit RSA keys.
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  await client.send(new PutSecretValueCommand({ SecretId: secretArn, SecretString: pem }));
  return privateKey;
}

/** Returns null for the random text that Secrets Manager puts into a new secret. */
function parse(text: string): KeyObject | null {
  try {
    return createPrivateKey(text);
  } catch {
    return null;
  }
}

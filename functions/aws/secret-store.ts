import { GetSecretValueCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';

/**
 * Reads a secret of the deployment from Secrets Manager. An environment variable would show it in the function's
 * configuration.
 * @throws {Error} when the secret is empty; the message names its ARN, never its value. AWS's errors pass through
 */
export async function readSecret(client: SecretsManagerClient, secretArn: string): Promise<string> {
  const { SecretString: text } = await client.send(new GetSecretValueCommand({ SecretId: secretArn }));
  if (text === undefined || text === '')
    throw new Error(`the secret ${secretArn} is empty: deploy the stack that fills it`);
  return text;
}

import { GetSecretValueCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';

/**
 * Reads a secret of the deployment from Secrets Manager. Unlike an environment variable it is visible neither in the
 * function's configuration nor to people who may read that.
 * @throws {Error} when it has no text, naming its ARN and never its value; what AWS refuses is thrown as it is
 */
export async function readSecret(client: SecretsManagerClient, secretArn: string): Promise<string> {
  const { SecretString: text } = await client.send(new GetSecretValueCommand({ SecretId: secretArn }));
  if (text === undefined || text === '')
    throw new Error(`the secret ${secretArn} is empty: deploy the stack that fills it`);
  return text;
}

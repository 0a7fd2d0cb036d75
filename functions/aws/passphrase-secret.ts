import { createHash } from 'node:crypto';
import {
  CreateSecretCommand,
  DeleteSecretCommand,
  DescribeSecretCommand,
  paginateListSecrets,
  PutSecretValueCommand,
  type Tag,
} from '@aws-sdk/client-secrets-manager';
import type { StreamKey } from '../domain/stream-key.ts';
import { isNotFound } from './aws-errors.ts';
import type { AwsDeps } from './clients.ts';
import { secretNamePrefix, tagsOf } from './names.ts';

/**
 * The secret from which MediaConnect reads the passphrase of an SRT destination: MediaConnect takes passphrases from
 * Secrets Manager only. Its name is deterministic, so a repeated step finds it again.
 * @see https://docs.aws.amazon.com/mediaconnect/latest/ug/encryption-srt-password-set-up.html
 */
export interface SecretView {
  secretArn: string;
  name: string;
  tags: Record<string, string>;
}

type Deps = AwsDeps<'secretsManager', 'deploymentId'>;

function toTags(tags: readonly Tag[] = []): Record<string, string> {
  return Object.fromEntries(tags.map(({ Key = '', Value = '' }) => [Key, Value]));
}

function secretName({ deployment }: AwsDeps<never, 'deploymentId'>, destinationId: string): string {
  return secretNamePrefix(deployment) + destinationId;
}

/** Finds the secret of a destination. Returns null when there is none, or it is being deleted. */
export async function findSecret(deps: Deps, destinationId: string): Promise<SecretView | null> {
  const name = secretName(deps, destinationId);
  try {
    const answer = await deps.clients.secretsManager.send(new DescribeSecretCommand({ SecretId: name }));
    if (answer.DeletedDate || !answer.ARN) return null;
    return { secretArn: answer.ARN, name, tags: toTags(answer.Tags) };
  } catch (error) {
    if (isNotFound(error)) return null;
    throw error;
  }
}

/** Lists the secrets of this deployment's SRT destinations. */
export async function listSecrets({ clients, deployment }: Deps): Promise<SecretView[]> {
  const secrets: SecretView[] = [];
  const filter = { Filters: [{ Key: 'name' as const, Values: [secretNamePrefix(deployment)] }] };
  for await (const page of paginateListSecrets({ client: clients.secretsManager }, filter)) {
    for (const { ARN: secretArn = '', Name: name = '', Tags: tags } of page.SecretList ?? []) {
      secrets.push({ secretArn, name, tags: toTags(tags) });
    }
  }
  return secrets;
}

/** Returns the token of a call that sets a value, so that its repetition is the same call. */
function tokenOf(destinationId: string, generation: number, ciphertextHash: string): string {
  return createHash('sha256')
    .update(JSON.stringify([destinationId, generation, ciphertextHash]))
    .digest('hex');
}

interface Value {
  destinationId: string;
  generation: number;
  passphrase: StreamKey;
  ciphertextHash: string;
}

/**
 * Creates the secret of a destination, encrypted with the account's own key of Secrets Manager.
 * @throws {InvalidRequestException} while a deleted secret still blocks the name
 */
export async function createSecret(
  deps: Deps,
  { destinationId, generation, passphrase, ciphertextHash }: Value,
): Promise<string> {
  const { ARN: secretArn } = await deps.clients.secretsManager.send(
    new CreateSecretCommand({
      Name: secretName(deps, destinationId),
      Description: 'SRT passphrase of a Sluice destination',
      ClientRequestToken: tokenOf(destinationId, generation, ciphertextHash),
      SecretString: passphrase.reveal(),
      Tags: Object.entries(tagsOf(deps.deployment, destinationId)).map(([Key, Value]) => ({ Key, Value })),
    }),
  );
  if (!secretArn) throw new Error('Secrets Manager answered CreateSecret without an ARN');
  return secretArn;
}

/** Sets the value of an existing secret. */
export async function putSecretValue(
  { clients }: AwsDeps<'secretsManager', never>,
  secretArn: string,
  { destinationId, generation, passphrase, ciphertextHash }: Value,
): Promise<void> {
  await clients.secretsManager.send(
    new PutSecretValueCommand({
      SecretId: secretArn,
      ClientRequestToken: tokenOf(destinationId, generation, ciphertextHash),
      SecretString: passphrase.reveal(),
    }),
  );
}

/** Deletes a secret at once, without the days in which it could be restored. Succeeds when it is already gone. */
export async function deleteSecret({ clients }: AwsDeps<'secretsManager', never>, secretArn: string): Promise<void> {
  try {
    await clients.secretsManager.send(
      new DeleteSecretCommand({ SecretId: secretArn, ForceDeleteWithoutRecovery: true }),
    );
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
}

import { DecryptCommand, EncryptCommand } from '@aws-sdk/client-kms';
import { AppError, errorName } from '../domain/errors.ts';
import { StreamKey } from '../domain/stream-key.ts';
import { awsErrorKind } from './aws-errors.ts';
import type { AwsDeps } from './clients.ts';

/**
 * Binds a ciphertext to its deployment and destination, so a stream key copied to another record cannot be decrypted
 * there. CloudTrail shows the encryption context, so it holds ids only.
 */
function encryptionContext(deploymentId: string, destinationId: string): Record<string, string> {
  return { deployment: deploymentId, destination: destinationId, purpose: 'stream-key' };
}

/** Encrypts a stream key. @returns base64 ciphertext for the record */
export async function encryptStreamKey(
  { clients, deployment }: AwsDeps<'kms', 'deploymentId' | 'keyId'>,
  destinationId: string,
  streamKey: StreamKey,
): Promise<string> {
  const { CiphertextBlob: ciphertext } = await clients.kms.send(
    new EncryptCommand({
      KeyId: deployment.keyId,
      Plaintext: Buffer.from(streamKey.reveal()),
      EncryptionContext: encryptionContext(deployment.deploymentId, destinationId),
    }),
  );
  if (!ciphertext) throw new Error('KMS answered Encrypt without a ciphertext');
  return Buffer.from(ciphertext).toString('base64');
}

/**
 * Decrypts a stream key. Only the workflow has the permission; the API's role does not.
 * @throws {AppError} `secret_unreadable` when the ciphertext belongs to another destination or the key is disabled
 */
export async function decryptStreamKey(
  { clients, deployment }: AwsDeps<'kms', 'deploymentId' | 'keyId'>,
  destinationId: string,
  ciphertext: string,
): Promise<StreamKey> {
  try {
    const { Plaintext: plaintext } = await clients.kms.send(
      new DecryptCommand({
        KeyId: deployment.keyId,
        CiphertextBlob: Buffer.from(ciphertext, 'base64'),
        EncryptionContext: encryptionContext(deployment.deploymentId, destinationId),
      }),
    );
    return StreamKey.from(Buffer.from(plaintext ?? []).toString());
  } catch (error) {
    const kind = awsErrorKind(error);
    if (kind === 'throttled' || kind === 'unavailable') throw error;
    throw new AppError('secret_unreadable', {
      detail: `the stored stream key of ${destinationId} cannot be decrypted`,
      remedy: 'replace the stream key of this destination; if all fail, check that the KMS key is enabled',
      internal: errorName(error),
    });
  }
}

/** The secrets of a notification target. Each is bound to its use, so none can be decrypted as the other. */
export type TargetSecretUse = 'url' | 'signing';

function targetContext(deploymentId: string, targetId: string, use: TargetSecretUse): Record<string, string> {
  return { deployment: deploymentId, target: targetId, purpose: 'notification-target', use };
}

/** Encrypts a secret of a notification target. @returns base64 ciphertext for the record */
export async function encryptTargetSecret(
  { clients, deployment }: AwsDeps<'kms', 'deploymentId' | 'keyId'>,
  targetId: string,
  use: TargetSecretUse,
  secret: string,
): Promise<string> {
  const { CiphertextBlob: ciphertext } = await clients.kms.send(
    new EncryptCommand({
      KeyId: deployment.keyId,
      Plaintext: Buffer.from(secret),
      EncryptionContext: targetContext(deployment.deploymentId, targetId, use),
    }),
  );
  if (!ciphertext) throw new Error('KMS answered Encrypt without a ciphertext');
  return Buffer.from(ciphertext).toString('base64');
}

/**
 * Decrypts a secret of a notification target, for the one request that uses it.
 * @throws {AppError} `secret_unreadable` when the ciphertext belongs to another target or use, or the key is disabled
 */
export async function decryptTargetSecret(
  { clients, deployment }: AwsDeps<'kms', 'deploymentId' | 'keyId'>,
  targetId: string,
  use: TargetSecretUse,
  ciphertext: string,
): Promise<string> {
  try {
    const { Plaintext: plaintext } = await clients.kms.send(
      new DecryptCommand({
        KeyId: deployment.keyId,
        CiphertextBlob: Buffer.from(ciphertext, 'base64'),
        EncryptionContext: targetContext(deployment.deploymentId, targetId, use),
      }),
    );
    return Buffer.from(plaintext ?? []).toString();
  } catch (error) {
    const kind = awsErrorKind(error);
    if (kind === 'throttled' || kind === 'unavailable') throw error;
    throw new AppError('secret_unreadable', {
      detail: `the stored secret of notification target ${targetId} cannot be decrypted`,
      remedy: 'set its URL again, or rotate its signing secret; if all fail, check that the KMS key is enabled',
      internal: errorName(error),
    });
  }
}

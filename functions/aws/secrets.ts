import { DecryptCommand, EncryptCommand } from '@aws-sdk/client-kms';
import { AppError } from '../domain/errors.ts';
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
      internal: error instanceof Error ? error.name : 'unknown',
    });
  }
}

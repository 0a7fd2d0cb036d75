import { isSrtPlatform } from '../../../presets/index.ts';
import { decryptStreamKey, decryptTargetSecret } from '../../aws/secrets.ts';
import type { Destination } from '../../domain/destination.ts';
import type { NotificationTarget } from '../../domain/notification-target.ts';
import type { ApiDeps } from '../api-deps.ts';
import type { TransferKeys } from '../schemas/transfer.ts';
import { numbered } from './pair-items.ts';
import type { DescribedDeployment } from './read-document.ts';

/** How many keys are decrypted at the same time. */
const AT_ONCE = 20;

/** Decrypts all secrets of a deployment, for an export that encrypts them again. */
export async function readKeys(
  deps: ApiDeps,
  { destinations, document, targets }: DescribedDeployment,
): Promise<TransferKeys> {
  const keys: TransferKeys = { destinations: {}, notificationTargets: {} };
  const references = document.destinations.map(({ reference }) => reference);
  const targetNames = numbered(targets.map(({ name }) => name));
  const reads = [
    ...destinations.map((record, index) => async () => {
      keys.destinations[references[index]!] = await readDestinationKeys(deps, record);
    }),
    ...targets.map((target, index) => async () => {
      const url = await readTargetUrl(deps, target);
      if (url !== null) keys.notificationTargets[targetNames[index]!] = { url };
    }),
  ];
  for (let from = 0; from < reads.length; from += AT_ONCE) {
    await Promise.all(reads.slice(from, from + AT_ONCE).map((read) => read()));
  }
  return keys;
}

/** Decrypts the secrets of one destination. */
export async function readDestinationKeys(
  deps: ApiDeps,
  record: Destination,
): Promise<TransferKeys['destinations'][string]> {
  const { backupStreamKeyCiphertext, destinationId, platform, streamKeyCiphertext } = record;
  const reveal = async (ciphertext: string | null | undefined) =>
    ciphertext ? (await decryptStreamKey(deps, destinationId, ciphertext)).reveal() : undefined;
  const main = await reveal(streamKeyCiphertext);
  const backup = await reveal(backupStreamKeyCiphertext);
  if (isSrtPlatform(platform)) return main === undefined ? {} : { passphrase: main };
  return {
    ...(main === undefined ? {} : { streamKey: main }),
    ...(backup === undefined ? {} : { backupStreamKey: backup }),
  };
}

/** Decrypts the URL of a target; null for e-mail. */
export async function readTargetUrl(deps: ApiDeps, target: NotificationTarget): Promise<string | null> {
  const { targetId, urlCiphertext } = target;
  return urlCiphertext === null ? null : decryptTargetSecret(deps, targetId, 'url', urlCiphertext);
}

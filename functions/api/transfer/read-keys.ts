import { decryptTargetSecret } from '../../aws/secrets.ts';
import type { NotificationTarget } from '../../domain/notification-target.ts';
import type { ApiDeps } from '../api-deps.ts';
import type { TransferKeys } from '../schemas/transfer.ts';
import { numbered } from './pair-items.ts';
import type { DescribedDeployment } from './read-document.ts';

/** How many keys are decrypted at the same time. */
const AT_ONCE = 20;

/** Decrypts all secrets of a deployment, for an export that encrypts them again. */
export async function readKeys(
  deps: ApiDeps & { reveal: NonNullable<ApiDeps['revealKeys']> },
  { destinations, document, targets }: DescribedDeployment,
): Promise<TransferKeys> {
  const keys: TransferKeys = { destinations: {}, notificationTargets: {} };
  const references = document.destinations.map(({ reference }) => reference);
  const targetNames = numbered(targets.map(({ name }) => name));
  const reads = [
    ...destinations.map((record, index) => async () => {
      keys.destinations[references[index]!] = await deps.reveal(record);
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

/** Decrypts the URL of a target; null for e-mail. */
export async function readTargetUrl(deps: ApiDeps, target: NotificationTarget): Promise<string | null> {
  const { targetId, urlCiphertext } = target;
  return urlCiphertext === null ? null : decryptTargetSecret(deps, targetId, 'url', urlCiphertext);
}

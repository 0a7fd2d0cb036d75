import { isSrtPlatform } from '../../../presets/index.ts';
import { decryptStreamKey } from '../../aws/secrets.ts';
import type { Destination } from '../../domain/destination.ts';
import type { RevealedKeys } from '../api-deps.ts';

/**
 * Decrypts the secrets of one destination. Apart, because only an installation whose API may decrypt stream keys loads
 * it: one machine.
 */
export async function readDestinationKeys(
  deps: Parameters<typeof decryptStreamKey>[0],
  record: Destination,
): Promise<RevealedKeys> {
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

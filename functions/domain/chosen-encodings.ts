import { resolveEncoding, type ResolvedEncoding } from '../../presets/index.ts';
import type { Destination } from './destination.ts';
import { isPrimary } from './lifecycle.ts';

/**
 * The encodings a destination asks for, each as its platform takes it: one, or several for a ladder.
 * @returns `encoding` undefined where there is none of that id, or the platform does not allow it
 */
export function chosenEncodings(
  chosen: Pick<Destination, 'destinationId' | 'platform' | 'preset'>,
): { encodingId: string; encoding: ResolvedEncoding | undefined }[] {
  // The primary feeds MediaPackage, which has no caps of a platform.
  const platform = isPrimary(chosen) ? 'custom' : chosen.platform;
  return chosen.preset
    .split(',')
    .map((encodingId) => ({ encodingId, encoding: resolveEncoding(platform, encodingId) }));
}

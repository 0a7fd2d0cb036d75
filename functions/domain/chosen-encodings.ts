import { resolveEncoding, type ResolvedEncoding } from '../../presets/index.ts';
import type { Destination } from './destination.ts';
import { isPrimary } from './lifecycle.ts';

/**
 * Returns the encodings a destination selects, resolved for its platform: one, or several for a ladder.
 * @returns `encoding` is undefined when the id is unknown or the platform does not allow it
 */
export function chosenEncodings(
  chosen: Pick<Destination, 'destinationId' | 'platform' | 'preset'>,
): { encodingId: string; encoding: ResolvedEncoding | undefined }[] {
  // The primary feeds MediaPackage, which has none of a platform's caps.
  const platform = isPrimary(chosen) ? 'custom' : chosen.platform;
  return chosen.preset
    .split(',')
    .map((encodingId) => ({ encodingId, encoding: resolveEncoding(platform, encodingId) }));
}

import { getPlatform, listPlatforms } from '../../presets/index.ts';

/** Returns why a platform is refused, with the known ones; null for a known one. */
export function refusePlatform(platformId: string): string | null {
  if (getPlatform(platformId)) return null;
  const known = listPlatforms().map((each) => each.platformId);
  return `must be one of ${known.join(', ')}; use custom for any other RTMP server`;
}

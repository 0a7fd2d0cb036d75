import type { PresetsResource } from '../../../functions/api/schemas/answers.ts';

/** A platform as people call it; its id until the presets are known, and when it is none of them. */
export function platformName(presets: PresetsResource | undefined, platformId: string): string {
  return presets?.platforms.find((platform) => platform.platformId === platformId)?.name ?? platformId;
}

/**
 * An encoding as people call it; its id until the presets are known, and when it is none of them.
 * @param preset a destination's; the primary channel's is a ladder of several ids with commas between
 */
export function encodingName(presets: PresetsResource | undefined, preset: string): string {
  const nameOf = (id: string): string => presets?.encodings.find(({ encodingId }) => encodingId === id)?.name ?? id;
  return preset.split(',').map(nameOf).join(' + ');
}

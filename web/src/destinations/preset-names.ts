import type { PresetsResource } from '../../../functions/api/schemas/presets.ts';

/** Returns the display name of a platform; its id until the presets are loaded, and for an unknown one. */
export function platformName(presets: PresetsResource | undefined, platformId: string): string {
  return presets?.platforms.find((platform) => platform.platformId === platformId)?.name ?? platformId;
}

/**
 * Returns the display name of an encoding; its id until the presets are loaded, and for an unknown one.
 * @param preset an encoding id; for the primary channel a comma-separated ladder
 */
export function encodingName(presets: PresetsResource | undefined, preset: string): string {
  const nameOf = (id: string): string => presets?.encodings.find(({ encodingId }) => encodingId === id)?.name ?? id;
  return preset.split(',').map(nameOf).join(' + ');
}

import { isSrtPlatform, resolveEncoding } from '../../presets/index.ts';
import type { Target } from '../domain/requests.ts';
import { refusedUnencoded, type SoundSettings } from '../domain/sound.ts';
import { invalidFields } from './http/validation.ts';

/**
 * Refuses settings of the sound that a destination's preset cannot carry out: what is sent as it is keeps its sound.
 * @throws {AppError} `validation_failed`, naming each field
 */
export function requireSoundFits(
  { platform, preset }: Pick<Target, 'platform' | 'preset'>,
  sound: SoundSettings | null | undefined,
): void {
  if (!sound) return;
  if (isSrtPlatform(platform)) {
    throw invalidFields([{ field: 'sound', message: 'an SRT receiver gets every track as it is: leave it out' }]);
  }
  if (resolveEncoding(platform, preset)?.width !== null) return;
  const refused = refusedUnencoded(sound);
  const message = `the preset ${preset} sends the sound as it is: choose an encoded preset`;
  if (refused.length > 0) throw invalidFields(refused.map((field) => ({ field: `sound.${field}`, message })));
}

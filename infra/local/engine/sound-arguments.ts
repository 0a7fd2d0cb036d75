import type { Rendition } from './contract.ts';

/** ffmpeg's `loudnorm` looks three seconds ahead and gives its first sound after them. */
const LOUDNESS_LOOKAHEAD_MS = 3_000;
/** The loudness range that `loudnorm` may leave, in LU. It limits nothing while the sound is measured as it plays. */
const LOUDNESS_RANGE = 11;
const LAYOUTS: Record<number, string> = { 1: 'mono', 2: 'stereo', 6: '5.1' };

export interface SoundArguments {
  /** A second input, when the sound is not that of the source. */
  input: string[];
  output: string[];
  /** How much later the sound comes than it was read; the picture waits for it. */
  delayMs: number;
}

/**
 * Builds the part of an encoder's arguments that chooses and changes the sound. Pure. Loudness needs about 2 % of a core
 * and delays picture and sound by three seconds.
 * @param hasSound false: the source's sound is missing. A chosen one is then silent, as MediaLive encodes it
 */
export function buildSoundArguments(rendition: Rendition, hasSound: boolean): SoundArguments {
  const { sound, audioSampleRateHz, audioChannels } = rendition;
  const layout = LAYOUTS[audioChannels] ?? 'stereo';
  if (!hasSound) {
    if (!sound?.selection) return { input: [], output: ['-an'], delayMs: 0 };
    const silence = `anullsrc=r=${audioSampleRateHz}:cl=${layout}`;
    return { input: ['-f', 'lavfi', '-i', silence], output: ['-map', '1:a:0'], delayMs: 0 };
  }
  const filters = sound?.remix ? [toPan(sound.remix)] : [];
  if (sound?.loudness) {
    const { targetLufs, truePeakDbtp } = sound.loudness;
    // It counts samples, so gaps are filled before it: the sound would move against the picture.
    filters.push('aresample=async=1', `aformat=channel_layouts=${layout}`);
    // It works at 192 kHz, so the rate is set back.
    filters.push(`loudnorm=I=${targetLufs}:LRA=${LOUDNESS_RANGE}:TP=${truePeakDbtp}`, `aresample=${audioSampleRateHz}`);
  }
  return {
    input: [],
    output: ['-map', '0:a:0?', ...(filters.length > 0 ? ['-af', filters.join(',')] : [])],
    delayMs: sound?.loudness ? LOUDNESS_LOOKAHEAD_MS : 0,
  };
}

/** Writes factors of channels for ffmpeg's `pan`; a channel that the source lacks is silent. */
function toPan(remix: number[][]): string {
  const layout = LAYOUTS[remix.length] ?? 'stereo';
  const channels = remix.map((factors, output) => {
    const terms = factors.flatMap((factor, input) => (factor === 0 ? [] : [`${Number(factor.toFixed(6))}*c${input}`]));
    return `c${output}=${terms.join('+') || '0*c0'}`;
  });
  return ['pan=' + layout, ...channels].join('|');
}

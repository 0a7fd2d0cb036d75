import { AAC_FRAME_SAMPLES, buildAacTagBody, readAudioSpecificConfig } from '../transport-stream/aac.ts';
import type { ProgramFormat } from '../program.ts';

/** Silence in the coding of a program's sound. */
export interface SilentSound {
  /** FLV tag body of one access unit. */
  flvBody: Buffer;
  /** Duration of one access unit in milliseconds, not rounded. */
  durationMs: number;
}

type Element = 'single' | 'pair' | 'lowFrequency';

/** Elements of each channel configuration (ISO/IEC 14496-3 table 1.19). */
const ELEMENTS: Record<number, Element[]> = {
  1: ['single'],
  2: ['pair'],
  3: ['single', 'pair'],
  4: ['single', 'pair', 'single'],
  5: ['single', 'pair', 'pair'],
  6: ['single', 'pair', 'pair', 'lowFrequency'],
  7: ['single', 'pair', 'pair', 'pair', 'lowFrequency'],
};
const ELEMENT_IDS: Record<Element, string> = { single: '000', pair: '001', lowFrequency: '011' };
const END_ID = '111';
/** Long window, sine shape, no scale factor bands, no prediction: nothing follows but gains. */
const WINDOW_WITHOUT_BANDS = '00000000000';
const GAIN = '01100100';
/** Neither pulses, nor temporal noise shaping, nor gain control. */
const NO_TOOLS = '000';

/**
 * Builds silence with the same AudioSpecificConfig, so that no header changes. Returns null for channels that the config
 * does not state.
 */
export function buildSilentSound({ specificConfig }: NonNullable<ProgramFormat['audio']>): SilentSound | null {
  const { channels, sampleRateHz } = readAudioSpecificConfig(specificConfig);
  const elements = ELEMENTS[channels];
  if (!elements || sampleRateHz === 0) return null;
  const flvBody = buildAacTagBody(toBytes(buildAccessUnit(elements)));
  return { flvBody, durationMs: (AAC_FRAME_SAMPLES * 1000) / sampleRateHz };
}

/** Writes a raw_data_block (ISO/IEC 14496-3 4.4.2.1) in bits. */
function buildAccessUnit(elements: Element[]): string {
  const counts = new Map<Element, number>();
  const written = elements.map((element) => {
    const tag = counts.get(element) ?? 0;
    counts.set(element, tag + 1);
    const begin = ELEMENT_IDS[element] + tag.toString(2).padStart(4, '0');
    if (element !== 'pair') return begin + GAIN + WINDOW_WITHOUT_BANDS + NO_TOOLS;
    // One window for both channels, which share nothing else.
    return `${begin}1${WINDOW_WITHOUT_BANDS}00${(GAIN + NO_TOOLS).repeat(2)}`;
  });
  return written.join('') + END_ID;
}

function toBytes(bits: string): Buffer {
  const padded = bits.padEnd(Math.ceil(bits.length / 8) * 8, '0');
  return Buffer.from(
    Array.from({ length: padded.length / 8 }, (_, at) => parseInt(padded.slice(at * 8, at * 8 + 8), 2)),
  );
}

import { AAC_FRAME_SAMPLES, splitAdts, type AdtsFrame } from './aac.ts';
import type { AssembledPes } from './pes-assembler.ts';

/** ISO/IEC 13818-1 table 2-34: AAC in ADTS. */
export const TYPE_AAC = 0x0f;

/** Reads the PES packets of an AAC stream in ADTS and emits its access units with their times (33-bit, 90 kHz). */
export function createAacReader(onFrame: (frame: AdtsFrame, ticks: number) => void): (pes: AssembledPes) => void {
  let rest: Buffer = Buffer.alloc(0);
  let nextTicks: number | null = null;

  return (pes) => {
    const restBytes = rest.length;
    const split = splitAdts(restBytes > 0 ? Buffer.concat([rest, pes.data]) : pes.data);
    rest = Buffer.from(split.rest);
    let timed = pes.pts === null;
    for (const frame of split.frames) {
      // The packet's time belongs to the first access unit that begins in it.
      if (!timed && frame.offset >= restBytes) {
        nextTicks = pes.pts;
        timed = true;
      }
      if (nextTicks === null) continue;
      onFrame(frame, nextTicks);
      nextTicks += (frame.blocks * AAC_FRAME_SAMPLES * 90_000) / frame.sampleRateHz;
    }
  };
}

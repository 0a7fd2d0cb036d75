import type { Rendition } from './contract.ts';
import { createEncoderProgram, type EncoderProgram, type EncoderProgramOptions } from './encoder-program.ts';
import type { RawTap } from './raw-taps.ts';
import type { SourceSounds } from './source-sounds.ts';

export type EncoderChoice = Pick<EncoderProgramOptions, 'followsKeyframes' | 'colour'>;

export interface SharedEncoders {
  /**
   * Returns the encoder of a rendition, shared by equal renditions. It runs while it has a subscriber.
   * @param options.colour of a source that has to be converted; absent for none
   */
  of(rendition: Rendition, options: EncoderChoice): EncoderProgram;
  /** Reports to all that the source has sent nothing for a while. */
  sourceSilent(): void;
  /** Handles the end of the source's connection. */
  sourceLost(): void;
  close(): Promise<void>;
}

/** Creates the encoders of one source as they are first needed. */
export function createSharedEncoders(
  options: Omit<EncoderProgramOptions, 'rendition' | 'source' | keyof EncoderChoice> & {
    source: Pick<SourceSounds, 'withSound'>;
  },
): SharedEncoders {
  const encoders = new Map<string, EncoderProgram>();
  return {
    of(rendition, choice) {
      const key = keyOf(rendition, choice);
      const existing = encoders.get(key);
      if (existing) return existing;
      const tap = (taker: RawTap) => options.source.withSound(rendition.sound?.selection).tap(taker);
      const created = createEncoderProgram({ ...options, source: { tap }, rendition, ...choice });
      encoders.set(key, created);
      return created;
    },
    sourceSilent() {
      for (const encoder of encoders.values()) encoder.sourceSilent();
    },
    sourceLost() {
      for (const encoder of encoders.values()) encoder.sourceLost();
    },
    async close() {
      await Promise.all([...encoders.values()].map((encoder) => encoder.close()));
    },
  };
}

/** Renditions that differ only by name or the order of their fields are equal. */
function keyOf(rendition: Rendition, choice: EncoderChoice): string {
  const { name: _name, ...settings } = rendition;
  return JSON.stringify(Object.entries({ ...settings, ...choice }).sort(([a], [b]) => a.localeCompare(b)));
}

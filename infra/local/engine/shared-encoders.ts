import type { Rendition } from './contract.ts';
import { createEncoderProgram, type EncoderProgram, type EncoderProgramOptions } from './encoder-program.ts';
import type { RawTap } from './raw-taps.ts';
import type { SourceSounds } from './source-sounds.ts';

export interface SharedEncoders {
  /** Returns the encoder of a rendition, shared by equal renditions. It runs while it has a subscriber. */
  of(rendition: Rendition, options: { followsKeyframes: boolean }): EncoderProgram;
  /** Reports to all that the source has sent nothing for a while. */
  sourceSilent(): void;
  /** Handles the end of the source's connection. */
  sourceLost(): void;
  close(): Promise<void>;
}

/** Creates the encoders of one source as they are first needed. */
export function createSharedEncoders(
  options: Omit<EncoderProgramOptions, 'rendition' | 'followsKeyframes' | 'source'> & {
    source: Pick<SourceSounds, 'withSound'>;
  },
): SharedEncoders {
  const encoders = new Map<string, EncoderProgram>();
  return {
    of(rendition, { followsKeyframes }) {
      const key = keyOf(rendition, followsKeyframes);
      const existing = encoders.get(key);
      if (existing) return existing;
      const tap = (taker: RawTap) => options.source.withSound(rendition.sound?.selection).tap(taker);
      const created = createEncoderProgram({ ...options, source: { tap }, rendition, followsKeyframes });
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
function keyOf(rendition: Rendition, followsKeyframes: boolean): string {
  const { name: _name, ...settings } = rendition;
  return JSON.stringify(Object.entries({ ...settings, followsKeyframes }).sort(([a], [b]) => a.localeCompare(b)));
}

import type { ProgramFormat } from './program.ts';
import type { AudioFacts } from './source-facts.ts';
import { buildAudioSpecificConfig, type AdtsFrame } from './transport-stream/aac.ts';

/** The header of an AAC stream as its frames bring it, and the facts in it. */
export interface SoundHeaders {
  /** Handles another codec in the tables. The old header stays until AAC brings a new one. */
  beginCodec(isAac: boolean): void;
  /** Takes the header of a frame. */
  take(frame: AdtsFrame): void;
  /** Returns the same object until the header changes. */
  format(): ProgramFormat['audio'];
  facts(): AudioFacts | null;
  /** Handles a new connection, whose header is likely to be the same. */
  restart(): void;
}

/**
 * @param deps.onBlocks the number of inseparable access units in a frame has changed
 * @param deps.onHeader the header has changed
 */
export function createSoundHeaders(deps: { onBlocks: () => void; onHeader: () => void }): SoundHeaders {
  let format: ProgramFormat['audio'] = null;
  let facts: AudioFacts | null = null;

  return {
    beginCodec(isAac) {
      facts = null;
      if (!isAac) format = null;
    },
    take(frame) {
      const { objectType, sampleRateHz, channels, blocks } = frame;
      const before = facts;
      facts = { objectType, sampleRateHz, channels, blocks };
      if (before?.blocks !== blocks) deps.onBlocks();
      // Inseparable access units cannot be sent singly, so their header is of no use.
      if (blocks > 1) return;
      const specificConfig = buildAudioSpecificConfig(frame);
      if (format?.specificConfig.equals(specificConfig)) return;
      format = { specificConfig, sampleRateHz, channels };
      deps.onHeader();
    },
    format: () => format,
    facts: () => facts,
    restart() {
      facts = null;
    },
  };
}

import type { ProgramFormat } from './program.ts';
import type { VideoFacts } from './source-facts.ts';
import { buildAvcConfiguration } from './transport-stream/h264.ts';
import type { ActiveSets } from './transport-stream/parameter-sets.ts';

/** The header of an H.264 stream as its keyframes bring it, and the facts in it. */
export interface PictureHeaders {
  /** Handles other pictures in the tables. The old header stays until H.264 brings a new one. */
  beginStream(isH264: boolean): void;
  /** Takes a keyframe's parameter sets. Returns whether they belong to other pictures than the ones before. */
  take(sets: ActiveSets): boolean;
  /** Returns whether the following pictures can be decoded: a keyframe of this stream has brought its sets. */
  areKnown(): boolean;
  /** Returns the same object until the header changes. */
  format(): ProgramFormat['video'];
  facts(): VideoFacts | null;
  /** Handles a new connection, whose header is likely to be the same. */
  restart(): void;
}

/** Creates the headers of a source whose pictures are unknown. */
export function createPictureHeaders(): PictureHeaders {
  let format: ProgramFormat['video'] = null;
  let facts: VideoFacts | null = null;
  let seenKeyframe = false;

  function restart(): void {
    facts = null;
    seenKeyframe = false;
  }

  return {
    beginStream(isH264) {
      restart();
      if (!isH264) format = null;
    },
    take({ parameters, sps, pps }) {
      const isOtherSequence = facts !== null && !facts.sps.equals(sps);
      const { width, height, framesPerSecond } = parameters;
      const avcConfiguration = buildAvcConfiguration(sps, pps);
      if (!format?.avcConfiguration.equals(avcConfiguration))
        format = { avcConfiguration, width, height, framesPerSecond };
      facts = { ...parameters, sps };
      seenKeyframe = true;
      return isOtherSequence;
    },
    areKnown: () => seenKeyframe && format !== null,
    format: () => format,
    facts: () => facts,
    restart,
  };
}

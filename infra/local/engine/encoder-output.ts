/** Turns an encoder's FLV tags into frames on the source's timeline. */
import type { FlvTag } from './flv-reader.ts';
import type { Frame, ProgramFormat } from './program.ts';
import { readAudioSpecificConfig } from './transport-stream/aac.ts';
import { parseSequenceParameters, readAvcConfiguration } from './transport-stream/h264.ts';

export interface EncoderOutput {
  take(tag: FlvTag): void;
  /** Returns the frame rate in the header of the pictures; undefined until it is known. */
  framesPerSecond(): number | undefined;
}

/**
 * @param options.keyframePtsMs presentation time, in the source, of the encoder's first picture
 * @param options.framesPerSecond of the rendition; without it the header's counts
 * @param options.onFormat called before the first frame; ffmpeg writes all headers before it
 */
export function createEncoderOutput(options: {
  keyframePtsMs: number;
  framesPerSecond: number | undefined;
  onFormat(format: ProgramFormat): void;
  onFrame(frame: Frame): void;
  onUnreadableHeader(): void;
}): EncoderOutput {
  const format: ProgramFormat = { video: null, audio: null };
  let formatSettled = false;
  /** Program time of the encoder's time zero; null until its first picture. */
  let baseMs: number | null = null;
  /** Sound received before that. */
  let early: FlvTag[] = [];

  function takeHeader(tag: FlvTag): void {
    try {
      if (tag.kind === 'audio') format.audio = readAudioHeader(tag.body.subarray(2));
      else format.video = readVideoHeader(tag.body.subarray(5), options.framesPerSecond);
    } catch {
      options.onUnreadableHeader();
    }
  }

  function emit(tag: FlvTag, originMs: number): void {
    const isVideo = tag.kind === 'video';
    options.onFrame({
      kind: tag.kind,
      dtsMs: originMs + tag.timestampMs,
      compositionOffsetMs: isVideo ? tag.body.readIntBE(2, 3) : 0,
      keyframe: isVideo && tag.body[0]! >> 4 === 1,
      flvBody: tag.body,
    });
  }

  return {
    take(tag) {
      if (tag.body.length < 2) return;
      const isHeader = tag.body[1] === 0;
      if (isHeader) return takeHeader(tag);
      if (!formatSettled) options.onFormat({ ...format });
      formatSettled = true;
      if (baseMs !== null) return emit(tag, baseMs);
      if (tag.kind === 'audio') {
        early.push(tag);
        return;
      }
      // ffmpeg counts from the earliest time in its input, which may be the sound's.
      baseMs = Math.round(options.keyframePtsMs - tag.timestampMs - tag.body.readIntBE(2, 3));
      const tags = [tag, ...early].toSorted((one, other) => one.timestampMs - other.timestampMs);
      early = [];
      for (const ready of tags) emit(ready, baseMs);
    },
    framesPerSecond: () => format.video?.framesPerSecond ?? undefined,
  };
}

function readAudioHeader(specificConfig: Buffer): ProgramFormat['audio'] {
  const { sampleRateHz, channels } = readAudioSpecificConfig(specificConfig);
  return { specificConfig, sampleRateHz, channels };
}

function readVideoHeader(avcConfiguration: Buffer, wantedFramesPerSecond: number | undefined): ProgramFormat['video'] {
  const { width, height, framesPerSecond } = parseSequenceParameters(readAvcConfiguration(avcConfiguration).sps[0]!);
  return { avcConfiguration, width, height, framesPerSecond: wantedFramesPerSecond ?? framesPerSecond };
}

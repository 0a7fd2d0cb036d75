import type { Clock } from '../../infra/local/host/clock.ts';
import type { Frame, ProgramFormat } from '../../infra/local/engine/program.ts';
import { readPictureSize } from '../../infra/local/rtmp-receiver/sequence-parameters.ts';

/** One item of an FLV stream, by tag. */
export type FlvItem = { format: ProgramFormat } | { frame: Frame };

/**
 * Reads H.264 and AAC from FLV bytes in any portions: from a file, or from a pipe that another process writes.
 * @returns a function that accepts more bytes
 */
export function createFlvReader(onItem: (item: FlvItem) => void): (bytes: Buffer) => void {
  let buffered: Buffer = Buffer.alloc(0);
  let headerSeen = false;
  let format: ProgramFormat = { video: null, audio: null };
  return (bytes) => {
    buffered = buffered.length === 0 ? bytes : Buffer.concat([buffered, bytes]);
    let at = 0;
    if (!headerSeen) {
      if (buffered.length < 13) return;
      headerSeen = true;
      at = 13;
    }
    while (buffered.length >= at + 11) {
      const length = buffered.readUIntBE(at + 1, 3);
      const end = at + 11 + length + 4;
      if (buffered.length < end) break;
      const dtsMs = buffered.readUIntBE(at + 4, 3) + buffered[at + 7]! * 2 ** 24;
      readTag(buffered[at]!, dtsMs, buffered.subarray(at + 11, at + 11 + length));
      at = end;
    }
    buffered = buffered.subarray(at);
  };

  function readTag(type: number, dtsMs: number, body: Buffer): void {
    if (type === 9 && (body[0]! & 15) === 7) {
      if (body[1] === 0) {
        const avcConfiguration = Buffer.from(body.subarray(5));
        const size = readPictureSize(avcConfiguration) ?? { width: 0, height: 0 };
        format = { ...format, video: { avcConfiguration, ...size, framesPerSecond: null } };
        onItem({ format });
      } else if (body[1] === 1) {
        const keyframe = body[0]! >> 4 === 1;
        onItem({ frame: { kind: 'video', dtsMs, compositionOffsetMs: body.readIntBE(2, 3), keyframe, flvBody: body } });
      }
    }
    if (type === 8 && body[0]! >> 4 === 10) {
      if (body[1] === 0) {
        const specificConfig = Buffer.from(body.subarray(2));
        const channels = (specificConfig[1]! >> 3) & 15;
        format = { ...format, audio: { specificConfig, sampleRateHz: readSampleRate(specificConfig), channels } };
        onItem({ format });
      } else {
        onItem({ frame: { kind: 'audio', dtsMs, compositionOffsetMs: 0, keyframe: false, flvBody: body } });
      }
    }
  }
}

const SAMPLE_RATES_HZ = [96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8_000];

function readSampleRate(specificConfig: Buffer): number {
  return SAMPLE_RATES_HZ[((specificConfig[0]! & 7) << 1) | (specificConfig[1]! >> 7)] ?? 0;
}

/** 1024 samples times a thousand, so that a division by the rate yields milliseconds. */
const AAC_FRAME_SAMPLES_MS = 1_024_000;

export interface FlvContent {
  format: ProgramFormat;
  /** In file order; the first one is at 0. */
  frames: Frame[];
  /** From the first frame to the start of the next round. */
  durationMs: number;
}

/**
 * Reads a whole FLV file.
 * @throws {Error} when it contains no video frames
 */
export function readFlvContent(bytes: Buffer): FlvContent {
  const frames: Frame[] = [];
  let format: ProgramFormat = { video: null, audio: null };
  createFlvReader((item) => {
    if ('format' in item) format = item.format;
    else frames.push(item.frame);
  })(bytes);
  const video = frames.filter((frame) => frame.kind === 'video');
  const firstMs = video[0]?.dtsMs;
  const lastMs = video.at(-1)?.dtsMs;
  if (!format.video || firstMs === undefined || lastMs === undefined || lastMs === firstMs) {
    throw new Error('the file contains no video');
  }
  const framesPerSecond = Math.round(((video.length - 1) * 100_000) / (lastMs - firstMs)) / 100;
  const durationMs = Math.round((video.length * 1000) / framesPerSecond);
  const originMs = Math.min(...frames.map((frame) => frame.dtsMs));
  // Drop audio that would extend into the next round, so that its timestamps never go back there.
  const audioFrameMs = format.audio ? AAC_FRAME_SAMPLES_MS / format.audio.sampleRateHz : 0;
  const fits = (frame: Frame) => frame.kind === 'video' || frame.dtsMs - originMs + audioFrameMs <= durationMs;
  return {
    format: { ...format, video: { ...format.video, framesPerSecond } },
    frames: frames.filter(fits).map((frame) => ({ ...frame, dtsMs: frame.dtsMs - originMs })),
    durationMs,
  };
}

/**
 * Plays the content in real time, in an endless loop on one continuous timeline.
 * @returns a function that stops it
 */
export function playContent(content: FlvContent, onFrame: (frame: Frame) => void, clock: Clock): () => void {
  const { frames, durationMs } = content;
  const beganAtMs = clock.now();
  let index = 0;
  let roundMs = 0;
  let cancel = () => {};
  const step = () => {
    const playedMs = clock.now() - beganAtMs;
    for (;;) {
      const frame = frames[index]!;
      const dtsMs = frame.dtsMs + roundMs;
      if (dtsMs > playedMs) {
        cancel = clock.after(Math.max(1, dtsMs - playedMs), step);
        return;
      }
      onFrame({ ...frame, dtsMs });
      index += 1;
      if (index === frames.length) {
        index = 0;
        roundMs += durationMs;
      }
    }
  };
  step();
  return () => cancel();
}

/**
 * The source's own frames as a program. It has frames while the source is H.264 with AAC or without sound. Frames begin
 * when their headers are known.
 */
import type { Clock } from '../host/clock.ts';
import type { EngineLogger } from './engine-logger.ts';
import { createFrameHub } from './frame-hub.ts';
import { createLeadingPictures } from './leading-pictures.ts';
import { createMillisecondTimes } from './millisecond-times.ts';
import { createPictureHeaders } from './picture-headers.ts';
import { isSameFormat, type Frame, type Program, type ProgramFormat } from './program.ts';
import { createSoundHeaders } from './sound-headers.ts';
import type { AudioFacts, VideoFacts } from './source-facts.ts';
import { buildAacTagBody, type AdtsFrame } from './transport-stream/aac.ts';
import { TYPE_AAC } from './transport-stream/audio-reader.ts';
import type { ProgramStreams } from './transport-stream/demuxer.ts';
import { buildAvcTagBody } from './transport-stream/h264.ts';
import { tickDistance, type Timeline } from './transport-stream/timeline.ts';
import { TYPE_H264, type Picture } from './transport-stream/video-reader.ts';

/** Time the first keyframe waits for the audio header before the video starts alone. */
const AUDIO_WAIT_MS = 1_500;

export interface CopyProgram {
  program: Program;
  /** Resets only the pictures: the sound is unaffected by the change of another stream. */
  beginPictures(): void;
  /** Handles another audio codec in the tables. */
  beginSoundCodec(): void;
  /** @param exactMs decode time of the picture as program time, not rounded */
  takePicture(picture: Picture, exactMs: number): void;
  /** @param ticks its time, 33-bit, 90 kHz */
  takeSound(frame: AdtsFrame, ticks: number): void;
  format(): ProgramFormat | null;
  subscribers(): number;
  facts(): { video: VideoFacts | null; audio: AudioFacts | null };
  /** Notifies the subscribers that no data is arriving. */
  sourceLost(): void;
  /** Handles the end of the connection. */
  restart(): void;
}

/**
 * @param deps.streams the streams that the tables name
 * @param deps.onOtherPictures measurements of the earlier pictures do not apply any more
 * @param deps.onChange headers or facts have changed
 */
export function createCopyProgram(deps: {
  clock: Clock;
  logger: EngineLogger;
  timeline: Timeline;
  streams: () => ProgramStreams | null;
  onOtherPictures: () => void;
  onChange: () => void;
}): CopyProgram {
  const { clock, timeline, streams, onChange } = deps;
  const hub = createFrameHub(deps);
  const toMilliseconds = createMillisecondTimes();
  const leading = createLeadingPictures();
  const pictures = createPictureHeaders();
  const sound = createSoundHeaders({ onBlocks: onChange, onHeader: settleFormat });
  /** Whether a picture of this connection has been sent; sound before the first one is dropped. */
  let hasBegun = false;
  let waiting: Frame[] = [];
  let waitingSinceMs: number | null = null;
  let audioGivenUp = false;

  /** Makes a changed header the format, unless the other header is still awaited. */
  function settleFormat(): void {
    if (streams()?.video?.streamType === TYPE_H264 && !pictures.format()) return;
    if (isAudioAwaited()) return;
    const before = hub.format();
    const format = { video: pictures.format(), audio: sound.format() };
    if (before && isSameFormat(before, format)) return;
    hub.setFormat(format);
    onChange();
  }

  /** Sound that is named later does not delay pictures. */
  function isAudioAwaited(): boolean {
    return streams()?.audio?.streamType === TYPE_AAC && !sound.format() && !sound.facts() && !audioGivenUp;
  }

  function emit(frame: Frame): void {
    waiting.push(frame);
    if (isAudioAwaited()) {
      waitingSinceMs ??= clock.now();
      if (clock.now() - waitingSinceMs <= AUDIO_WAIT_MS) return;
      audioGivenUp = true;
      settleFormat();
    }
    // From here on, nothing is delayed.
    audioGivenUp = true;
    for (const ready of waiting.splice(0)) hub.push(ready);
  }

  return {
    program: hub.program,
    beginPictures() {
      const stream = streams()?.video;
      leading.begin();
      pictures.beginStream(stream?.streamType === TYPE_H264);
      if (!stream && hub.format()) settleFormat();
    },
    beginSoundCodec: () => sound.beginCodec(streams()?.audio?.streamType === TYPE_AAC),
    takePicture({ dts, pts, keyframe, h264 }, exactMs) {
      if (!h264) return;
      if (keyframe && h264.sets) {
        if (pictures.take(h264.sets)) deps.onOtherPictures();
        // Also after a change of the sound alone.
        settleFormat();
      }
      if (!pictures.areKnown()) return;
      hasBegun = true;
      // Rounded separately, as in ffmpeg, so that presentation times of successive pictures keep their distance.
      const shownMs = Math.round((exactMs * 90 + tickDistance(dts, pts)) / 90);
      const dtsMs = toMilliseconds('video', exactMs);
      const compositionOffsetMs = shownMs - dtsMs;
      const flvBody = buildAvcTagBody(h264.units, keyframe, compositionOffsetMs);
      const frame: Frame = { kind: 'video', dtsMs, compositionOffsetMs, keyframe, flvBody };
      if (leading.passes(frame)) emit(frame);
    },
    takeSound(frame, ticks) {
      sound.take(frame);
      if (frame.blocks > 1 || (streams()?.video && !hasBegun)) return;
      const dtsMs = toMilliseconds('audio', timeline.toMs('audio', ticks));
      emit({ kind: 'audio', dtsMs, compositionOffsetMs: 0, keyframe: false, flvBody: buildAacTagBody(frame.data) });
    },
    format: hub.format,
    subscribers: hub.subscribers,
    facts: () => ({ video: pictures.facts(), audio: sound.facts() }),
    sourceLost: hub.sourceLost,
    restart() {
      pictures.restart();
      sound.restart();
      leading.begin();
      hasBegun = false;
      waiting = [];
      waitingSinceMs = null;
      audioGivenUp = false;
    },
  };
}

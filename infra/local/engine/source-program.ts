/**
 * Parses a flow's transport stream. It yields the copy program (frames shared by all publishers and the segmenter), the
 * raw packets for the encoders, and the facts about the source: codecs, size, rates, errors.
 */
import type { Clock } from '../host/clock.ts';
import type { SourceReport } from './contract.ts';
import type { EngineLogger } from './engine-logger.ts';
import { createFrameHub, type FrameHub } from './frame-hub.ts';
import type { Frame, Program, ProgramFormat } from './program.ts';
import { createRawTaps, type RawTap } from './raw-taps.ts';
import { describeSource, type AudioFacts, type VideoFacts } from './source-facts.ts';
import { createSourceMeter, type SourceMeasurement } from './source-meter.ts';
import { buildAacTagBody, buildAudioSpecificConfig, type AdtsFrame } from './transport-stream/aac.ts';
import { createAacReader } from './transport-stream/audio-reader.ts';
import { createDemuxer, PACKET_BYTES, type ProgramStreams, type StreamChange } from './transport-stream/demuxer.ts';
import { buildAvcConfiguration, buildAvcTagBody } from './transport-stream/h264.ts';
import { writePes } from './transport-stream/packet-writer.ts';
import type { ActiveSets } from './transport-stream/parameter-sets.ts';
import { createRawCache } from './transport-stream/raw-cache.ts';
import { createTimeline, tickDistance } from './transport-stream/timeline.ts';
import { createVideoReader, TYPE_H264, type Picture, type VideoReader } from './transport-stream/video-reader.ts';

const TYPE_AAC = 0x0f;
/** Time the first keyframe waits for the audio header before the video starts alone. */
const AUDIO_WAIT_MS = 1_500;
const NO_STREAMS: ProgramStreams = { video: null, audio: null };

export interface SourceProgram {
  /** Unchanged H.264 and AAC; no frames while the source has other codecs. */
  program: Program;
  push(chunk: Buffer): void;
  /** Handles the end of the connection: the next data is a new stream. */
  restart(): void;
  /** Notifies the subscribers that no data is arriving. */
  lost(): void;
  /** Starts a tap at the newest keyframe, or at the next one. Returns the function that removes it. */
  tap(tap: RawTap): () => void;
  /** Returns the tables, the newest keyframe and all later packets; null without a keyframe. */
  newestKeyframe(): Buffer | null;
  streams(): ProgramStreams | null;
  format(): ProgramFormat | null;
  /** Returns the known facts about pictures and sound. */
  facts(): { video: VideoFacts | null; audio: AudioFacts | null };
  measurement(): SourceMeasurement;
  continuityErrors(): number;
  describe(): Pick<SourceReport, 'video' | 'audio'>;
}

/**
 * @param deps.onStreams called when codecs or headers have changed
 */
export function createSourceProgram(deps: {
  clock: Clock;
  logger: EngineLogger;
  onStreams: () => void;
}): SourceProgram {
  const { clock } = deps;
  const hub: FrameHub = createFrameHub(deps);
  const timeline = createTimeline(clock);
  const meter = createSourceMeter();
  const raw = createRawCache();
  /** Streams of the newest connection that named any; likely to be the same in the next. */
  let streams: ProgramStreams | null = null;
  /** Whether they belong to the present connection. */
  let hasTables = false;
  let videoReader: VideoReader | null = null;
  let readAac = createAacReader(takeAudioFrame);
  let video: ProgramFormat['video'] = null;
  let audio: ProgramFormat['audio'] = null;
  let videoFacts: VideoFacts | null = null;
  let audioFacts: AudioFacts | null = null;
  /** Whether the following pictures can be decoded. */
  let seenKeyframe = false;
  /** Whether a picture of this connection has been sent; sound before the first one is dropped. */
  let hasBegun = false;
  let waiting: Frame[] = [];
  let waitingSinceMs: number | null = null;
  let audioGivenUp = false;
  let pictureAtMs: number | null = null;

  const demuxer = createDemuxer({
    onPackets(packets, offset) {
      raw.add(packets, offset);
      taps.packets(packets);
    },
    onStreams: takeStreams,
    onPes(packet) {
      if (packet.kind === 'video') {
        pictureAtMs = clock.now();
        for (const picture of videoReader?.read(packet) ?? []) takePicture(picture);
      } else {
        taps.soundHeard();
        if (streams?.audio?.streamType === TYPE_AAC) readAac(packet);
      }
      taps.start();
    },
  });
  const taps = createRawTaps({ clock, raw, namesSound: () => !!streams?.audio, newestKeyframe });

  function takeStreams(next: ProgramStreams, change: StreamChange): void {
    const isFirst = !hasTables;
    streams = next;
    hasTables = true;
    if (change.video) beginPictures(next);
    if (change.audio) readAac = createAacReader(takeAudioFrame);
    if (change.audioCodec) {
      audioFacts = null;
      if (next.audio?.streamType !== TYPE_AAC) audio = null;
    }
    if (isFirst) taps.restart();
    else if (change.video || change.audioCodec) taps.renew();
    deps.onStreams();
  }

  /** Resets only the pictures: the sound is unaffected by the change of another stream. */
  function beginPictures(next: ProgramStreams): void {
    videoReader = next.video && createVideoReader(next.video.streamType);
    videoFacts = null;
    seenKeyframe = false;
    raw.endGroup();
    meter.restart();
    if (next.video?.streamType !== TYPE_H264) video = null;
    if (!next.video && hub.format()) settleFormat();
  }

  function takePicture(picture: Picture): void {
    const dtsMs = timeline.toMs('video', picture.dts);
    meter.video(dtsMs, picture.bytes, { keyframe: picture.keyframe, frames: picture.frames });
    if (picture.keyframe && picture.offset !== null) startGroup(picture, picture.offset, dtsMs);
    if (!picture.h264) return;
    if (picture.keyframe) takeSets(picture.h264.sets);
    if (!seenKeyframe || !video) return;
    hasBegun = true;
    // Rounded separately, as in ffmpeg, so that presentation times of successive pictures keep their distance.
    const compositionOffsetMs =
      Math.round((dtsMs * 90 + tickDistance(picture.dts, picture.pts)) / 90) - Math.round(dtsMs);
    emit({
      kind: 'video',
      dtsMs: Math.round(dtsMs),
      compositionOffsetMs,
      keyframe: picture.keyframe,
      flvBody: buildAvcTagBody(picture.h264.units, picture.keyframe, compositionOffsetMs),
    });
  }

  function takeSets(sets: ActiveSets | null): void {
    if (!sets) return;
    seenKeyframe = true;
    const { parameters, sps, pps } = sets;
    const { width, height, framesPerSecond } = parameters;
    const isOtherSequence = videoFacts !== null && !sameBytes(videoFacts.sps, sps);
    // Measurements of other pictures do not apply to these.
    if (isOtherSequence) meter.restart();
    videoFacts = { ...parameters, sps };
    const avcConfiguration = buildAvcConfiguration(sps, pps);
    if (!video?.avcConfiguration.equals(avcConfiguration)) video = { avcConfiguration, width, height, framesPerSecond };
    // Also after a change of the sound alone.
    settleFormat();
  }

  function takeAudioFrame(frame: AdtsFrame, ticks: number): void {
    const { objectType, sampleRateHz, channels, blocks } = frame;
    const before = audioFacts;
    audioFacts = { objectType, sampleRateHz, channels, blocks };
    if (before?.blocks !== blocks) deps.onStreams();
    // Inseparable access units cannot be sent singly.
    if (blocks > 1) return;
    const specificConfig = buildAudioSpecificConfig(frame);
    if (!audio?.specificConfig.equals(specificConfig)) {
      audio = { specificConfig, sampleRateHz, channels };
      settleFormat();
    }
    if (streams?.video && !hasBegun) return;
    const dtsMs = Math.round(timeline.toMs('audio', ticks));
    emit({ kind: 'audio', dtsMs, compositionOffsetMs: 0, keyframe: false, flvBody: buildAacTagBody(frame.data) });
  }

  /** Makes a changed header the format, unless the other header is still awaited. */
  function settleFormat(): void {
    if (streams?.video?.streamType === TYPE_H264 && !video) return;
    if (audioAwaited()) return;
    const before = hub.format();
    if (before && sameFormat(before, { video, audio })) return;
    hub.setFormat({ video, audio });
    deps.onStreams();
  }

  /** Sound that is named later does not delay pictures. */
  function audioAwaited(): boolean {
    return streams?.audio?.streamType === TYPE_AAC && !audio && !audioFacts && !audioGivenUp;
  }

  function emit(frame: Frame): void {
    waiting.push(frame);
    if (audioAwaited()) {
      waitingSinceMs ??= clock.now();
      if (clock.now() - waitingSinceMs <= AUDIO_WAIT_MS) return;
      audioGivenUp = true;
      settleFormat();
    }
    // From here on, nothing is delayed.
    audioGivenUp = true;
    for (const ready of waiting.splice(0)) hub.push(ready);
  }

  function startGroup(picture: Picture, offset: number, dtsMs: number): void {
    const ptsMs = dtsMs + tickDistance(picture.dts, picture.pts) / 90;
    raw.startGroup(offset, (first) => ({
      dtsMs: Math.round(dtsMs),
      ptsMs,
      headers: buildHeaderPackets(picture, demuxer.videoPid(), first[3]! & 15),
    }));
    taps.groupStarted();
  }

  function newestKeyframe(): Buffer | null {
    const group = raw.group();
    return group && Buffer.concat([demuxer.tables(), group.headers, ...group.chunks]);
  }

  return {
    program: hub.program,
    push(chunk) {
      meter.bytes(clock.now(), chunk.length);
      demuxer.push(chunk);
    },
    restart() {
      demuxer.reset();
      hasTables = false;
      timeline.restart();
      raw.clear();
      meter.restart();
      taps.restart();
      videoReader = null;
      readAac = createAacReader(takeAudioFrame);
      videoFacts = null;
      audioFacts = null;
      seenKeyframe = false;
      hasBegun = false;
      pictureAtMs = null;
      waiting = [];
      waitingSinceMs = null;
      audioGivenUp = false;
    },
    lost: () => hub.sourceLost(),
    tap: taps.add,
    newestKeyframe,
    streams: () => streams,
    format: () => hub.format(),
    facts: () => ({ video: videoFacts, audio: audioFacts }),
    measurement: () => meter.read(clock.now()),
    continuityErrors: () => demuxer.continuityErrors(),
    describe: () =>
      describeSource({
        streams: hasTables ? (streams ?? NO_STREAMS) : NO_STREAMS,
        video: videoFacts,
        audio: audioFacts,
        measurement: meter.read(clock.now()),
        pictureAgeMs: pictureAtMs === null ? null : clock.now() - pictureAtMs,
      }),
  };
}

/** Builds packets with the headers a keyframe lacks, to precede its first packet. */
function buildHeaderPackets(picture: Picture, pid: number, firstCounter: number): Buffer {
  if (picture.missingHeaders.length === 0) return Buffer.alloc(0);
  const pes = {
    pid,
    kind: 'video' as const,
    pts: picture.pts,
    dts: picture.dts === picture.pts ? null : picture.dts,
    payload: picture.missingHeaders,
    clock: null,
    randomAccess: true,
  };
  const count = writePes(pes, () => 0).length / PACKET_BYTES;
  let counter = firstCounter - count;
  return writePes(pes, () => counter++ & 15);
}

function sameFormat(left: ProgramFormat, right: ProgramFormat): boolean {
  return (
    sameBytes(left.video?.avcConfiguration, right.video?.avcConfiguration) &&
    sameBytes(left.audio?.specificConfig, right.audio?.specificConfig)
  );
}

function sameBytes(left: Buffer | undefined, right: Buffer | undefined): boolean {
  return left && right ? left.equals(right) : left === right;
}

/**
 * Parses a flow's transport stream. It yields the copy program (frames shared by all publishers and the segmenter), the
 * raw packets for the encoders, and the facts about the source: codecs, size, rates, errors.
 */
import type { Clock } from '../host/clock.ts';
import type { SoundSelection, SourceReport } from './contract.ts';
import { createCopyProgram } from './copy-program.ts';
import type { EngineLogger } from './engine-logger.ts';
import type { Program, ProgramFormat } from './program.ts';
import { createRawFeed } from './raw-feed.ts';
import type { RawTap } from './raw-taps.ts';
import { describeSource, type AudioFacts, type VideoFacts } from './source-facts.ts';
import { createSourceMeter, type SourceMeasurement } from './source-meter.ts';
import { createAacReader, TYPE_AAC } from './transport-stream/audio-reader.ts';
import { createDemuxer, type ProgramStreams, type StreamChange } from './transport-stream/demuxer.ts';
import { createTimeline } from './transport-stream/timeline.ts';
import { createVideoReader, type Picture, type VideoReader } from './transport-stream/video-reader.ts';

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
  describe(): Pick<SourceReport, 'video' | 'audioTracks'>;
  /** Returns whether anything takes frames or packets from it. */
  isUsed(): boolean;
}

/**
 * @param deps.onStreams called when codecs or headers have changed
 * @param deps.sound absent: the first audio stream
 */
export function createSourceProgram(deps: {
  clock: Clock;
  logger: EngineLogger;
  onStreams: () => void;
  sound?: SoundSelection;
}): SourceProgram {
  const { clock, logger, onStreams } = deps;
  const timeline = createTimeline(clock);
  const meter = createSourceMeter();
  /** Streams of the newest connection that named any; likely to be the same in the next. */
  let streams: ProgramStreams | null = null;
  /** Whether they belong to the present connection. */
  let hasTables = false;
  let videoReader: VideoReader | null = null;
  let pictureAtMs: number | null = null;

  const demuxer = createDemuxer({
    sound: deps.sound,
    onPackets: (packets, offset) => raw.packets(packets, offset),
    onStreams: takeStreams,
    onPes(packet) {
      if (packet.kind === 'video') {
        pictureAtMs = clock.now();
        for (const picture of videoReader?.read(packet) ?? []) takePicture(picture);
      } else {
        raw.soundHeard();
        if (streams?.audio?.streamType === TYPE_AAC) readAac(packet);
      }
      raw.startTaps();
    },
  });
  const raw = createRawFeed({ clock, demuxer, namesSound: () => !!streams?.audio });
  const copy = createCopyProgram({
    ...{ clock, logger, timeline },
    streams: () => streams,
    onOtherPictures: meter.restart,
    onChange: onStreams,
  });
  let readAac = createAacReader(copy.takeSound);

  function takeStreams(next: ProgramStreams, change: StreamChange): void {
    const isFirst = !hasTables;
    streams = next;
    hasTables = true;
    if (change.video) {
      videoReader = next.video && createVideoReader(next.video.streamType);
      raw.endGroup();
      meter.restart();
      copy.beginPictures();
    }
    if (change.audio) readAac = createAacReader(copy.takeSound);
    if (change.audioCodec) copy.beginSoundCodec();
    if (isFirst) raw.restartTaps();
    else if (change.video || change.audioCodec) raw.renewTaps();
    onStreams();
  }

  function takePicture(picture: Picture): void {
    const dtsMs = timeline.toMs('video', picture.dts);
    meter.video(dtsMs, picture.bytes, picture);
    if (picture.keyframe && picture.offset !== null) raw.startGroup(picture, picture.offset, dtsMs);
    copy.takePicture(picture, dtsMs);
  }

  return {
    program: copy.program,
    push(chunk) {
      meter.bytes(clock.now(), chunk.length);
      demuxer.push(chunk);
    },
    restart() {
      demuxer.reset();
      hasTables = false;
      timeline.restart();
      meter.restart();
      raw.restart();
      copy.restart();
      videoReader = null;
      readAac = createAacReader(copy.takeSound);
      pictureAtMs = null;
    },
    lost: copy.sourceLost,
    tap: raw.tap,
    isUsed: () => raw.isTapped() || copy.subscribers() > 0,
    newestKeyframe: raw.newestKeyframe,
    streams: () => streams,
    format: copy.format,
    facts: copy.facts,
    measurement: () => meter.read(clock.now()),
    continuityErrors: demuxer.continuityErrors,
    describe: () =>
      describeSource({
        streams: hasTables ? (streams ?? NO_STREAMS) : NO_STREAMS,
        tracks: demuxer.tracks(),
        ...copy.facts(),
        measurement: meter.read(clock.now()),
        pictureAgeMs: pictureAtMs === null ? null : clock.now() - pictureAtMs,
      }),
  };
}

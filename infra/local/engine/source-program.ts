/**
 * Parses a flow's transport stream. It yields the copy program (frames shared by all publishers and the segmenter), the
 * raw packets for the encoders, and the facts about the source: codecs, size, rates, errors.
 */
import type { Clock } from '../host/clock.ts';
import type { SoundSelection, SourceReport } from './contract.ts';
import { createCopyProgram } from './copy-program.ts';
import type { EngineLogger } from './engine-logger.ts';
import { createElementaryReaders } from './elementary-readers.ts';
import type { NewestTimes } from './newest-times.ts';
import type { Program, ProgramFormat } from './program.ts';
import { createRawFeed } from './raw-feed.ts';
import type { RawTap } from './raw-taps.ts';
import { describeSource, type AudioFacts, type VideoFacts } from './source-facts.ts';
import { createSourceMeter, type SourceMeasurement } from './source-meter.ts';
import { createDemuxer, type ProgramStreams, type StreamChange } from './transport-stream/demuxer.ts';
import { createTimeline } from './transport-stream/timeline.ts';
import type { Picture, PictureHeader } from './transport-stream/video-reader.ts';

const NO_STREAMS: ProgramStreams = { video: null, audio: null };

export interface SourceProgram {
  /** Unchanged H.264 and AAC; no frames while the source has other codecs. */
  program: Program;
  push(chunk: Buffer): void;
  /** Handles the end of the connection: the next data is a new stream. */
  restart(): void;
  /**
   * Handles the change to another encoder of the same programme, whose times continue. The next data begins with its
   * tables and a keyframe.
   * @param measuredFromTicks time of the first picture that counts for the measurement
   */
  splice(measuredFromTicks: number): void;
  /** Returns the newest times of this connection; null before the first. */
  newest(): NewestTimes | null;
  /** Notifies the subscribers that no data is arriving. */
  lost(): void;
  /** Starts a tap at the newest keyframe, or at the next one. Returns the function that removes it. */
  tap(tap: RawTap): () => void;
  /** Returns the tables, the newest keyframe and all later packets; null without a keyframe. */
  newestKeyframe(): Buffer | null;
  streams(): ProgramStreams | null;
  format(): ProgramFormat | null;
  /** Returns the known facts about pictures and sound. */
  facts(): { video: VideoFacts | null; header: PictureHeader | null; audio: AudioFacts | null };
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
  let pictureAtMs: number | null = null;

  const demuxer = createDemuxer({
    sound: deps.sound,
    onPackets: (packets, offset) => raw.packets(packets, offset),
    onStreams: takeStreams,
    onPes(packet) {
      if (packet.kind === 'video') pictureAtMs = clock.now();
      else raw.soundHeard();
      readers.read(packet);
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
  const readers = createElementaryReaders({ clock, onPicture: take, onSound: copy.takeSound, onHeader: onStreams });
  const facts = () => ({ ...copy.facts(), header: readers.header() });

  function takeStreams(next: ProgramStreams, change: StreamChange): void {
    const isFirst = !hasTables;
    streams = next;
    hasTables = true;
    if (change.video) {
      readers.begin('video', next.video);
      raw.endGroup();
      meter.restart();
      copy.beginPictures();
    }
    if (change.audio) readers.begin('audio', next.audio);
    if (change.audioCodec) copy.beginSoundCodec();
    if (isFirst) raw.restartTaps();
    else if (change.video || change.audioCodec) raw.renewTaps();
    onStreams();
  }

  function take(picture: Picture): void {
    const dtsMs = timeline.toMs('video', picture.dts);
    meter.video(dtsMs, picture);
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
      meter.restart({ fromTicks: null });
      raw.restart();
      copy.restart();
      readers.restart();
      pictureAtMs = null;
    },
    splice(fromTicks) {
      demuxer.splice();
      meter.restart({ fromTicks });
      for (const kind of ['video', 'audio'] as const) readers.begin(kind, streams?.[kind]);
    },
    newest: readers.newest,
    lost: copy.sourceLost,
    tap: raw.tap,
    isUsed: () => raw.isTapped() || copy.subscribers() > 0,
    newestKeyframe: raw.newestKeyframe,
    streams: () => streams,
    format: copy.format,
    facts,
    measurement: () => meter.read(clock.now()),
    continuityErrors: demuxer.continuityErrors,
    describe: () =>
      describeSource({
        ...{ streams: (hasTables ? streams : null) ?? NO_STREAMS, tracks: demuxer.tracks(), ...facts() },
        measurement: meter.read(clock.now()),
        pictureAgeMs: pictureAtMs === null ? null : clock.now() - pictureAtMs,
      }),
  };
}

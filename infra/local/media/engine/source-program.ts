/**
 * The one parse of a flow's transport stream. From it come the copy program (frames every publisher and the segmenter
 * share), the raw packets the encoders are fed with, and what is known about the source: codecs, size, rates, errors.
 */
import type { Clock } from '../../clock.ts';
import type { SourceReport } from './contract.ts';
import type { EngineLogger } from './engine-logger.ts';
import { createFrameHub, type FrameHub } from './frame-hub.ts';
import type { Frame, Program, ProgramFormat } from './program.ts';
import { createRawTaps, type RawTap } from './raw-taps.ts';
import { createSourceMeter, type SourceMeasurement } from './source-meter.ts';
import {
  AAC_FRAME_SAMPLES,
  buildAacTagBody,
  buildAudioSpecificConfig,
  splitAdts,
  type AdtsFrame,
} from './transport-stream/aac.ts';
import { createDemuxer, type PesPacket, type ProgramStreams } from './transport-stream/demuxer.ts';
import {
  buildAvcConfiguration,
  buildAvcTagBody,
  NAL_IDR,
  NAL_PPS,
  NAL_SPS,
  parseSequenceParameters,
  readPictureParameterId,
  splitAccessUnits,
  splitAnnexB,
} from './transport-stream/h264.ts';
import { createRawCache } from './transport-stream/raw-cache.ts';
import { createTimeline, tickDistance } from './transport-stream/timeline.ts';

const TYPE_H264 = 0x1b;
const TYPE_HEVC = 0x24;
const TYPE_MPEG2 = 0x02;
/** In front of every picture decoding can begin with (ISO/IEC 13818-2 6.2.2.1). */
const MPEG2_SEQUENCE_HEADER = Buffer.from([0, 0, 1, 0xb3]);
const TYPE_AAC = 0x0f;
const CODEC_NAMES: Record<number, string> = {
  0x01: 'mpeg1',
  0x02: 'mpeg2',
  0x1b: 'h264',
  0x24: 'hevc',
  0x03: 'mp2',
  0x04: 'mp2',
  0x0f: 'aac',
  0x11: 'aac_latm',
  0x81: 'ac3',
  0x87: 'eac3',
  0x06: 'private',
};
/** How long the first keyframe waits for the audio header before the video goes alone. */
const AUDIO_WAIT_MS = 1_500;
/** Without a picture for this long the source shows none. */
const PICTURE_SILENT_MS = 2_000;
const DEFAULT_FRAME_TICKS = 3_000;

export interface SourceProgram {
  /** H.264 and AAC as they came; no frames while the source is something else. */
  program: Program;
  push(chunk: Buffer): void;
  /** The connection ended: whatever comes next is a new stream. */
  restart(): void;
  /** Nothing has come for a while: tells the subscribers. */
  lost(): void;
  /** Begins at the newest keyframe, or at the next one. Returns the way out. */
  tap(tap: RawTap): () => void;
  /** Tables and the newest keyframe with what has come after it; null when there is none. */
  newestKeyframe(): Buffer | null;
  streams(): ProgramStreams | null;
  format(): ProgramFormat | null;
  measurement(): SourceMeasurement;
  continuityErrors(): number;
  describe(): Pick<SourceReport, 'video' | 'audio'>;
}

/**
 * @param deps.onStreams called when codecs or headers turn out to be different from before
 */
export function createSourceProgram(deps: {
  clock: Clock;
  logger: EngineLogger;
  onStreams: () => void;
}): SourceProgram {
  const hub: FrameHub = createFrameHub(deps);
  const timeline = createTimeline(deps.clock);
  const meter = createSourceMeter();
  const raw = createRawCache();
  let streams: ProgramStreams | null = null;
  /** Whether `streams` are those of the present connection; until then they are what is likely to come again. */
  let hasTables = false;
  let sps: Buffer | null = null;
  let pps: Buffer | null = null;
  let video: ProgramFormat['video'] = null;
  let audio: ProgramFormat['audio'] = null;
  let profile: string | undefined;
  let adtsRest: Buffer = Buffer.alloc(0);
  let nextAudioTicks: number | null = null;
  let lastVideoTicks: number | null = null;
  let pictureTicks = DEFAULT_FRAME_TICKS;
  let newestMs = { video: 0, audio: 0 };
  let seenKeyframe = false;
  let waiting: Frame[] = [];
  let waitingSinceMs: number | null = null;
  let audioGivenUp = false;
  let pictureAtMs: number | null = null;

  const demuxer = createDemuxer({
    onPackets(packets, offset) {
      raw.add(packets, offset);
      taps.packets(packets);
    },
    onStreams(next) {
      streams = next;
      hasTables = true;
      seenKeyframe = false;
      adtsRest = Buffer.alloc(0);
      taps.restart();
      forgetWaiting();
      if (next.video?.streamType !== TYPE_H264) {
        video = null;
        profile = undefined;
      }
      if (next.audio?.streamType !== TYPE_AAC) audio = null;
      deps.onStreams();
    },
    onPes(packet) {
      if (packet.kind === 'video') {
        pictureAtMs = deps.clock.now();
        takeVideo(packet);
      } else {
        taps.soundHeard();
        if (streams?.audio?.streamType === TYPE_AAC) takeAudio(packet);
      }
      taps.start();
    },
  });
  const taps = createRawTaps({
    clock: deps.clock,
    raw,
    namesSound: () => !!streams?.audio,
    newestKeyframe,
  });

  function takeVideo(packet: PesPacket): void {
    const type = streams?.video?.streamType;
    if (type === TYPE_H264) {
      const accessUnits = splitAccessUnits(splitAnnexB(packet.data));
      accessUnits.forEach((units, index) => takePicture(units, packet, index));
      return;
    }
    const keyframe =
      packet.randomAccess ||
      (type === TYPE_HEVC && isHevcRandomAccess(packet.data)) ||
      (type === TYPE_MPEG2 && packet.data.includes(MPEG2_SEQUENCE_HEADER));
    const dts = packet.dts ?? (lastVideoTicks ?? 0) + pictureTicks;
    const dtsMs = timeline.toMs(dts);
    meter.video(dtsMs, packet.data.length, keyframe);
    if (keyframe) startGroup(packet.offset, Math.round(dtsMs));
    lastVideoTicks = dts;
  }

  function takePicture(units: Buffer[], packet: PesPacket, index: number): void {
    const stepped = lastVideoTicks === null ? 0 : lastVideoTicks + pictureTicks;
    const dts = index === 0 ? (packet.dts ?? stepped) : stepped;
    const pts = index === 0 ? (packet.pts ?? dts) : dts;
    const step = lastVideoTicks === null ? 0 : tickDistance(lastVideoTicks, dts);
    if (index === 0 && step > 0 && step < 90_000) pictureTicks = step;
    lastVideoTicks = dts;
    const isMarked = index === 0 && packet.randomAccess;
    const keyframe = isKeyframe(units, isMarked);
    for (const unit of units) rememberParameters(unit);
    const dtsMs = monotonic('video', timeline.toMs(dts));
    const bytes = units.reduce((sum, unit) => sum + unit.length, 0);
    meter.video(dtsMs, bytes, keyframe);
    if (keyframe) {
      readParameters();
      if (!video) return;
      if (index === 0) startGroup(packet.offset, Math.round(dtsMs));
      seenKeyframe = true;
    }
    if (!seenKeyframe || !video) return;
    // Rounded apart, as ffmpeg does, so that presentation times of successive pictures keep their distance.
    const compositionOffsetMs = Math.round((dtsMs * 90 + tickDistance(dts, pts)) / 90) - Math.round(dtsMs);
    emit({
      kind: 'video',
      dtsMs: Math.round(dtsMs),
      compositionOffsetMs,
      keyframe,
      flvBody: buildAvcTagBody(units, keyframe, compositionOffsetMs),
    });
  }

  function rememberParameters(unit: Buffer): void {
    const type = unit[0]! & 0x1f;
    if (type === NAL_SPS && !sps?.equals(unit)) {
      sps = Buffer.from(unit);
      pps = null;
      video = null;
    } else if (type === NAL_PPS && !pps?.equals(unit)) {
      // Only the first picture parameter set: pictures of one stream rarely use others, and those still travel in band.
      const id = readPictureParameterId(unit);
      if (id === null || (pps && id !== readPictureParameterId(pps))) return;
      pps = Buffer.from(unit);
      video = null;
    }
  }

  function readParameters(): void {
    // The sound may have changed meanwhile.
    if (video) return settleFormat();
    if (!sps || !pps) return;
    try {
      const parameters = parseSequenceParameters(sps);
      profile = parameters.profile;
      const { width, height, framesPerSecond } = parameters;
      video = { avcConfiguration: buildAvcConfiguration(sps, pps), width, height, framesPerSecond };
      settleFormat();
    } catch (error) {
      deps.logger.warn('the source has H.264 parameter sets that cannot be read', {
        error: error instanceof Error ? error.message : 'unknown',
      });
    }
  }

  function takeAudio(packet: PesPacket): void {
    const restBytes = adtsRest.length;
    const { frames, rest } = splitAdts(restBytes > 0 ? Buffer.concat([adtsRest, packet.data]) : packet.data);
    adtsRest = Buffer.from(rest);
    let timed = packet.pts === null;
    for (const frame of frames) {
      // The packet's time belongs to the first access unit that begins in it.
      if (!timed && frame.offset >= restBytes) {
        nextAudioTicks = packet.pts;
        timed = true;
      }
      if (nextAudioTicks === null) continue;
      takeAudioFrame(frame, nextAudioTicks);
      nextAudioTicks += (AAC_FRAME_SAMPLES * 90_000) / frame.sampleRateHz;
    }
  }

  function takeAudioFrame(frame: AdtsFrame, ticks: number): void {
    const specificConfig = buildAudioSpecificConfig(frame);
    if (!audio?.specificConfig.equals(specificConfig)) {
      audio = { specificConfig, sampleRateHz: frame.sampleRateHz, channels: frame.channels };
      settleFormat();
    }
    if (streams?.video && !seenKeyframe) return;
    const dtsMs = monotonic('audio', timeline.toMs(ticks));
    emit({
      kind: 'audio',
      dtsMs: Math.round(dtsMs),
      compositionOffsetMs: 0,
      keyframe: false,
      flvBody: buildAacTagBody(frame.data),
    });
  }

  function monotonic(kind: 'video' | 'audio', ms: number): number {
    newestMs = { ...newestMs, [kind]: Math.max(newestMs[kind], ms, 0) };
    return newestMs[kind];
  }

  /** Makes a changed header the format, unless the other header is still awaited. */
  function settleFormat(): void {
    if (streams?.video && streams.video.streamType === TYPE_H264 && !video) return;
    if (audioAwaited()) return;
    const before = hub.format();
    if (before && sameFormat(before, { video, audio })) return;
    hub.setFormat({ video, audio });
    deps.onStreams();
  }

  function audioAwaited(): boolean {
    return streams?.audio?.streamType === TYPE_AAC && !audio && !audioGivenUp;
  }

  function emit(frame: Frame): void {
    waiting.push(frame);
    if (audioAwaited()) {
      waitingSinceMs ??= deps.clock.now();
      if (deps.clock.now() - waitingSinceMs <= AUDIO_WAIT_MS) return;
      audioGivenUp = true;
      settleFormat();
    }
    for (const ready of waiting.splice(0)) hub.push(ready);
  }

  function forgetWaiting(): void {
    waiting = [];
    waitingSinceMs = null;
    audioGivenUp = false;
  }

  function startGroup(offset: number, dtsMs: number): void {
    raw.startGroup(offset, dtsMs);
    taps.groupStarted();
  }

  function newestKeyframe(): Buffer | null {
    const group = raw.group();
    return group && Buffer.concat([demuxer.tables(), ...group.chunks]);
  }

  return {
    program: hub.program,
    push(chunk) {
      meter.bytes(deps.clock.now(), chunk.length);
      demuxer.push(chunk);
    },
    restart() {
      demuxer.reset();
      hasTables = false;
      timeline.restart();
      raw.clear();
      meter.restart();
      taps.restart();
      adtsRest = Buffer.alloc(0);
      nextAudioTicks = null;
      lastVideoTicks = null;
      seenKeyframe = false;
      pictureAtMs = null;
      forgetWaiting();
    },
    lost: () => hub.sourceLost(),
    tap: taps.add,
    newestKeyframe,
    streams: () => streams,
    format: () => hub.format(),
    measurement: () => meter.read(deps.clock.now()),
    continuityErrors: () => demuxer.continuityErrors(),
    describe() {
      if (!hasTables) return {};
      const nowMs = deps.clock.now();
      const { framesPerSecond, gopSeconds } = meter.read(nowMs);
      const isStill = pictureAtMs === null || nowMs - pictureAtMs > PICTURE_SILENT_MS;
      return {
        video: streams?.video
          ? {
              codec: CODEC_NAMES[streams.video.streamType] ?? 'unknown',
              width: video?.width ?? 0,
              height: video?.height ?? 0,
              framesPerSecond: isStill ? 0 : (framesPerSecond ?? video?.framesPerSecond ?? 0),
              profile,
              gopSeconds: gopSeconds === null ? undefined : Math.round(gopSeconds * 100) / 100,
            }
          : undefined,
        audio: streams?.audio
          ? {
              codec: CODEC_NAMES[streams.audio.streamType] ?? 'unknown',
              sampleRateHz: audio?.sampleRateHz ?? 0,
              channels: audio?.channels ?? 0,
            }
          : undefined,
      };
    },
  };
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

/**
 * Decoding can begin at an IDR picture; with open groups of pictures or a refresh in slices also at one that the muxer has
 * marked. Some mark every picture: only those count that bring their parameter sets.
 */
function isKeyframe(units: Buffer[], isMarked: boolean): boolean {
  const has = (wanted: number) => units.some((unit) => (unit[0]! & 0x1f) === wanted);
  return has(NAL_IDR) || (isMarked && has(NAL_SPS));
}

/** HEVC NAL unit types 16 to 21 are random access pictures (ITU-T H.265 table 7-1). */
function isHevcRandomAccess(data: Buffer): boolean {
  return splitAnnexB(data).some((unit) => {
    const type = (unit[0]! >> 1) & 0x3f;
    return type >= 16 && type <= 21;
  });
}

import type { AudioTrackReport, SourceReport } from './contract.ts';
import type { SourceMeasurement } from './source-meter.ts';
import type { ProgramStreams } from './transport-stream/demuxer.ts';
import type { SequenceParameters } from './transport-stream/h264.ts';
import type { AudioTrack } from './transport-stream/track-list.ts';
import type { PictureHeader } from './transport-stream/video-reader.ts';

/** Facts from the newest keyframe's parameter set; H.264 only. */
export interface VideoFacts extends SequenceParameters {
  sps: Buffer;
}

/** Facts from the newest AAC frame. */
export interface AudioFacts {
  /** 2 is low complexity (ISO/IEC 14496-3 table 1.17). */
  objectType: number;
  sampleRateHz: number;
  channels: number;
  /** Number of inseparable access units in a frame; 1 if each can be sent singly. */
  blocks: number;
}

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
/** A source without a picture for this long has no frame rate. */
const PICTURE_SILENT_MS = 2_000;

/** Builds the report on pictures and sound, without streams the tables do not name. Pure. */
export function describeSource(source: {
  streams: ProgramStreams;
  tracks: AudioTrack[];
  video: VideoFacts | null;
  header: PictureHeader | null;
  audio: AudioFacts | null;
  measurement: SourceMeasurement;
  /** Null before the first picture. */
  pictureAgeMs: number | null;
}): Pick<SourceReport, 'video' | 'audioTracks'> {
  const { streams, video, header, audio } = source;
  const { framesPerSecond, gopSeconds } = source.measurement;
  /** The stream in use may have changed since its first frame. */
  const nowOf = (track: AudioTrack) =>
    track.pid === streams.audio?.pid && audio ? { ...track, ...toChannels(audio) } : track;
  const isStill = source.pictureAgeMs === null || source.pictureAgeMs > PICTURE_SILENT_MS;
  return {
    video: streams.video
      ? {
          codec: CODEC_NAMES[streams.video.streamType] ?? 'unknown',
          width: header?.width ?? 0,
          height: header?.height ?? 0,
          framesPerSecond: isStill ? 0 : (framesPerSecond ?? video?.framesPerSecond ?? 0),
          gopSeconds: gopSeconds === null ? undefined : Math.round(gopSeconds * 100) / 100,
          ...(header && { coding: header.coding }),
        }
      : undefined,
    audioTracks: source.tracks.length > 0 ? source.tracks.map((track) => toTrackReport(nowOf(track))) : undefined,
  };
}

/** Leaves out what only frames have. */
function toChannels({ sampleRateHz, channels }: AudioFacts): Pick<AudioTrack, 'sampleRateHz' | 'channels'> {
  return { sampleRateHz, channels };
}

function toTrackReport({ pid, streamType, language, sampleRateHz, channels }: AudioTrack): AudioTrackReport {
  return {
    pid,
    codec: CODEC_NAMES[streamType] ?? 'unknown',
    ...(language !== null && { language }),
    ...(sampleRateHz !== null && channels !== null && { sampleRateHz, channels }),
  };
}

import { colourConversion } from '../../../functions/domain/picture-colour.ts';
import type { Rendition } from './contract.ts';
import type { AudioFacts, VideoFacts } from './source-facts.ts';
import type { SourceMeasurement } from './source-meter.ts';
import type { ProgramStreams } from './transport-stream/demuxer.ts';

const TYPE_H264 = 0x1b;
const TYPE_AAC = 0x0f;
const FRAME_RATE_TOLERANCE = 0.02;
const BITRATE_TOLERANCE = 1.15;
/** Platforms refuse or re-encode streams with keyframes further apart. */
const COPY_GOP_SECONDS_MAX = 4;
const LOW_COMPLEXITY = 2;
const CHROMA_420 = 1;
const BIT_DEPTH = 8;
/** Profiles in ascending order of decoder requirements. */
const PROFILES: string[] = ['constrained_baseline', 'baseline', 'main', 'high'];
/** Level 4.2 covers 1080p60; smaller pictures need no higher level. */
const LEVEL_UP_TO_1080 = 42;
const MACROBLOCKS_1080 = 8_704;

export interface SourceFacts {
  streams: ProgramStreams | null;
  /** Null until the first keyframe. */
  video: VideoFacts | null;
  audio: AudioFacts | null;
  measurement: SourceMeasurement;
}

/**
 * Decides whether copying the source yields the rendition. Returns `undecided` while codecs or rates are unknown.
 * Pure.
 */
export function decideCopy(source: SourceFacts, rendition: Rendition): 'copy' | 'encode' | 'undecided' {
  const { streams, video, audio, measurement } = source;
  if (!streams?.video) return 'undecided';
  if (rendition.sound?.remix || rendition.sound?.loudness) return 'encode';
  if (streams.video.streamType !== TYPE_H264) return 'encode';
  if (streams.audio && (streams.audio.streamType !== TYPE_AAC || (audio && !isPlainSound(audio)))) return 'encode';
  if (!video) return 'undecided';
  if (!isPlainPicture(video) || (rendition.colour && colourConversion(video.colour) !== null)) return 'encode';
  if (audio && !fitsSound(audio, rendition)) return 'encode';
  if (!fitsProfile(video, rendition)) return 'encode';
  if (rendition.width === undefined || rendition.height === undefined) return 'copy';
  if (video.width !== rendition.width || video.height !== rendition.height) return 'encode';
  if (!measurement.settled) return 'undecided';
  const framesPerSecond = measurement.framesPerSecond ?? 0;
  const wanted = rendition.framesPerSecond;
  if (wanted !== undefined && Math.abs(framesPerSecond - wanted) > wanted * FRAME_RATE_TOLERANCE) return 'encode';
  if ((measurement.videoBitrateBps ?? 0) > rendition.videoBitrateBps * BITRATE_TOLERANCE) return 'encode';
  return (measurement.gopSeconds ?? 0) <= COPY_GOP_SECONDS_MAX ? 'copy' : 'encode';
}

/** Returns whether a two-byte header describes the sound and its access units are separable. */
function isPlainSound({ channels, blocks }: AudioFacts): boolean {
  return channels > 0 && blocks === 1;
}

/** Returns whether every player can decode the pictures as they are; interlaced fields would show as combs. */
function isPlainPicture({ profile, chromaFormat, bitDepthLuma, bitDepthChroma, isProgressive }: VideoFacts): boolean {
  const isPlain = chromaFormat === CHROMA_420 && bitDepthLuma === BIT_DEPTH && bitDepthChroma === BIT_DEPTH;
  return isPlain && isProgressive && PROFILES.includes(profile);
}

function fitsProfile(video: VideoFacts, rendition: Rendition): boolean {
  const macroblocks = Math.ceil(video.width / 16) * Math.ceil(video.height / 16);
  if (macroblocks <= MACROBLOCKS_1080 && video.level > LEVEL_UP_TO_1080) return false;
  return PROFILES.indexOf(video.profile) <= PROFILES.indexOf(rendition.h264Profile);
}

function fitsSound({ objectType, sampleRateHz, channels }: AudioFacts, rendition: Rendition): boolean {
  const isSame = sampleRateHz === rendition.audioSampleRateHz && channels === rendition.audioChannels;
  return isSame && objectType === LOW_COMPLEXITY;
}

import type { Rendition } from './contract.ts';
import type { SourceMeasurement } from './source-meter.ts';
import type { ProgramFormat } from './program.ts';
import type { ProgramStreams } from './transport-stream/demuxer.ts';

const TYPE_H264 = 0x1b;
const TYPE_AAC = 0x0f;
const FRAME_RATE_TOLERANCE = 0.02;
const BITRATE_TOLERANCE = 1.15;
const STEREO = 2;
/** Platforms refuse or mend streams with keyframes further apart. */
const COPY_GOP_SECONDS_MAX = 4;

export interface SourceFacts {
  streams: ProgramStreams | null;
  format: ProgramFormat | null;
  measurement: SourceMeasurement;
}

/**
 * Whether a rendition can be had by copying the source. `undecided` while codecs or rates are not known yet.
 * Pure.
 */
export function decideCopy(source: SourceFacts, rendition: Rendition): 'copy' | 'encode' | 'undecided' {
  const { streams, format, measurement } = source;
  if (!streams?.video) return 'undecided';
  if (streams.programCount > 1 || streams.video.streamType !== TYPE_H264) return 'encode';
  if (streams.audio && streams.audio.streamType !== TYPE_AAC) return 'encode';
  if (!format?.video) return 'undecided';
  // Channels that only a table within the sound describes: no header we could write says what they are.
  if (format.audio?.channels === 0) return 'encode';
  if (rendition.width === undefined || rendition.height === undefined) return 'copy';
  if (format.video.width !== rendition.width || format.video.height !== rendition.height) return 'encode';
  // Most platforms take mono and stereo only.
  if ((format.audio?.channels ?? 0) > STEREO) return 'encode';
  if (!measurement.settled) return 'undecided';
  const framesPerSecond = measurement.framesPerSecond ?? 0;
  const wanted = rendition.framesPerSecond;
  if (wanted !== undefined && Math.abs(framesPerSecond - wanted) > wanted * FRAME_RATE_TOLERANCE) return 'encode';
  if ((measurement.videoBitrateBps ?? 0) > rendition.videoBitrateBps * BITRATE_TOLERANCE) return 'encode';
  return (measurement.gopSeconds ?? 0) <= COPY_GOP_SECONDS_MAX ? 'copy' : 'encode';
}

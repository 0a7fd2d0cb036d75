import { readPictureSize } from './sequence-parameters.ts';

/** What one publisher has sent so far. Times are from the receiver's clock, in milliseconds since the epoch. */
export interface SessionFacts {
  /** The number of the connection, from 1. */
  number: number;
  app: string;
  /** The stream key in plain text; a rehearsal target shows only its end. */
  streamName: string;
  secure: boolean;
  state: 'connecting' | 'publishing' | 'ended';
  videoCodec: string | null;
  width: number | null;
  height: number | null;
  audioCodec: string | null;
  /** By the timestamps, over the whole session; 0 before the second frame. */
  framesPerSecond: number;
  /** Audio and video, by the timestamps, over the whole session. */
  bitrateBps: number;
  videoFrames: number;
  keyframes: number;
  audioFrames: number;
  mediaBytes: number;
  /** Received headers; more than one means that the format was announced again. */
  videoHeaders: number;
  audioHeaders: number;
  /** The content of `onMetaData`; empty before it arrives. */
  metadata: Record<string, unknown>;
  /** Video; null before the first frame. */
  firstTimestampMs: number | null;
  lastTimestampMs: number | null;
  largestTimestampGapMs: number;
  /** Between two video frames, on the clock. */
  largestArrivalGapMs: number;
  /** Frames whose timestamp went back (audio) or did not go forward (video). */
  nonMonotonicFrames: number;
  connectedAtMs: number;
  publishedAtMs: number | null;
  firstVideoAtMs: number | null;
  endedAtMs: number | null;
  /** Whether the publisher sent FCUnpublish or deleteStream before it disconnected. */
  cleanUnpublish: boolean;
  /** The commands with which it unpublished, in order. */
  goodbye: string[];
  /** Responses to the receiver's pings, and acknowledgements of its bytes. */
  pongs: number;
  acknowledgements: number;
}

/** Creates the facts of a new connection. */
export function createSessionFacts(number: number, secure: boolean, nowMs: number): SessionFacts {
  return {
    number,
    app: '',
    streamName: '',
    secure,
    state: 'connecting',
    videoCodec: null,
    width: null,
    height: null,
    audioCodec: null,
    framesPerSecond: 0,
    bitrateBps: 0,
    videoFrames: 0,
    keyframes: 0,
    audioFrames: 0,
    mediaBytes: 0,
    videoHeaders: 0,
    audioHeaders: 0,
    metadata: {},
    firstTimestampMs: null,
    lastTimestampMs: null,
    largestTimestampGapMs: 0,
    largestArrivalGapMs: 0,
    nonMonotonicFrames: 0,
    connectedAtMs: nowMs,
    publishedAtMs: null,
    firstVideoAtMs: null,
    endedAtMs: null,
    cleanUnpublish: false,
    goodbye: [],
    pongs: 0,
    acknowledgements: 0,
  };
}

const VIDEO_CODECS: Record<number, string> = { 2: 'sorenson-h263', 4: 'vp6', 7: 'h264', 12: 'hevc' };
const AUDIO_CODECS: Record<number, string> = { 2: 'mp3', 10: 'aac', 11: 'speex' };

/** Returns functions that record each video and audio message in `facts`. */
export function createFactsKeeper(facts: SessionFacts) {
  let lastArrivalMs = 0;
  let lastAudioTimestampMs = 0;

  function noteVideo(timestamp: number, payload: Buffer, arrivalMs: number, nowMs: number): void {
    const first = payload[0] ?? 0;
    const extended = (first & 0x80) !== 0;
    facts.videoCodec = extended ? payload.toString('latin1', 1, 5) : (VIDEO_CODECS[first & 15] ?? `id ${first & 15}`);
    const content = contentOf(payload, extended);
    if (content === 'header') {
      facts.videoHeaders += 1;
      const size = extended ? null : readPictureSize(payload.subarray(5));
      if (size) Object.assign(facts, size);
    }
    if (content !== 'picture') return;
    facts.mediaBytes += payload.length;
    facts.videoFrames += 1;
    if (((first >> 4) & 7) === 1) facts.keyframes += 1;
    if (facts.lastTimestampMs === null) {
      facts.firstTimestampMs = timestamp;
      facts.firstVideoAtMs = nowMs;
    } else {
      const gapMs = timestamp - facts.lastTimestampMs;
      if (gapMs <= 0) facts.nonMonotonicFrames += 1;
      facts.largestTimestampGapMs = Math.max(facts.largestTimestampGapMs, gapMs);
      facts.largestArrivalGapMs = Math.max(facts.largestArrivalGapMs, Math.round(arrivalMs - lastArrivalMs));
    }
    facts.lastTimestampMs = timestamp;
    lastArrivalMs = arrivalMs;
    const spanMs = timestamp - facts.firstTimestampMs!;
    if (spanMs > 0) {
      facts.framesPerSecond = Math.round(((facts.videoFrames - 1) / spanMs) * 100_000) / 100;
      facts.bitrateBps = Math.round((facts.mediaBytes * 8000) / spanMs);
    }
  }

  function noteAudio(timestamp: number, payload: Buffer): void {
    const codec = (payload[0] ?? 0) >> 4;
    facts.audioCodec = AUDIO_CODECS[codec] ?? `id ${codec}`;
    if (codec === 10 && payload[1] === 0) {
      facts.audioHeaders += 1;
      return;
    }
    facts.mediaBytes += payload.length;
    facts.audioFrames += 1;
    if (timestamp < lastAudioTimestampMs) facts.nonMonotonicFrames += 1;
    lastAudioTimestampMs = timestamp;
  }

  return { noteVideo, noteAudio };
}

/** Classifies a video message. Encoders also send markers, such as the end of the sequence, which are not pictures. */
function contentOf(payload: Buffer, extended: boolean): 'header' | 'picture' | 'other' {
  const first = payload[0] ?? 0;
  // Enhanced RTMP: the low bits are the packet type; 0 begins a sequence, 1 and 3 carry coded frames.
  const packetType = extended ? first & 15 : [7, 12].includes(first & 15) ? payload[1] : 1;
  if (packetType === 0) return 'header';
  return packetType === 1 || (extended && packetType === 3) ? 'picture' : 'other';
}

import { MESSAGE_TYPE } from '../../../../functions/connect/rtmp/chunk-writer.ts';
import { createDeliveryWatch, type DeliveryLook } from './delivery-trouble.ts';
import { buildAudioHeader, buildMetadata, buildVideoHeader } from './flv-bodies.ts';
import { createSendQueue, type Link, type SendQueue, type Settled } from './send-queue.ts';
import { withParameterSets } from '../transport-stream/h264.ts';
import type { Frame, ProgramFormat } from '../program.ts';

/** One connection's stream while it publishes: headers, frames on its timeline, and their delivery. */
export interface PublishingSession {
  setFormat(format: ProgramFormat): void;
  /** `skipped`: a receiver could not start there. */
  push(frame: Frame, nowMs: number): 'taken' | 'dropped' | 'skipped';
  /** Makes the next sent frame one a receiver can start with. */
  awaitEntryPoint(): void;
  flush(): void;
  clear(): void;
  settle(): Settled;
  unsentBytes(): number;
  /** Judges the delivery up to now. */
  look(nowMs: number, overdueMs: number | null): DeliveryLook;
  hasSentFrames(): boolean;
  /** Returns the counted frames delivered so far and the timestamp of the newest message. */
  sent(): { frames: number; newestMs: number };
}

const AUDIO_CHUNK_STREAM = 4;
const DATA_CHUNK_STREAM = 5;
const VIDEO_CHUNK_STREAM = 6;

/** Creates a session that starts at the next frame a receiver can start with. */
export function createPublishingSession(link: Link, nowMs: number): PublishingSession {
  const queue: SendQueue = createSendQueue(link);
  const watch = createDeliveryWatch(nowMs);
  let format: ProgramFormat = { video: null, audio: null };
  let firstDtsMs: number | null = null;
  let newestMs = 0;
  let newestAudioMs = -1;
  let awaitsEntryPoint = true;
  let sentVideoHeader: Buffer | null = null;
  let sentAudioHeader: Buffer | null = null;
  /** The header has changed in mid-stream, and no keyframe has been sent since. */
  let isVideoHeaderNew = false;
  let taken = 0;
  let hasDropped = false;
  let lastAtMs = nowMs;

  function sendHeader(typeId: number, chunkStreamId: number, body: Buffer): void {
    const place = { typeId, chunkStreamId, streamId: 0, timestampMs: newestMs };
    queue.offer({ ...place, body, frame: 'none', entryPoint: false, counted: false }, lastAtMs);
  }

  /** Returns null for sound no newer than what was sent: a receiver would have to reorder it, or complains about it. */
  function timestampOf(frame: Frame): number | null {
    firstDtsMs ??= frame.dtsMs;
    const timestampMs = Math.round(frame.dtsMs - firstDtsMs);
    if (frame.kind === 'video') return Math.max(0, timestampMs);
    if (timestampMs <= newestAudioMs) return null;
    newestAudioMs = timestampMs;
    return timestampMs;
  }

  return {
    setFormat(next) {
      format = next;
      const videoHeader = format.video && buildVideoHeader(format.video.avcConfiguration);
      const audioHeader = format.audio && buildAudioHeader(format.audio.specificConfig);
      const videoChanged = !isSame(videoHeader, sentVideoHeader);
      const audioChanged = !isSame(audioHeader, sentAudioHeader);
      if (!videoChanged && !audioChanged) return;
      sendHeader(MESSAGE_TYPE.dataAmf0, DATA_CHUNK_STREAM, buildMetadata(format));
      if (videoChanged && videoHeader) {
        sendHeader(MESSAGE_TYPE.video, VIDEO_CHUNK_STREAM, videoHeader);
        isVideoHeaderNew ||= sentVideoHeader !== null;
        awaitsEntryPoint = true;
      }
      if (audioChanged && audioHeader) sendHeader(MESSAGE_TYPE.audio, AUDIO_CHUNK_STREAM, audioHeader);
      sentVideoHeader = videoHeader;
      sentAudioHeader = audioHeader;
    },
    push(frame, atMs) {
      lastAtMs = atMs;
      const isVideo = frame.kind === 'video';
      const entryPoint = isVideo ? frame.keyframe : format.video === null;
      if (awaitsEntryPoint && !entryPoint) return 'skipped';
      awaitsEntryPoint = false;
      const timestampMs = timestampOf(frame);
      if (timestampMs === null) return 'skipped';
      newestMs = Math.max(newestMs, timestampMs);
      const counted = isVideo || format.video === null;
      const place = isVideo
        ? { typeId: MESSAGE_TYPE.video, chunkStreamId: VIDEO_CHUNK_STREAM }
        : { typeId: MESSAGE_TYPE.audio, chunkStreamId: AUDIO_CHUNK_STREAM };
      const message = {
        ...place,
        streamId: 0,
        timestampMs,
        body: isVideoHeaderNew && isVideo ? withHeader(frame, format) : frame.flvBody,
        frame: frame.kind,
        entryPoint,
        counted,
      };
      const outcome = queue.offer(message, atMs);
      if (outcome === 'dropped') hasDropped = true;
      else {
        if (isVideo && frame.keyframe) isVideoHeaderNew = false;
        if (counted) taken += 1;
      }
      return counted ? outcome : 'skipped';
    },
    awaitEntryPoint() {
      awaitsEntryPoint = true;
    },
    flush: queue.flush,
    clear: queue.clear,
    settle: queue.settle,
    unsentBytes: queue.unsentBytes,
    look(atMs, overdueMs) {
      const seen = watch.look(atMs, queue.settle(), { overdueMs, hasDropped });
      hasDropped = false;
      return seen;
    },
    hasSentFrames: () => firstDtsMs !== null,
    sent: () => ({ frames: taken, newestMs }),
  };
}

/**
 * Returns the body of a picture behind a changed header, repeated in its first keyframe: the parser of ffmpeg, and of what
 * is built on it, does not read a header in mid-stream, and would read pictures by the sets of earlier ones.
 */
function withHeader({ flvBody, keyframe }: Frame, { video }: ProgramFormat): Buffer {
  return keyframe && video ? withParameterSets(flvBody, video.avcConfiguration) : flvBody;
}

function isSame(left: Buffer | null, right: Buffer | null): boolean {
  return left === null || right === null ? left === right : left.equals(right);
}

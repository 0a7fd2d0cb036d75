/**
 * Publishes one program to one RTMP(S) server and keeps doing so: connects, sends, notices refusals, stalls and losses,
 * and comes back at a pace platforms accept. It subscribes to the program only while it publishes or waits for input, so
 * an encoder is not kept busy for a server that is away.
 */
import { systemClock } from '../../../clock.ts';
import { MESSAGE_TYPE } from './chunk-writer.ts';
import { buildAudioHeader, buildMetadata, buildVideoHeader } from './flv-bodies.ts';
import { openRtmpConnection } from './rtmp-connection.ts';
import { parseRtmpTarget } from './rtmp-target.ts';
import { makeRehearsedLink } from './rehearsed-link.ts';
import { createSendQueue } from './send-queue.ts';
import { createRateMeter } from './rate-meter.ts';
import type { ConnectionFailure } from './connection-failure.ts';
import type { RtmpConnection } from './rtmp-connection.ts';
import type { QueuedMessage, SendQueue } from './send-queue.ts';
import type { ChannelReport, OutputState, RehearsedChannelFault } from '../contract.ts';
import type { Frame, Program, ProgramFormat } from '../program.ts';
import type { Clock } from '../../../clock.ts';

export interface RtmpPublisherOptions {
  /** `rtmp://host[:port]/app` or rtmps; holds no key. */
  url: string;
  /** In clear. It is sent to the server and appears nowhere else. */
  streamKey: string;
  /** False accepts any certificate. */
  verifyCertificate: boolean;
  program: Program;
  clock?: Clock;
  /** Called when the state or the problem has changed. Never called before `createRtmpPublisher` returns. */
  onChange: () => void;
  /** PEM certificates to trust besides the public ones. */
  certificateAuthorities?: string[];
  /** 0 to 1, spreads retries; `Math.random` when absent. */
  random?: () => number;
}

/** The part of a channel's report that its publisher knows. Frames counted are video frames, or audio if there is none. */
export type RtmpPublisherReport = Pick<
  ChannelReport,
  | 'state'
  | 'sinceMs'
  | 'problem'
  | 'bitrateBps'
  | 'framesPerSecond'
  | 'framesSent'
  | 'droppedFrames'
  | 'reconnects'
  | 'bytesSent'
  | 'queuedBytes'
>;

export interface RtmpPublisher {
  report(): RtmpPublisherReport;
  /** Practises a failure of the platform; null ends it, and a publisher that waits to try again tries at once. */
  rehearse(fault: RehearsedChannelFault | null): void;
  /** Unpublishes and disconnects; resolves when the connection is gone, after one second at the latest. */
  close(): Promise<void>;
}

const RETRY_DELAYS_MS = [500, 1_000, 2_000, 4_000, 8_000, 15_000, 30_000];
const RETRY_SPREAD = 0.2;
const REJECTED_RETRY_MS = 60_000;
/** One refusal may be a leftover session at the platform; two in a row are believed. */
const REJECTIONS_BELIEVED = 2;
/** Publishing for this long shows that the key is good. */
const KEY_PROVEN_MS = 3_000;
const HEALTHY_AFTER_MS = 20_000;
const STALLED_AFTER_MS = 10_000;
const UNPUBLISH_AFTER_MS = 60_000;
const TICK_MS = 1_000;

/** A practised refusal takes as long as a quick platform's. */
const REHEARSED_REFUSAL_MS = 100;
const REHEARSED_REFUSAL: ConnectionFailure = {
  code: 'stream_key_rejected',
  detail: 'rehearsal: the platform refuses the stream key',
  rejection: 'explicit',
};

const AUDIO_CHUNK_STREAM = 4;
const DATA_CHUNK_STREAM = 5;
const VIDEO_CHUNK_STREAM = 6;

/** What one connection carries while it publishes. */
interface Session {
  connection: RtmpConnection;
  queue: SendQueue;
  publishingSinceMs: number;
  firstDtsMs: number | null;
  lastTimestampMs: number;
  awaitsEntryPoint: boolean;
  sentVideoHeader: Buffer | null;
  sentAudioHeader: Buffer | null;
  lastFrameAtMs: number;
  sourceLost: boolean;
  acceptedBytes: number;
  progressAtMs: number;
  cancelTick: () => void;
}

/**
 * Starts publishing in the background; nothing is awaited and nothing throws later.
 * @throws {TypeError} when the URL is not an RTMP one
 */
export function createRtmpPublisher(options: RtmpPublisherOptions): RtmpPublisher {
  const { program, clock = systemClock, random = Math.random } = options;
  const target = parseRtmpTarget(options.url);
  const meter = createRateMeter();
  const totals = { framesSent: 0, droppedFrames: 0, bytesSent: 0, reconnects: 0 };

  let state: OutputState = 'waiting_for_input';
  let sinceMs = clock.now();
  let problem: ChannelReport['problem'];
  let connection: RtmpConnection | null = null;
  let session: Session | null = null;
  let format: ProgramFormat = { video: null, audio: null };
  let unsubscribe: (() => void) | null = null;
  let startsAtNextFrame = false;
  let failures = 0;
  let rejections = 0;
  let keyWasAccepted = false;
  let sessionWasLost = false;
  let closing: Promise<void> | null = null;
  let cancelRetry = () => {};
  let awaitsRetry = false;
  let rehearsed: RehearsedChannelFault | null = null;

  queueMicrotask(() => {
    if (closing) return;
    startsAtNextFrame = true;
    subscribe();
  });

  function subscribe(): void {
    const previous = unsubscribe;
    unsubscribe = null;
    const current = program.subscribe({
      onFormat(next) {
        format = next;
        if (session) sendFormat(session);
      },
      onFrame,
      onSourceLost,
    });
    // The new subscription is there before the old one goes, so that a program with an encoder keeps it running.
    previous?.();
    unsubscribe = current;
  }

  function dropSubscription(): void {
    unsubscribe?.();
    unsubscribe = null;
    startsAtNextFrame = false;
  }

  function setState(next: OutputState, nextProblem: ChannelReport['problem']): void {
    if (state !== next) sinceMs = clock.now();
    state = next;
    problem = nextProblem;
    options.onChange();
  }

  function attempt(): void {
    awaitsRetry = false;
    if (failures === 0) setState('connecting', problem);
    else if (problem) setState(state, { ...problem, nextAttemptAtMs: undefined });
    if (rehearsed === 'key_refused') {
      cancelRetry = clock.after(REHEARSED_REFUSAL_MS, () => onFailed(REHEARSED_REFUSAL));
      return;
    }
    const opened = openRtmpConnection({
      target,
      streamKey: options.streamKey,
      verifyCertificate: options.verifyCertificate,
      ...(options.certificateAuthorities && { certificateAuthorities: options.certificateAuthorities }),
      clock,
      onPublishing: () => beginSession(opened),
      onDrain: () => session?.queue.flush(),
      onFailed,
    });
    connection = opened;
  }

  function beginSession(opened: RtmpConnection): void {
    const nowMs = clock.now();
    const begun: Session = {
      connection: opened,
      queue: createSendQueue(makeRehearsedLink(opened, clock, () => rehearsed)),
      publishingSinceMs: nowMs,
      firstDtsMs: null,
      lastTimestampMs: 0,
      awaitsEntryPoint: true,
      sentVideoHeader: null,
      sentAudioHeader: null,
      lastFrameAtMs: nowMs,
      sourceLost: false,
      acceptedBytes: opened.acceptedBytes(),
      progressAtMs: nowMs,
      cancelTick: () => {},
    };
    session = begun;
    startsAtNextFrame = false;
    if (sessionWasLost) totals.reconnects += 1;
    sessionWasLost = false;
    begun.cancelTick = clock.after(TICK_MS, () => tick(begun));
    opened.inOneWrite(subscribe);
    // Counted from behind the cached frames that have just been handed over: they are not the stream's rate.
    meter.restart(nowMs, opened.acceptedBytes() + begun.queue.unsentBytes(), totals.framesSent);
    // A server that has refused the key before is believed only when it has kept the stream for a while.
    if (rejections === 0) setState('publishing', undefined);
  }

  function sendFormat(current: Session): void {
    const videoHeader = format.video && buildVideoHeader(format.video.avcConfiguration);
    const audioHeader = format.audio && buildAudioHeader(format.audio.specificConfig);
    const videoChanged = !isSame(videoHeader, current.sentVideoHeader);
    const audioChanged = !isSame(audioHeader, current.sentAudioHeader);
    if (!videoChanged && !audioChanged) return;
    sendHeader(current, MESSAGE_TYPE.dataAmf0, DATA_CHUNK_STREAM, buildMetadata(format));
    if (videoChanged && videoHeader) {
      sendHeader(current, MESSAGE_TYPE.video, VIDEO_CHUNK_STREAM, videoHeader);
      current.awaitsEntryPoint = true;
    }
    if (audioChanged && audioHeader) sendHeader(current, MESSAGE_TYPE.audio, AUDIO_CHUNK_STREAM, audioHeader);
    current.sentVideoHeader = videoHeader;
    current.sentAudioHeader = audioHeader;
  }

  function sendHeader(current: Session, typeId: number, chunkStreamId: number, body: Buffer): void {
    const timestampMs = current.lastTimestampMs;
    current.queue.offer({ typeId, chunkStreamId, streamId: 0, timestampMs, body, frame: 'none', entryPoint: false });
  }

  function onFrame(frame: Frame): void {
    const entryPoint = frame.kind === 'video' ? frame.keyframe : format.video === null;
    if (session) return sendFrame(session, frame, entryPoint);
    if (startsAtNextFrame && entryPoint) {
      startsAtNextFrame = false;
      attempt();
    }
  }

  function sendFrame(current: Session, frame: Frame, entryPoint: boolean): void {
    current.lastFrameAtMs = clock.now();
    if (current.sourceLost) {
      current.sourceLost = false;
      if (state === 'waiting_for_input') setState('publishing', undefined);
    }
    if (current.awaitsEntryPoint) {
      if (!entryPoint) return;
      current.awaitsEntryPoint = false;
    }
    current.firstDtsMs ??= frame.dtsMs;
    const timestampMs = Math.max(0, Math.round(frame.dtsMs - current.firstDtsMs));
    current.lastTimestampMs = Math.max(current.lastTimestampMs, timestampMs);
    const isVideo = frame.kind === 'video';
    const message: QueuedMessage = {
      typeId: isVideo ? MESSAGE_TYPE.video : MESSAGE_TYPE.audio,
      chunkStreamId: isVideo ? VIDEO_CHUNK_STREAM : AUDIO_CHUNK_STREAM,
      streamId: 0,
      timestampMs,
      body: frame.flvBody,
      frame: frame.kind,
      entryPoint,
    };
    const outcome = current.queue.offer(message);
    if (!isVideo && format.video !== null) return;
    if (outcome === 'dropped') totals.droppedFrames += 1;
    else totals.framesSent += 1;
  }

  function onSourceLost(): void {
    if (session === null || session.sourceLost) return;
    session.sourceLost = true;
    session.awaitsEntryPoint = true;
    if (state === 'publishing') setState('waiting_for_input', undefined);
  }

  function tick(current: Session): void {
    if (session !== current) return;
    current.cancelTick = clock.after(TICK_MS, () => tick(current));
    if (rehearsed === 'key_refused') {
      current.connection.abandon();
      return onFailed(REHEARSED_REFUSAL);
    }
    current.queue.flush();
    const nowMs = clock.now();
    const acceptedBytes = current.connection.acceptedBytes();
    meter.sample(nowMs, acceptedBytes, totals.framesSent);
    if (acceptedBytes !== current.acceptedBytes || current.queue.unsentBytes() === 0) {
      current.acceptedBytes = acceptedBytes;
      current.progressAtMs = nowMs;
    }
    if (nowMs - current.publishingSinceMs >= KEY_PROVEN_MS && (rejections > 0 || !keyWasAccepted)) {
      rejections = 0;
      keyWasAccepted = true;
      if (problem) setState(current.sourceLost ? 'waiting_for_input' : 'publishing', undefined);
    }
    if (nowMs - current.progressAtMs >= STALLED_AFTER_MS) {
      current.connection.abandon();
      const detail = 'the server has taken no data for 10 seconds';
      return onFailed({ code: 'stalled', detail, rejection: 'none' });
    }
    if (nowMs - current.lastFrameAtMs >= UNPUBLISH_AFTER_MS) unpublish(current);
  }

  /** Leaves the server in peace while there is nothing to send. The subscription stays: it says when frames are back. */
  function unpublish(current: Session): void {
    current.queue.clear();
    endSession();
    void current.connection.close();
    awaitInput();
  }

  function awaitInput(): void {
    connection = null;
    failures = 0;
    startsAtNextFrame = true;
    setState('waiting_for_input', undefined);
  }

  function endSession(): void {
    if (session === null) return;
    session.cancelTick();
    totals.bytesSent += session.connection.acceptedBytes();
    session = null;
  }

  function onFailed(failure: ConnectionFailure): void {
    const nowMs = clock.now();
    const ended = session;
    endSession();
    connection = null;
    if (ended) {
      // Servers may hang up on a publisher that has nothing to send; there is no point in coming back before it has.
      const wasIdle = ended.sourceLost || ended.firstDtsMs === null;
      if (wasIdle && failure.code === 'connection_lost' && failure.rejection === 'none') return awaitInput();
      sessionWasLost = true;
      if (nowMs - ended.publishingSinceMs >= HEALTHY_AFTER_MS) failures = 0;
      if (nowMs - ended.publishingSinceMs >= KEY_PROVEN_MS) rejections = 0;
    }
    dropSubscription();
    failures += 1;
    if (failure.rejection !== 'none') rejections += 1;
    const isRejected = rejections >= REJECTIONS_BELIEVED && failure.rejection !== 'none';
    const delayMs = isRejected ? REJECTED_RETRY_MS : spread(RETRY_DELAYS_MS[failures - 1] ?? RETRY_DELAYS_MS.at(-1)!);
    awaitsRetry = true;
    cancelRetry = clock.after(delayMs, attempt);
    const next = isRejected ? 'rejected' : failure.code === 'stalled' ? 'stalled' : 'reconnecting';
    setState(next, { ...describe(failure, isRejected), attempt: failures, nextAttemptAtMs: nowMs + delayMs });
  }

  function describe(failure: ConnectionFailure, isRejected: boolean): Pick<ConnectionFailure, 'code' | 'detail'> {
    const { code, detail } = failure;
    if (!isRejected) return { code, detail };
    const known = keyWasAccepted ? '; it was accepted before, so an earlier session may still be open there' : '';
    return { code: code === 'application_rejected' ? code : 'stream_key_rejected', detail: detail + known };
  }

  function spread(delayMs: number): number {
    return Math.round(delayMs * (1 - RETRY_SPREAD + 2 * RETRY_SPREAD * random()));
  }

  return {
    report: () => ({
      state,
      sinceMs,
      ...(problem && { problem }),
      ...(session ? meter.rates(clock.now()) : { bitrateBps: 0, framesPerSecond: 0 }),
      framesSent: totals.framesSent,
      droppedFrames: totals.droppedFrames,
      reconnects: totals.reconnects,
      bytesSent: totals.bytesSent + (session?.connection.acceptedBytes() ?? 0),
      queuedBytes: session?.queue.unsentBytes() ?? 0,
    }),
    rehearse(fault) {
      if (fault === rehearsed) return;
      rehearsed = fault;
      if (fault !== null || !awaitsRetry || closing) return;
      cancelRetry();
      attempt();
    },
    close() {
      closing ??= disconnect();
      return closing;
    },
  };

  async function disconnect(): Promise<void> {
    cancelRetry();
    dropSubscription();
    session?.queue.clear();
    endSession();
    await connection?.close();
    connection = null;
  }
}

function isSame(left: Buffer | null, right: Buffer | null): boolean {
  if (left === null || right === null) return left === right;
  return left.equals(right);
}

/**
 * Publishes one program to one RTMP(S) server continuously: connects, sends, detects refusals, stalls and losses,
 * and reconnects at a rate platforms accept. It subscribes to the program only while it publishes or waits for input,
 * so no encoder runs for an unreachable server.
 */
import { systemClock } from '../../host/clock.ts';
import { createFailureMemory } from './failure-memory.ts';
import { createPublishingSession, type PublishingSession } from './publishing-session.ts';
import { createRateMeter } from './rate-meter.ts';
import { createRehearsedLink } from './rehearsed-link.ts';
import { openRtmpConnection, type RtmpConnection } from './rtmp-connection.ts';
import { parseRtmpTarget } from './rtmp-target.ts';
import type { ConnectionFailure } from './connection-failure.ts';
import type { DeliveryTrouble } from './delivery-trouble.ts';
import type { KernelSendQueues } from './kernel-send-queues.ts';
import type { DialRules } from './rtmp-socket.ts';
import type { ChannelReport, OutputState, RehearsedChannelFault } from '../contract.ts';
import type { Frame, Program, ProgramFormat } from '../program.ts';
import type { Clock } from '../../host/clock.ts';

export interface RtmpPublisherOptions {
  /** `rtmp://host[:port]/app` or rtmps; holds no key. */
  url: string;
  /** In clear. It is sent to the server and used nowhere else. */
  streamKey: string;
  /** The addresses that may be dialled. */
  dial: DialRules;
  /** False accepts any certificate. */
  verifyCertificate: boolean;
  program: Program;
  clock?: Clock;
  /** Reports the bytes the peer's system has confirmed; without it, bytes accepted by the local system count. */
  sendQueues?: KernelSendQueues;
  /** Called when the state or the problem has changed. Never called before `createRtmpPublisher` returns. */
  onChange: () => void;
  /** PEM certificates to trust besides the public ones. */
  certificateAuthorities?: string[];
  /** 0 to 1, spreads retries; `Math.random` when absent. */
  random?: () => number;
}

/** The publisher's part of a channel's report. It counts video frames, or audio frames if there is no video. */
export type RtmpPublisherReport = Pick<
  ChannelReport,
  | 'state'
  | 'sinceMs'
  | 'problem'
  | 'bitrateBps'
  | 'framesPerSecond'
  | 'framesSent'
  | 'unsentFrames'
  | 'reconnects'
  | 'bytesSent'
  | 'queuedBytes'
>;

export interface RtmpPublisher {
  report(): RtmpPublisherReport;
  /** Simulates a failure of the platform; null ends it, and a publisher waiting for a retry retries at once. */
  rehearse(fault: RehearsedChannelFault | null): void;
  /** Unpublishes and disconnects; resolves when the connection is gone, after one second at the latest. */
  close(): Promise<void>;
}

const RETRY_DELAYS_MS = [500, 1_000, 2_000, 4_000, 8_000, 15_000, 30_000];
const RETRY_SPREAD = 0.2;
const REJECTED_RETRY_MS = 60_000;
const UNPUBLISH_AFTER_MS = 60_000;
const TICK_MS = 1_000;
/** Servers are asked to acknowledge about every second of the stream, once its bitrate is known. */
const ASK_ACKNOWLEDGEMENTS_AFTER_MS = 5_000;
const ACKNOWLEDGE_BYTES = { min: 32 * 1024, max: 1024 * 1024 };

/** The outcome of an attempt during a simulated failure, and the time a real platform would take. */
const REHEARSED_ATTEMPTS: Partial<Record<RehearsedChannelFault, { afterMs: number; failure: ConnectionFailure }>> = {
  key_refused: {
    afterMs: 100,
    failure: {
      code: 'stream_key_rejected',
      detail: 'rehearsal: the platform refuses the stream key',
      rejection: 'explicit',
    },
  },
  // A frozen server's system still accepts connections, but no process reads the data.
  platform_frozen: {
    afterMs: 10_000,
    failure: {
      code: 'handshake_unanswered',
      detail: 'rehearsal: the server did not answer the RTMP handshake',
      rejection: 'none',
    },
  },
};
const STALLED: ConnectionFailure = {
  code: 'stalled',
  detail: 'the server has accepted no data for 10 seconds',
  rejection: 'none',
};

interface Session {
  connection: RtmpConnection;
  media: PublishingSession;
  beganAtMs: number;
  /** Start of undisturbed delivery. */
  healthySinceMs: number;
  trouble: DeliveryTrouble | null;
  lastFrameAtMs: number;
  sourceLost: boolean;
  hasAskedAcknowledgements: boolean;
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
  const memory = createFailureMemory();
  const totals = { framesSent: 0, unsentFrames: 0, bytesSent: 0, reconnects: 0 };

  let state: OutputState = 'waiting_for_input';
  let sinceMs = clock.now();
  let problem: ChannelReport['problem'];
  let connection: RtmpConnection | null = null;
  let session: Session | null = null;
  let format: ProgramFormat = { video: null, audio: null };
  let unsubscribe: (() => void) | null = null;
  let startsAtNextFrame = false;
  let sessionWasLost = false;
  let closing: Promise<void> | null = null;
  /** Set while an attempt is awaited or a simulated one is under way. */
  let cancelAttempt: (() => void) | null = null;
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
        session?.media.setFormat(next);
      },
      onFrame,
      onSourceLost,
    });
    // Subscribe before unsubscribing, so that a program's encoder keeps running.
    previous?.();
    unsubscribe = current;
  }

  function dropSubscription(): void {
    unsubscribe?.();
    unsubscribe = null;
    startsAtNextFrame = false;
  }

  function setState(next: OutputState, nextProblem: ChannelReport['problem']): void {
    if (state === next && problem === nextProblem) return;
    if (state !== next) sinceMs = clock.now();
    state = next;
    problem = nextProblem;
    options.onChange();
  }

  function attempt(): void {
    cancelAttempt = null;
    if (memory.attempts() === 0) setState('connecting', undefined);
    else if (problem) setState(state, { ...problem, nextAttemptAtMs: undefined });
    const simulated = rehearsed && REHEARSED_ATTEMPTS[rehearsed];
    if (simulated) {
      cancelAttempt = clock.after(simulated.afterMs, () => onFailed(simulated.failure));
      return;
    }
    const opened = openRtmpConnection({
      ...options,
      target,
      clock,
      onPublishing: () => beginSession(opened),
      onDrain: () => session?.media.flush(),
      onFailed,
    });
    connection = opened;
  }

  function beginSession(opened: RtmpConnection): void {
    const nowMs = clock.now();
    const media = createPublishingSession(
      createRehearsedLink(opened, clock, () => rehearsed),
      nowMs,
    );
    const begun: Session = {
      connection: opened,
      media,
      beganAtMs: nowMs,
      healthySinceMs: nowMs,
      trouble: null,
      lastFrameAtMs: nowMs,
      sourceLost: false,
      hasAskedAcknowledgements: false,
      cancelTick: clock.after(TICK_MS, () => tick(begun)),
    };
    session = begun;
    startsAtNextFrame = false;
    if (sessionWasLost) totals.reconnects += 1;
    sessionWasLost = false;
    opened.inOneWrite(subscribe);
    restartMeter(begun);
    show(begun);
  }

  /** Restarts the meter behind the cached frames, whose burst is not the stream's rate. */
  function restartMeter({ connection: { handedOverBytes }, media }: Session): void {
    const { frames, newestMs } = media.sent();
    meter.restart({ atMs: clock.now(), bytes: handedOverBytes() + media.unsentBytes(), frames, mediaMs: newestMs });
  }

  function onFrame(frame: Frame): void {
    if (session) return sendFrame(session, frame);
    if (startsAtNextFrame && (frame.kind === 'video' ? frame.keyframe : format.video === null)) {
      startsAtNextFrame = false;
      attempt();
    }
  }

  function sendFrame(current: Session, frame: Frame): void {
    const nowMs = clock.now();
    current.lastFrameAtMs = nowMs;
    if (current.media.push(frame, nowMs) === 'dropped') totals.unsentFrames += 1;
    if (!current.sourceLost) return;
    current.sourceLost = false;
    restartMeter(current);
    show(current);
  }

  function onSourceLost(): void {
    if (session === null || session.sourceLost) return;
    session.sourceLost = true;
    session.media.awaitEntryPoint();
    show(session);
  }

  function tick(current: Session): void {
    if (session !== current) return;
    const { media } = current;
    current.cancelTick = clock.after(TICK_MS, () => tick(current));
    if (rehearsed === 'key_refused') {
      current.connection.abandon();
      return onFailed(REHEARSED_ATTEMPTS.key_refused!.failure);
    }
    media.flush();
    const nowMs = clock.now();
    const { atMs, deliveredBytes, frames, newestMs } = media.settle();
    meter.sample({ atMs, bytes: deliveredBytes, frames, mediaMs: newestMs });
    askAcknowledgements(current, nowMs);
    const { trouble, isStalled } = media.look(nowMs, current.connection.acknowledgementOverdueMs());
    if (isStalled) {
      current.connection.abandon();
      return onFailed(STALLED);
    }
    if (trouble) current.healthySinceMs = nowMs;
    else memory.noteHealthy(nowMs, nowMs - current.healthySinceMs);
    if (trouble?.code !== current.trouble?.code) current.trouble = trouble;
    show(current);
    if (nowMs - current.lastFrameAtMs >= UNPUBLISH_AFTER_MS) unpublish(current);
  }

  function askAcknowledgements(current: Session, nowMs: number): void {
    if (current.hasAskedAcknowledgements || nowMs - current.beganAtMs < ASK_ACKNOWLEDGEMENTS_AFTER_MS) return;
    current.hasAskedAcknowledgements = true;
    const bytesPerSecond = meter.rates(nowMs).bitrateBps / 8;
    const { min, max } = ACKNOWLEDGE_BYTES;
    current.connection.askAcknowledgementEvery(Math.round(Math.min(max, Math.max(min, bytesPerSecond))));
  }

  /** Reports a session's actual state, once it has proven that the earlier failure is over. */
  function show(current: Session): void {
    const nowMs = clock.now();
    if (nowMs - current.healthySinceMs < memory.provenAfterMs(nowMs)) return;
    if (current.sourceLost) setState('waiting_for_input', undefined);
    else if (current.trouble === null) setState('publishing', undefined);
    else setState(current.trouble.code === 'not_accepting' ? 'stalled' : 'publishing', current.trouble);
  }

  /** Disconnects while there is nothing to send. The subscription remains, to learn when frames return. */
  function unpublish(current: Session): void {
    current.media.clear();
    endSession();
    void current.connection.close();
    awaitInput();
  }

  function awaitInput(): void {
    connection = null;
    memory.forget();
    startsAtNextFrame = true;
    setState('waiting_for_input', undefined);
  }

  function endSession(): void {
    if (session === null) return;
    session.cancelTick();
    totals.bytesSent += session.connection.delivered().bytes;
    totals.framesSent += session.media.settle().frames;
    session = null;
  }

  function onFailed(failure: ConnectionFailure): void {
    const nowMs = clock.now();
    const ended = session;
    endSession();
    connection = null;
    if (ended) {
      // Servers may hang up on an idle publisher; reconnecting is pointless before there are frames.
      const wasIdle = ended.sourceLost || !ended.media.hasSentFrames();
      const isGone = failure.code === 'connection_lost' || failure.code === 'ended_by_server';
      if (wasIdle && isGone && failure.rejection === 'none') return awaitInput();
      sessionWasLost = true;
    }
    dropSubscription();
    const gone = ended && { lastedMs: nowMs - ended.beganAtMs, healthyMs: nowMs - ended.healthySinceMs };
    memory.note(nowMs, failure, gone);
    const isRejected = memory.isRejected(failure);
    const delayMs = isRejected ? REJECTED_RETRY_MS : delayAfter(memory.attempts());
    cancelAttempt = clock.after(delayMs, attempt);
    const next = isRejected ? 'rejected' : failure.code === 'stalled' ? 'stalled' : 'reconnecting';
    setState(next, { ...memory.problem(nowMs, failure), nextAttemptAtMs: nowMs + delayMs });
  }

  function delayAfter(attempts: number): number {
    const delayMs = RETRY_DELAYS_MS[attempts - 1] ?? RETRY_DELAYS_MS.at(-1)!;
    return Math.round(delayMs * (1 - RETRY_SPREAD + 2 * RETRY_SPREAD * random()));
  }

  return {
    report: () => ({
      state,
      sinceMs,
      ...(problem && { problem }),
      ...(session ? meter.rates(clock.now()) : { bitrateBps: 0, framesPerSecond: 0 }),
      framesSent: totals.framesSent + (session?.media.settle().frames ?? 0),
      unsentFrames: totals.unsentFrames,
      reconnects: totals.reconnects,
      bytesSent: totals.bytesSent + (session?.connection.delivered().bytes ?? 0),
      queuedBytes: session?.media.unsentBytes() ?? 0,
    }),
    rehearse(fault) {
      if (fault === rehearsed) return;
      const wasSimulated = rehearsed !== null && REHEARSED_ATTEMPTS[rehearsed] !== undefined;
      rehearsed = fault;
      if (cancelAttempt === null || closing || (fault !== null && !wasSimulated)) return;
      cancelAttempt();
      // The platform itself has not failed.
      if (wasSimulated) memory.forget();
      attempt();
    },
    close() {
      closing ??= disconnect();
      return closing;
    },
  };

  async function disconnect(): Promise<void> {
    cancelAttempt?.();
    dropSubscription();
    session?.media.clear();
    endSession();
    await connection?.close();
    connection = null;
  }
}

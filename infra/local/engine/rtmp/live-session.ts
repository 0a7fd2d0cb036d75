/**
 * A connection while it publishes. It sends the program's frames, and judges every second what the server makes of them:
 * the rate, the delay, whether it still accepts data. It is unaware of attempts and retries.
 */
import { createPublishingSession } from './publishing-session.ts';
import { createRateMeter } from './rate-meter.ts';
import { REHEARSED_ATTEMPTS } from './rehearsed-attempts.ts';
import { createRehearsedLink } from './rehearsed-link.ts';
import type { ConnectionFailure } from '../../../../functions/connect/rtmp/connection-failure.ts';
import type { DeliveryTrouble } from './delivery-trouble.ts';
import type { EndedSession } from './failure-memory.ts';
import type { SessionTotals } from './publishing-totals.ts';
import type { OutputStatus } from './reported-status.ts';
import type { RtmpConnection } from './rtmp-connection.ts';
import type { RehearsedChannelFault } from '../contract.ts';
import type { Frame, ProgramFormat } from '../program.ts';
import type { Clock } from '../../host/clock.ts';

const UNPUBLISH_AFTER_MS = 60_000;
const TICK_MS = 1_000;
/** Servers are asked to acknowledge about every second of the stream, once its bitrate is known. */
const ASK_ACKNOWLEDGEMENTS_AFTER_MS = 5_000;
const ACKNOWLEDGE_BYTES = { min: 32 * 1024, max: 1024 * 1024 };

const STALLED: ConnectionFailure = {
  code: 'stalled',
  detail: 'the server has accepted no data for 10 seconds',
  rejection: 'none',
};

const OTHER_FORMAT: ConnectionFailure = {
  code: 'connection_lost',
  detail: 'the source has returned with another format, which needs another session',
  rejection: 'none',
};

export interface LiveSession {
  setFormat(format: ProgramFormat): void;
  takeFrame(frame: Frame): void;
  /** Handles the loss of the source: the stream resumes where a receiver can start. */
  sourceLost(): void;
  /** Ends the session, because a platform may refuse another size or sound within it. Another attempt follows. */
  leaveForOtherFormat(): void;
  /** Sends what waits, as far as the server accepts it. */
  flush(): void;
  /** Restarts the meter behind the cached frames, whose burst is not the stream's rate. */
  restartMeter(): void;
  /** Returns what the server makes of the stream. */
  status(): OutputStatus;
  rates(): { bitrateBps: number; framesPerSecond: number };
  totals(): SessionTotals;
  queuedBytes(): number;
  /** Returns how long it has lasted and been healthy. */
  course(): EndedSession;
  /** Returns whether the server ended it for want of frames: servers may hang up on an idle publisher. */
  wasTooIdle(failure: ConnectionFailure): boolean;
  /** Ends it: drops what waits to be sent, and judges no more. Returns its counts. */
  end(): SessionTotals;
}

export interface LiveSessionOptions {
  connection: RtmpConnection;
  clock: Clock;
  /** Returns the simulated failure of the platform. */
  fault(): RehearsedChannelFault | null;
  /** Delivery has been undisturbed for this long. */
  onHealthy(nowMs: number, healthyMs: number): void;
  /** The status may have changed. */
  onStatus(): void;
  /** The session has ended, and the connection is cut. */
  onFailed(failure: ConnectionFailure): void;
  /** There has been nothing to send for a while. */
  onNothingToSend(): void;
}

/** Starts the session on a connection that publishes. */
export function createLiveSession(options: LiveSessionOptions): LiveSession {
  const { connection, clock, fault } = options;
  const beganAtMs = clock.now();
  const media = createPublishingSession(createRehearsedLink(connection, clock, fault), beganAtMs);
  const meter = createRateMeter();
  /** Start of undisturbed delivery. */
  let healthySinceMs = beganAtMs;
  let trouble: DeliveryTrouble | undefined;
  let lastFrameAtMs = beganAtMs;
  let unsentFrames = 0;
  let isSourceLost = false;
  let hasAskedAcknowledgements = false;
  let cancelTick = clock.after(TICK_MS, tick);

  function tick(): void {
    cancelTick = clock.after(TICK_MS, tick);
    if (fault() === 'key_refused') return fail(REHEARSED_ATTEMPTS.key_refused!.failure);
    media.flush();
    const nowMs = clock.now();
    const { atMs, deliveredBytes, frames, newestMs } = media.settle();
    meter.sample({ atMs, bytes: deliveredBytes, frames, mediaMs: newestMs });
    askAcknowledgements(nowMs);
    if (!judge(nowMs)) return fail(STALLED);
    options.onStatus();
    if (nowMs - lastFrameAtMs >= UNPUBLISH_AFTER_MS) options.onNothingToSend();
  }

  /** Returns false when the server has stalled. */
  function judge(nowMs: number): boolean {
    const look = media.look(nowMs, connection.acknowledgementOverdueMs());
    if (look.isStalled) return false;
    if (look.trouble) healthySinceMs = nowMs;
    else options.onHealthy(nowMs, nowMs - healthySinceMs);
    if (look.trouble?.code !== trouble?.code) trouble = look.trouble ?? undefined;
    return true;
  }

  function fail(failure: ConnectionFailure): void {
    connection.abandon();
    options.onFailed(failure);
  }

  function askAcknowledgements(nowMs: number): void {
    if (hasAskedAcknowledgements || nowMs - beganAtMs < ASK_ACKNOWLEDGEMENTS_AFTER_MS) return;
    hasAskedAcknowledgements = true;
    const bytesPerSecond = meter.rates(nowMs).bitrateBps / 8;
    const { min, max } = ACKNOWLEDGE_BYTES;
    connection.askAcknowledgementEvery(Math.round(Math.min(max, Math.max(min, bytesPerSecond))));
  }

  function restartMeter(): void {
    const { frames, newestMs } = media.sent();
    const bytes = connection.handedOverBytes() + media.unsentBytes();
    meter.restart({ atMs: clock.now(), bytes, frames, mediaMs: newestMs });
  }

  const totals = (): SessionTotals => ({
    framesSent: media.settle().frames,
    unsentFrames,
    bytesSent: connection.delivered().bytes,
  });

  return {
    setFormat: media.setFormat,
    takeFrame(frame) {
      const nowMs = clock.now();
      lastFrameAtMs = nowMs;
      if (media.push(frame, nowMs) === 'dropped') unsentFrames += 1;
      if (!isSourceLost) return;
      isSourceLost = false;
      restartMeter();
      options.onStatus();
    },
    sourceLost() {
      if (isSourceLost) return;
      isSourceLost = true;
      media.awaitEntryPoint();
      options.onStatus();
    },
    ...{ flush: media.flush, leaveForOtherFormat: () => fail(OTHER_FORMAT) },
    restartMeter,
    status() {
      if (isSourceLost) return { state: 'waiting_for_input' };
      return { state: trouble?.code === 'not_accepting' ? 'stalled' : 'publishing', problem: trouble };
    },
    rates: () => meter.rates(clock.now()),
    totals,
    queuedBytes: media.unsentBytes,
    course: () => ({ lastedMs: clock.now() - beganAtMs, healthyMs: clock.now() - healthySinceMs }),
    wasTooIdle({ code, rejection }) {
      const isIdle = isSourceLost || !media.hasSentFrames();
      return isIdle && (code === 'connection_lost' || code === 'ended_by_server') && rejection === 'none';
    },
    end() {
      cancelTick();
      media.clear();
      return totals();
    },
  };
}

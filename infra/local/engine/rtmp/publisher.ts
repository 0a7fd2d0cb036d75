/**
 * Publishes one program to one RTMP(S) server continuously: connects, sends, detects refusals, stalls and losses,
 * and reconnects at a rate platforms accept. It subscribes to the program only while it publishes or waits for input,
 * so no encoder runs for an unreachable server.
 */
import { systemClock } from '../../host/clock.ts';
import { createConnectionAttempts } from './connection-attempts.ts';
import { createLiveSession, type LiveSession } from './live-session.ts';
import { createProgramSubscription } from './program-subscription.ts';
import { createPublishingTotals } from './publishing-totals.ts';
import { createReportedStatus } from './reported-status.ts';
import { openRtmpConnection, type RtmpConnection } from './rtmp-connection.ts';
import { parseRtmpTarget } from '../../../../functions/connect/rtmp/rtmp-target.ts';
import type { ConnectionFailure } from '../../../../functions/connect/rtmp/connection-failure.ts';
import type { KernelSendQueues } from './kernel-send-queues.ts';
import type { DialRules } from '../../../../functions/connect/rtmp/rtmp-socket.ts';
import type { PipelineReport, RehearsedChannelFault } from '../contract.ts';
import type { Program } from '../program.ts';
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

export interface RtmpPublisher {
  /** Returns the publisher's part of a channel's report, in video frames, or audio frames if there is no video. */
  report(): PipelineReport;
  /** Simulates a failure of the platform; null ends it, and a publisher waiting for a retry retries at once. */
  rehearse(fault: RehearsedChannelFault | null): void;
  /** Unpublishes and disconnects; resolves when the connection is gone, after one second at the latest. */
  close(): Promise<void>;
}

/**
 * Starts publishing in the background; nothing is awaited and nothing throws later.
 * @throws {TypeError} when the URL is not an RTMP one
 */
export function createRtmpPublisher(options: RtmpPublisherOptions): RtmpPublisher {
  const { program, clock = systemClock, random = Math.random } = options;
  const target = parseRtmpTarget(options.url);
  const status = createReportedStatus(clock, options.onChange);
  const attempts = createConnectionAttempts({ clock, random, onBegin: status.attemptBegun, connect, onFailed });
  const subscription = createProgramSubscription(program, {
    onFormat: (format) => session?.setFormat(format),
    onFrame: (frame) => session?.takeFrame(frame),
    ...{ onSourceLost: () => session?.sourceLost(), onOtherFormat: () => session?.leaveForOtherFormat() },
    onEntryPoint: attempts.begin,
  });
  const totals = createPublishingTotals();
  let connection: RtmpConnection | null = null;
  /** The connection's session, once it publishes. */
  let session: LiveSession | null = null;
  let closing: Promise<void> | null = null;

  queueMicrotask(() => {
    if (!closing) subscription.begin();
  });

  function connect(): void {
    const opened = openRtmpConnection({
      ...{ ...options, target, clock, onFailed },
      onPublishing: () => beginSession(opened),
      onDrain: () => session?.flush(),
    });
    connection = opened;
  }

  function beginSession(opened: RtmpConnection): void {
    session = createLiveSession({
      ...{ connection: opened, clock, fault: attempts.fault, onFailed },
      onHealthy: attempts.noteHealthy,
      onStatus: showSession,
      onNothingToSend: unpublish,
    });
    totals.sessionBegun();
    opened.inOneWrite(subscription.renew);
    session.restartMeter();
    showSession();
  }

  /** Reports the session's actual state, once it has proven that the earlier failure is over. */
  function showSession(): void {
    if (!session || !attempts.isProven(session.course().healthyMs)) return;
    status.set(session.status());
  }

  function endSession(): LiveSession | null {
    const ended = session;
    session = null;
    if (ended) totals.sessionEnded(ended.end());
    return ended;
  }

  async function leave(): Promise<void> {
    const left = connection;
    connection = null;
    endSession();
    await left?.close();
  }

  /** Disconnects while there is nothing to send. The subscription remains, to learn when frames return. */
  function unpublish(): void {
    void leave();
    awaitInput();
  }

  function awaitInput(): void {
    attempts.forget();
    subscription.awaitEntryPoint();
    status.set({ state: 'waiting_for_input' });
  }

  function onFailed(failure: ConnectionFailure): void {
    const ended = endSession();
    connection = null;
    // Reconnecting is pointless before there are frames.
    if (ended?.wasTooIdle(failure)) return awaitInput();
    if (ended) totals.sessionLost();
    subscription.drop();
    status.set(attempts.failed(failure, ended && ended.course()));
  }

  return {
    report: () => ({
      ...status.report(),
      ...(session?.rates() ?? { bitrateBps: 0, framesPerSecond: 0 }),
      ...totals.report(session?.totals()),
      queuedBytes: session?.queuedBytes() ?? 0,
    }),
    rehearse: attempts.rehearse,
    close() {
      attempts.close();
      subscription.drop();
      return (closing ??= leave());
    },
  };
}

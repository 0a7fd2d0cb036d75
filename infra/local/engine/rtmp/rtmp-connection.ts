/**
 * One attempt to publish: socket, TLS, handshake, the commands up to `publish`, and then messages until either side
 * ends it. It is unaware of programs and retries; it notifies its owner once when publishing begins and once why it
 * ended.
 */
import {
  describeClosing,
  describeForeignAnswer,
  describeSilence,
  type Step,
} from '../../../../functions/connect/rtmp/connection-endings.ts';
import { createDeliveryEvidence } from './delivery-evidence.ts';
import { createPublishDialogue } from './publish-dialogue.ts';
import { openRtmpTransport } from '../../../../functions/connect/rtmp/rtmp-transport.ts';
import type { OutgoingMessage } from '../../../../functions/connect/rtmp/chunk-writer.ts';
import type { ConnectionFailure } from '../../../../functions/connect/rtmp/connection-failure.ts';
import type { KernelSendQueues } from './kernel-send-queues.ts';
import type { DialRules } from '../../../../functions/connect/rtmp/rtmp-socket.ts';
import type { RtmpTarget } from '../../../../functions/connect/rtmp/rtmp-target.ts';
import type { Link } from './send-queue.ts';
import type { Clock } from '../../host/clock.ts';

export interface RtmpConnectionOptions {
  target: RtmpTarget;
  streamKey: string;
  dial: DialRules;
  verifyCertificate: boolean;
  /** PEM certificates to trust besides the public ones. */
  certificateAuthorities?: string[];
  clock: Clock;
  /** Reports the bytes the peer's system has confirmed; without it, bytes accepted by the local system count. */
  sendQueues?: KernelSendQueues;
  /** The server has accepted the stream. */
  onPublishing(): void;
  /** The socket has accepted all data and is ready for more. */
  onDrain(): void;
  /** The connection has ended by itself. Not called after `close` or `abandon`. */
  onFailed(failure: ConnectionFailure): void;
}

export interface RtmpConnection extends Link {
  /** Combines everything `action` sends into one write. */
  inOneWrite(action: () => void): void;
  /** Returns the bytes written since the connection began. */
  handedOverBytes(): number;
  /** Returns how long the server's acknowledgements have been overdue; null when they cannot be judged. */
  acknowledgementOverdueMs(): number | null;
  /** Asks the server to acknowledge this often. */
  askAcknowledgementEvery(bytes: number): void;
  /** Ends the stream as RTMP requires, and cuts the connection after one second. Resolves when the socket is closed. */
  close(): Promise<void>;
  /** Cuts the connection at once. */
  abandon(): void;
}

const CONNECT_LIMIT_MS = 10_000;
/**
 * Time media waits for a close right after the server's acceptance: node-media-server and others accept a wrong key
 * and then hang up. Always real time, because the wait is for the network.
 */
const ACCEPTED_HOLD_MS = 50;
/** Maximum written ahead of the kernel; small, so that progress on a slow line shows within the stall limit. */
const WRITE_AHEAD_BYTES = 256 * 1024;
/** The acknowledgement window until the bitrate is known. */
const ACKNOWLEDGE_EVERY_BYTES = 256 * 1024;
/** In these steps the server has the stream key, so leaving takes an unpublish. */
const HAS_STREAM_KEY: Step[] = ['publish', 'accepted', 'publishing'];

/** Opens a connection and drives it until it publishes, fails or is closed. */
export function openRtmpConnection(options: RtmpConnectionOptions): RtmpConnection {
  const { clock } = options;
  let publishingSinceMs: number | null = null;
  let cancelLimit = limitAnswer();
  const transport = openRtmpTransport({
    ...options,
    onConnected: (socket) => evidence.watch(socket),
    onOpen() {
      cancelLimit();
      cancelLimit = limitAnswer();
      evidence.askAcknowledgementEvery(ACKNOWLEDGE_EVERY_BYTES);
      dialogue.begin();
    },
    onCommand: (command) => dialogue.take(command),
    onStreamEnd: (streamId) => dialogue.takeStreamEnd(streamId),
    onAcknowledgement: (sequence) => evidence.acknowledged(sequence),
    onDrain() {
      if (step() === 'publishing') options.onDrain();
    },
    onForeignAnswer: (received) => fail(describeForeignAnswer(received)),
    onUnreadable() {
      const code = publishingSinceMs === null ? 'not_rtmp' : 'connection_lost';
      fail({ code, detail: 'the server does not speak RTMP as expected', rejection: 'none' });
    },
    onGone,
  });
  const { writer } = transport;
  const evidence = createDeliveryEvidence({ writer, clock, sendQueues: options.sendQueues });
  const dialogue = createPublishDialogue({ ...options, writer, onAccepted, onRefused: fail, onOver });

  function step(): Step {
    const reached = transport.step();
    if (reached !== 'open') return reached;
    return publishingSinceMs === null ? dialogue.step() : 'publishing';
  }

  function limitAnswer(): () => void {
    return clock.after(CONNECT_LIMIT_MS, () => fail(describeSilence(step())));
  }

  function fail(failure: ConnectionFailure): void {
    if (step() === 'over') return;
    abandon();
    options.onFailed(failure);
  }

  function abandon(): void {
    transport.cut();
    cancelLimit();
    evidence.unwatch();
  }

  function onGone(): void {
    const publishingForMs = publishingSinceMs === null ? null : clock.now() - publishingSinceMs;
    const [hasAnswered, lastWords] = [transport.hasAnswered(), dialogue.lastWords()];
    fail(describeClosing({ step: step(), error: transport.error(), publishingForMs, hasAnswered, lastWords }));
  }

  /** Handles the server's end of the stream; some servers leave the socket open and read on forever. */
  function onOver(said: string): void {
    if (publishingSinceMs === null) return;
    fail({ code: 'ended_by_server', detail: `the server ended the stream (${said})`, rejection: 'none' });
  }

  function onAccepted(): void {
    cancelLimit();
    const timer = setTimeout(() => {
      publishingSinceMs = clock.now();
      options.onPublishing();
    }, ACCEPTED_HOLD_MS);
    cancelLimit = () => clearTimeout(timer);
  }

  return {
    send(message: OutgoingMessage) {
      if (step() === 'publishing') {
        message.streamId = dialogue.streamId();
        writer.message(message);
      }
      return writer.handedOverBytes();
    },
    inOneWrite: writer.inOneWrite,
    isReady: () => writer.waitingBytes() < WRITE_AHEAD_BYTES,
    unsentBytes: writer.waitingBytes,
    handedOverBytes: writer.handedOverBytes,
    delivered: evidence.delivered,
    acknowledgementOverdueMs: evidence.overdueMs,
    askAcknowledgementEvery: evidence.askAcknowledgementEvery,
    close() {
      const hasStreamKey = HAS_STREAM_KEY.includes(step());
      cancelLimit();
      evidence.unwatch();
      return transport.close(hasStreamKey ? dialogue.unpublish : null);
    },
    abandon,
  };
}

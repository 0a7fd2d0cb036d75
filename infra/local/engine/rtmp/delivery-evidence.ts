/** What is known of the bytes a peer has taken: from the kernel's queue, and from the server's acknowledgements. */
import { createAcknowledgements } from './acknowledgements.ts';
import { MESSAGE_TYPE } from '../../../../functions/connect/rtmp/chunk-writer.ts';
import { number32, type MessageWriter } from '../../../../functions/connect/rtmp/message-writer.ts';
import type net from 'node:net';
import type { KernelSendQueues } from './kernel-send-queues.ts';
import type { Clock } from '../../host/clock.ts';

export interface DeliveryEvidence {
  /** Starts reading the kernel's queue of a connected socket. */
  watch(socket: net.Socket): void;
  unwatch(): void;
  /** Returns the bytes the far end is known to have accepted, and the time of that measurement. */
  delivered(): { bytes: number; atMs: number };
  /** Asks the server to acknowledge this often. */
  askAcknowledgementEvery(bytes: number): void;
  /** Takes the sequence number of an acknowledgement. */
  acknowledged(sequence: number): void;
  /** Returns how long the server's acknowledgements have been overdue; null when they cannot be judged. */
  overdueMs(): number | null;
}

/** A system that has not listed a connection within this time does not list it at all. */
const CONFIRMED_WITHIN_MS = 3_000;

/**
 * Creates the evidence of one connection.
 * @param deps.sendQueues without them, bytes accepted by the local system count as delivered
 */
export function createDeliveryEvidence(deps: {
  writer: MessageWriter;
  clock: Clock;
  sendQueues?: KernelSendQueues;
}): DeliveryEvidence {
  const { clock, writer } = deps;
  const acknowledgements = createAcknowledgements();
  let watchedSinceMs: number | null = null;
  let confirmed: { bytes: number; atMs: number } | null = null;
  let unwatch = () => {};

  const acceptedBytes = () => writer.handedOverBytes() - writer.waitingBytes();

  function onUnsent(bytes: number): void {
    confirmed = { bytes: Math.max(confirmed?.bytes ?? 0, acceptedBytes() - bytes), atMs: clock.now() };
  }

  return {
    watch(socket) {
      const watch = deps.sendQueues?.watch(socket, onUnsent);
      if (!watch) return;
      unwatch = watch;
      watchedSinceMs = clock.now();
    },
    unwatch: () => unwatch(),
    delivered() {
      const nowMs = clock.now();
      if (confirmed) return confirmed;
      if (watchedSinceMs !== null && nowMs - watchedSinceMs < CONFIRMED_WITHIN_MS) return { bytes: 0, atMs: nowMs };
      return { bytes: acceptedBytes(), atMs: nowMs };
    },
    askAcknowledgementEvery(bytes) {
      acknowledgements.forgetStep();
      writer.control(MESSAGE_TYPE.windowAcknowledgementSize, number32(bytes));
    },
    acknowledged: (sequence) => acknowledgements.heard(sequence, writer.handedOverBytes()),
    overdueMs() {
      acknowledgements.mark(clock.now(), writer.handedOverBytes());
      return acknowledgements.overdueMs(clock.now(), confirmed?.bytes ?? 0);
    },
  };
}

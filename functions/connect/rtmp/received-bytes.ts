import { MESSAGE_TYPE } from './chunk-writer.ts';
import { number32, type MessageWriter } from './message-writer.ts';

/** Counts the bytes of the peer and acknowledges them as often as it asks for. */
export interface ReceivedBytes {
  add(bytes: number): void;
  total(): number;
  /** Sets how often the peer wants an acknowledgement. */
  acknowledgeEvery(bytes: number): void;
  /** Sends an acknowledgement if one is due. */
  acknowledge(): void;
}

/** Creates the count for a peer that asks for no acknowledgements. */
export function createReceivedBytes(writer: MessageWriter): ReceivedBytes {
  let receivedBytes = 0;
  let acknowledgedBytes = 0;
  let everyBytes = 0;
  return {
    add(bytes) {
      receivedBytes += bytes;
    },
    total: () => receivedBytes,
    acknowledgeEvery(bytes) {
      everyBytes = bytes;
    },
    acknowledge() {
      if (everyBytes === 0 || receivedBytes - acknowledgedBytes < everyBytes) return;
      acknowledgedBytes = receivedBytes;
      writer.control(MESSAGE_TYPE.acknowledgement, number32(receivedBytes));
    },
  };
}

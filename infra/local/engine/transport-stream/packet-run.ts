import { PACKET_BYTES } from './packet.ts';

/** Collects neighbouring packets, so that they are passed on in one buffer without copying. */
export interface PacketRun {
  /**
   * Adds the packet at a place in the data. Passes on the run before it if the packet does not continue it.
   * @param offset of the packet in the stream
   */
  add(data: Buffer, at: number, offset: number): void;
  /** Passes on what was collected. */
  flush(): void;
  /** Drops what was collected. */
  clear(): void;
}

/** @param onPackets receives each run and the offset of its first packet */
export function createPacketRun(onPackets: (packets: Buffer, offset: number) => void): PacketRun {
  let run: { data: Buffer; from: number; end: number; offset: number } | null = null;

  function flush(): void {
    if (!run) return;
    const { data, from, end, offset } = run;
    run = null;
    onPackets(data.subarray(from, end), offset);
  }

  return {
    add(data, at, offset) {
      if (run?.end === at && run.data === data) run.end = at + PACKET_BYTES;
      else {
        flush();
        run = { data, from: at, end: at + PACKET_BYTES, offset };
      }
    },
    flush,
    clear() {
      run = null;
    },
  };
}

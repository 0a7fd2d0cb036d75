import { createSocket } from 'node:dgram';
import type { Clock } from '../host/clock.ts';
import { createSrtLineMeter, type SrtLineMeter } from './srt-line-meter.ts';

/** One caller of the line, with its own socket towards the listener. */
export interface SrtCaller {
  address: string;
  meter: SrtLineMeter;
  firstHeardAtMs: number;
  heardAtMs: number;
  /** Forwards a datagram to the listener, once the socket is connected. */
  forward(packet: Buffer): void;
  close(): void;
}

const LOOPBACK = '127.0.0.1';
/** Limit on datagrams kept until the socket is connected: a handshake needs two, and SRT repeats lost ones. */
const WAITING_MAX = 8;

/**
 * Connects a new caller to the listener.
 * @param options.address of the caller
 * @param options.onAnswer receives the listener's datagrams for this caller
 */
export function createSrtCaller(options: {
  address: string;
  listenerPort: number;
  clock: Clock;
  onAnswer: (packet: Buffer) => void;
}): SrtCaller {
  const { address, clock, listenerPort } = options;
  const socket = createSocket('udp4');
  const heardAtMs = clock.now();
  /** Datagrams received before the socket was connected; null afterwards. */
  let waiting: Buffer[] | null = [];
  let closed = false;

  socket.on('message', options.onAnswer);
  // An undeliverable datagram is a lost one, which SRT repairs.
  socket.on('error', () => {});
  // Bound to loopback and connected, so that only the listener can answer through it.
  socket.bind({ address: LOOPBACK, port: 0, exclusive: true }, () => {
    if (closed) return;
    socket.connect(listenerPort, LOOPBACK, () => {
      const early = waiting ?? [];
      waiting = null;
      for (const packet of early) socket.send(packet);
    });
  });

  return {
    ...{ address, meter: createSrtLineMeter(clock), firstHeardAtMs: heardAtMs, heardAtMs },
    forward(packet) {
      if (waiting === null) socket.send(packet);
      else if (waiting.length < WAITING_MAX) waiting.push(packet);
    },
    close() {
      closed = true;
      socket.close();
    },
  };
}

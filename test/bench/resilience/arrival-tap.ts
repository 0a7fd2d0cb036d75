/** A line between a publisher and its receiver that measures the pauses of what the publisher sends. */
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

export interface ArrivalTap {
  /** Where to publish instead of at the receiver. */
  url: string;
  /** Begins to measure. @returns a function that returns the longest time without a byte since then, in milliseconds */
  measure(): () => number;
  close(): void;
}

/** Opens a tap in front of an RTMP server. @param url without a stream key */
export async function openArrivalTap(url: string): Promise<ArrivalTap> {
  const { hostname, port } = new URL(url);
  const sockets = new Set<Socket>();
  let newestMs = performance.now();
  let longestMs = 0;
  const look = (nowMs: number) => {
    longestMs = Math.max(longestMs, nowMs - newestMs);
    newestMs = nowMs;
  };
  const server = createServer((publisher) => {
    const receiver = connect(Number(port), hostname);
    for (const socket of [publisher, receiver]) {
      sockets.add(socket);
      // A broken connection shows as a reconnect of the publisher.
      socket.on('error', () => socket.destroy());
    }
    publisher.on('data', () => look(performance.now()));
    publisher.pipe(receiver);
    receiver.pipe(publisher);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const own = new URL(url);
  own.port = String((server.address() as AddressInfo).port);
  return {
    url: own.href,
    measure() {
      newestMs = performance.now();
      longestMs = 0;
      return () => {
        look(performance.now());
        return longestMs;
      };
    },
    close() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

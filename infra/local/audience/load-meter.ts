/** Counts what the process of the public pages does. */
import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import type { AudienceMeter } from '../../../functions/audience/audience-deps.ts';
import type { PublicLoadReading } from '../../../functions/domain/public-load.ts';

export interface LoadMeter extends AudienceMeter {
  /** Counts the bytes that a server sends. */
  countBytes(server: Server): void;
  read(): PublicLoadReading;
}

export function createLoadMeter(): LoadMeter {
  const sockets = new Set<Socket>();
  let [requests, refused, closedBytes] = [0, 0, 0];
  let countViewers: () => number | null = () => null;

  return {
    answered(status) {
      requests += 1;
      if (status === 503) refused += 1;
    },
    watchedBy(count) {
      countViewers = count;
    },
    countBytes(server) {
      server.on('connection', (socket: Socket) => {
        sockets.add(socket);
        socket.once('close', () => {
          sockets.delete(socket);
          closedBytes += socket.bytesWritten;
        });
      });
    },
    read() {
      const { user, system } = process.cpuUsage();
      return {
        ...{ requests, refused, viewers: countViewers() ?? 0 },
        sentBytes: [...sockets].reduce((sum, { bytesWritten }) => sum + bytesWritten, closedBytes),
        processorSeconds: (user + system) / 1e6,
        memoryBytes: process.memoryUsage.rss(),
      };
    },
  };
}

import { createSocket } from 'node:dgram';
import { createServer } from 'node:net';

/** A port the product needs is taken. The message is ready for the terminal. */
export class PortTakenError extends Error {
  override readonly name = 'PortTakenError';

  constructor(port: number, protocol: 'TCP' | 'UDP', variable: string) {
    super(
      `${protocol} port ${port} is in use. Stop what uses it (perhaps another Sluice), or start with another one: ${variable}=${port + 1} npm start`,
    );
  }
}

interface PortNeed {
  port: number;
  host: string;
  protocol: 'TCP' | 'UDP';
  /** The environment variable that changes it. */
  variable: string;
}

/** After a crash the media processes of the former run take a moment to follow it. */
const GRACE_MS = 3_000;
const LOOK_EVERY_MS = 200;

/**
 * Binds each port for a moment, so that a taken one is named before anything has started.
 * @param endLeftovers called before each look at a port that is taken: the taker may be of our own former run
 * @throws {PortTakenError}
 */
export async function requireFreePorts(needs: PortNeed[], endLeftovers: () => void): Promise<void> {
  const until = Date.now() + GRACE_MS;
  for (const need of needs) {
    const isFree = () => (need.protocol === 'TCP' ? canListen(need) : canBind(need));
    while (!(await isFree())) {
      if (Date.now() > until) throw new PortTakenError(need.port, need.protocol, need.variable);
      endLeftovers();
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    }
  }
}

function canListen({ port, host }: PortNeed): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(true)));
  });
}

function canBind({ port, host }: PortNeed): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createSocket({ type: host.includes(':') ? 'udp6' : 'udp4' });
    socket.once('error', () => resolve(false));
    socket.bind({ port, address: host, exclusive: true }, () => socket.close(() => resolve(true)));
  });
}

import { createSocket } from 'node:dgram';
import { createServer } from 'node:net';

/** Reports that a required port is in use. The message is ready for the terminal. */
export class PortTakenError extends Error {
  override readonly name = 'PortTakenError';

  constructor(port: number, protocol: 'TCP' | 'UDP', variable: string) {
    super(
      `${protocol} port ${port} is in use. Stop the program that uses it (perhaps another Sluice), or choose another port: ${variable}=${port + 1} npm start`,
    );
  }
}

/**
 * Reports a port that cannot be opened at all: a foreign address, or a port this user may not use. Ready for the
 * terminal.
 */
export class PortNotAllowedError extends Error {
  override readonly name = 'PortNotAllowedError';
}

/** A port that a start needs. */
export interface PortNeed {
  port: number;
  host: string;
  protocol: 'TCP' | 'UDP';
  /** The environment variable that changes it. */
  variable: string;
}

/** The error code of a failed bind; null on success. */
type Refusal = string | null;

/** After a crash, the media processes of the previous run take a moment to exit. */
const GRACE_MS = 3_000;
const RETRY_EVERY_MS = 200;

/**
 * Binds each port briefly, so that a port conflict is reported before anything has started.
 * @param endLeftovers called before each retry, because a process of the previous run may hold the port
 * @throws {PortTakenError}
 * @throws {PortNotAllowedError}
 */
export async function requireFreePorts(needs: PortNeed[], endLeftovers: () => void): Promise<void> {
  const until = Date.now() + GRACE_MS;
  for (const need of needs) {
    const tryOnce = () => (need.protocol === 'TCP' ? tryListen(need) : tryBind(need));
    for (let refusal = await tryOnce(); refusal !== null; refusal = await tryOnce()) {
      if (refusal !== 'EADDRINUSE') throw notAllowed(need, refusal);
      if (Date.now() > until) throw new PortTakenError(need.port, need.protocol, need.variable);
      endLeftovers();
      await new Promise((resolve) => setTimeout(resolve, RETRY_EVERY_MS));
    }
  }
}

function notAllowed({ port, host, protocol, variable }: PortNeed, refusal: string): PortNotAllowedError {
  if (refusal === 'EADDRNOTAVAIL') {
    return new PortNotAllowedError(
      `${host} is not an address of this machine. Set SLUICE_HOST to one that is, or unset it for 127.0.0.1`,
    );
  }
  const remedy = port < 1024 ? `a port of 1024 or above: ${variable}=8080 npm start` : `another port with ${variable}`;
  return new PortNotAllowedError(
    `${protocol} port ${port} on ${host} cannot be opened (${refusal}). Start with ${remedy}`,
  );
}

function tryListen({ port, host }: PortNeed): Promise<Refusal> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error) => resolve(codeOf(error)));
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(null)));
  });
}

function tryBind({ port, host }: PortNeed): Promise<Refusal> {
  return new Promise((resolve) => {
    const socket = createSocket({ type: host.includes(':') ? 'udp6' : 'udp4' });
    socket.once('error', (error) => resolve(codeOf(error)));
    socket.bind({ port, address: host, exclusive: true }, () => socket.close(() => resolve(null)));
  });
}

function codeOf(error: NodeJS.ErrnoException): string {
  return error.code ?? error.name;
}

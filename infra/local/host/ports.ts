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

/** A port that waiting does not free: the address is not ours, or its number not for this user. Ready for the terminal. */
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

/** Why a port could not be bound; null when it could. */
type Refusal = string | null;

/** After a crash the media processes of the former run take a moment to follow it. */
const GRACE_MS = 3_000;
const LOOK_EVERY_MS = 200;

/**
 * Binds each port for a moment, so that a taken one is named before anything has started.
 * @param endLeftovers called before each look at a port that is taken: the taker may be of our own former run
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
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    }
  }
}

function notAllowed({ port, host, protocol, variable }: PortNeed, refusal: string): PortNotAllowedError {
  if (refusal === 'EADDRNOTAVAIL') {
    return new PortNotAllowedError(
      `${host} is no address of this machine, so nothing can listen there. Set SLUICE_HOST to one that is, or unset it for 127.0.0.1`,
    );
  }
  const remedy = port < 1024 ? `a port from 1024 on: ${variable}=8080 npm start` : `another port with ${variable}`;
  return new PortNotAllowedError(
    `${protocol} port ${port} on ${host} may not be opened (${refusal}). Start with ${remedy}`,
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

/**
 * Entry point of the process that serves the public pages, so that a crowd there takes neither time nor memory of the
 * control plane. It has its own listener, a lower priority and a limited heap, reads the local AWS with a limited key, and
 * ends with its parent.
 */
import { once } from 'node:events';
import type { Server } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import { closeServer } from '../host/close-server.ts';
import { explainAsProblem, explainUnreadable } from '../host/early-problem.ts';
import { createGuardedServer } from '../host/guarded-server.ts';
import type { AudienceOpening, FromAudience, ToAudience } from './audience-messages.ts';
import { createLoadMeter } from './load-meter.ts';
import { openAudience } from './open-audience.ts';

/** Connections besides those of the viewers: pages, and viewers who come in vain. */
const CONNECTIONS_MORE = 512;
/** A browser loads pages, playlists and segments over two connections at most times. */
const CONNECTIONS_PER_VIEWER = 2;

let server: Server | null = null;
const meter = createLoadMeter();

process.on('disconnect', () => process.exit());
process.on('message', (message: ToAudience) => {
  if (message.kind === 'ping') return send({ kind: 'pong', load: meter.read() });
  void (message.kind === 'open' ? run(message) : close());
});

async function run(opening: AudienceOpening): Promise<void> {
  try {
    await listen(opening);
    send({ kind: 'ready' });
  } catch (error) {
    send({ kind: 'refused', reason: explain(error as NodeJS.ErrnoException, opening) }, () => process.exit(1));
  }
}

async function listen(opening: AudienceOpening): Promise<void> {
  const { host, port, viewersMax } = opening.settings;
  const logger = {
    error: (message: string, details: Record<string, unknown>) => send({ kind: 'log', message, details }),
  };
  const { fetch } = openAudience(opening, { logger, meter });
  server = createGuardedServer({
    listener: getRequestListener(fetch, { errorHandler: explainUnreadable }),
    connectionsMax: CONNECTIONS_MORE + CONNECTIONS_PER_VIEWER * viewersMax,
    explain: explainAsProblem,
  });
  meter.countBytes(server);
  server.listen({ port, host, exclusive: true });
  await once(server, 'listening');
}

/** Says why the process cannot run, and what to do. */
function explain({ code, message }: NodeJS.ErrnoException, { settings: { host, port } }: AudienceOpening): string {
  switch (code) {
    case 'EADDRINUSE':
      return `TCP port ${port} is in use. Stop the program that uses it, or restart with another port in SLUICE_AUDIENCE_PORT`;
    case 'EADDRNOTAVAIL':
      return `${host} is not an address of this machine. Restart with one that is in SLUICE_AUDIENCE_HOST`;
    case 'EACCES':
      return `TCP port ${port} on ${host} is not allowed for this user. Restart with a port of 1024 or above in SLUICE_AUDIENCE_PORT`;
    default:
      return `it failed to start (${message})`;
  }
}

async function close(): Promise<void> {
  if (server) await closeServer(server);
  process.exit();
}

function send(message: FromAudience, sent: () => void = () => {}): void {
  if (process.connected) process.send?.(message, undefined, undefined, sent);
}

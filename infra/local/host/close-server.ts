import type { Server } from 'node:http';

const GRACE_MS = 1_000;

/** Stops listening, waits a moment for requests in flight, then closes the remaining connections. */
export async function closeServer(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  const cut = setTimeout(() => server.closeAllConnections(), GRACE_MS);
  await closed;
  clearTimeout(cut);
}

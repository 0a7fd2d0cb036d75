import { createServer } from 'node:http';
import { afterEach, expect, it } from 'vitest';
import { closeServer } from '../../../infra/local/host/close-server.ts';
import { applyLoad } from './load.ts';
import type { AddressInfo } from 'node:net';

let server = createServer();
afterEach(() => closeServer(server));

/** Starts a server that announces two seconds and never closes a connection itself. @returns connections so far */
async function listen(): Promise<{ origin: string; connections: () => number }> {
  server = createServer({ keepAliveTimeout: 2_000 }, (_request, response) => response.end('ok'));
  server.keepAliveTimeoutBuffer = 600_000;
  let count = 0;
  server.on('connection', () => (count += 1));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, connections: () => count };
}

it.each([
  ['opens another connection before the server may close an idle one', 0.4, 2],
  ['keeps a connection that is in use', 100, 1],
])('%s', async (_case, perSecond, expected) => {
  const { origin, connections } = await listen();
  const load = { origin, requestOf: () => ({ path: '/' }), parallel: 1, pace: { perSecond }, until: { count: 2 } };
  expect(await applyLoad(load)).toMatchObject({ statuses: { 200: 2 } });
  expect(connections()).toBe(expected);
});

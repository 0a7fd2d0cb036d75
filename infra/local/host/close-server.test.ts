import { once } from 'node:events';
import { createServer, get, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { closeServer } from './close-server.ts';

let server: Server;
beforeEach(async () => {
  server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterEach(() => void server.closeAllConnections());

/** Starts a request that the server has received but not answered. */
async function begin() {
  const request = get({ port: (server.address() as AddressInfo).port, host: '127.0.0.1' });
  const [, response] = (await once(server, 'request')) as [unknown, ServerResponse];
  return { request, response };
}

describe('closeServer', () => {
  it('waits for a request in flight to be answered', async () => {
    const { request, response } = await begin();
    const closed = closeServer(server);
    response.end('done');
    const [answer] = await once(request, 'response');
    expect(answer.statusCode).toBe(200);
    answer.resume();
    await closed;
  });

  it('closes the connection of a request that is never answered', async () => {
    const { request } = await begin();
    const failed = once(request, 'error');
    await closeServer(server);
    expect(await failed).toEqual([expect.objectContaining({ code: 'ECONNRESET' })]);
  });
});

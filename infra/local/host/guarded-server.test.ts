import { once } from 'node:events';
import type { RequestListener, Server, ServerResponse } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import { afterEach, describe, expect, it } from 'vitest';
import { waitFor } from '../../../test/support/wait-for.ts';
import { explainAsProblem, explainUnreadable } from './early-problem.ts';
import { createGuardedServer, type GuardedServerOptions } from './guarded-server.ts';

const servers: Server[] = [];
const sockets: Socket[] = [];

afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
  for (const server of servers.splice(0)) {
    server.close();
    server.closeAllConnections();
  }
});

const greet: RequestListener = (_request, response) => response.end('hello');

async function listen(options: Partial<GuardedServerOptions> = {}): Promise<number> {
  const server = createGuardedServer({ listener: greet, connectionsMax: 100, explain: explainAsProblem, ...options });
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

/** Opens a connection and collects what the server sends. */
async function open(port: number, localAddress = '127.0.0.1') {
  const socket = connect({ port, host: '127.0.0.1', localAddress });
  sockets.push(socket);
  let text = '';
  socket.on('data', (chunk) => (text += chunk.toString()));
  // Some tests expect the server to reset the connection.
  socket.on('error', () => {});
  await once(socket, 'connect');
  return { socket, text: () => text, closed: new Promise((resolve) => socket.once('close', resolve)) };
}

async function answerTo(port: number, bytes: string): Promise<{ status: number; head: string; body: string }> {
  const { socket, text, closed } = await open(port);
  socket.write(bytes);
  await closed;
  const [head = '', body = ''] = text().split('\r\n\r\n');
  return { status: Number(head.split(' ')[1]), head, body };
}

const REQUEST = 'GET / HTTP/1.1\r\nhost: localhost\r\n\r\n';

describe('the time limits of a guarded server', () => {
  it('keep a connection between two requests, longer than one to send the headers of the next', async () => {
    const port = await listen({ headersMs: 100 });
    const { socket, text } = await open(port);
    socket.write(REQUEST);
    await waitFor('the first answer', () => text().includes('hello'));
    expect(text()).toContain('Keep-Alive: timeout=65');
    await new Promise((resolve) => setTimeout(resolve, 400));
    expect(socket.destroyed).toBe(false);
    socket.write(REQUEST);
    await waitFor('the second answer', () => text().split('hello').length === 3);
  });

  it('close a connection that sends nothing', async () => {
    const port = await listen({ headersMs: 100 });
    const { text, closed } = await open(port);
    await closed;
    expect(text()).toContain('HTTP/1.1 408');
  });

  it('end headers and bodies that arrive a byte at a time, with a reason', async () => {
    const port = await listen({
      headersMs: 100,
      requestMs: 200,
      listener: (request, response) => void request.resume().once('end', () => response.end()),
    });
    for (const begin of [
      'GET / HTTP/1.1\r\nhost: x\r\n',
      'POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 9999\r\n\r\n',
    ]) {
      const { socket, text, closed } = await open(port);
      socket.write(begin);
      const drip = setInterval(() => socket.write('x'), 20);
      await closed;
      clearInterval(drip);
      expect(text()).toMatch(/^HTTP\/1.1 408 Request Timeout\r\n/);
      expect(text()).toContain('"status":408');
    }
  });

  it('end a response that the client does not read', async () => {
    const port = await listen({
      silenceMs: 200,
      listener: (_request, response) => void response.write(Buffer.alloc(64 * 1024 * 1024)),
    });
    const { socket, closed } = await open(port);
    socket.pause();
    socket.write(REQUEST);
    const server = servers.at(-1)!;
    await expect.poll(() => new Promise((resolve) => server.getConnections((_e, n) => resolve(n)))).toBe(0);
    socket.resume();
    await closed;
  });
});

describe('the connection limit of a guarded server', () => {
  it('admits the newest connection and closes an idle one', async () => {
    const port = await listen({ connectionsMax: 3 });
    const idle = [await open(port), await open(port), await open(port)];
    const operator = await open(port);
    operator.socket.write(REQUEST);
    await expect.poll(() => operator.text()).toContain('hello');
    await idle[0]!.closed;
    expect(idle.slice(1).map(({ socket }) => socket.destroyed)).toEqual([false, false]);
  });

  it('closes a connection of the address that has the most', async () => {
    const port = await listen({ connectionsMax: 4 });
    const operator = await open(port, '127.0.0.1');
    const greedy = [];
    for (let count = 0; count < 20; count += 1) greedy.push(await open(port, '127.0.0.9'));
    operator.socket.write(REQUEST);
    await expect.poll(() => operator.text()).toContain('hello');
    await greedy[0]!.closed;
  });

  it('spares requests being answered, but not a body that does not arrive', async () => {
    const pending: ServerResponse[] = [];
    const port = await listen({ connectionsMax: 2, listener: (_request, response) => void pending.push(response) });
    const working = await open(port);
    working.socket.write(REQUEST);
    const slow = await open(port);
    slow.socket.write('POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\n\r\nx');
    await expect.poll(() => pending).toHaveLength(2);
    await open(port);
    await slow.closed;
    pending[0]!.end('done');
    await expect.poll(() => working.text()).toContain('done');
  });
});

describe('a refusal before there is a request', () => {
  it.each([
    ['text that is not HTTP', 'hello there\r\n\r\n', 400],
    ['two lengths', 'POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nx', 400],
    ['headers that are too large', `GET / HTTP/1.1\r\nhost: x\r\na: ${'x'.repeat(20_000)}\r\n\r\n`, 431],
    ['CONNECT', 'CONNECT 10.0.0.1:443 HTTP/1.1\r\nhost: x\r\n\r\n', 405],
    ['an expectation', 'POST / HTTP/1.1\r\nhost: x\r\nexpect: tea\r\ncontent-length: 0\r\n\r\n', 417],
    ['no Host', 'GET / HTTP/1.1\r\nconnection: close\r\n\r\n', 400],
    ['a malformed Host', 'GET / HTTP/1.1\r\nhost: a b\r\nconnection: close\r\n\r\n', 400],
  ])('is a problem like the API’s own: %s', async (_name, bytes, status) => {
    const listener = getRequestListener(() => new Response('reached'), { errorHandler: explainUnreadable });
    const answer = await answerTo(await listen({ listener }), bytes);
    expect(answer.status).toBe(status);
    expect(answer.head).toContain('content-type: application/problem+json');
    expect(answer.head).toContain('x-content-type-options: nosniff');
    expect(JSON.parse(answer.body)).toMatchObject({
      status,
      code: expect.any(String),
      detail: expect.any(String),
      remedy: expect.any(String),
      requestId: expect.any(String),
    });
  });

  it('is not written into a response that has begun', async () => {
    const port = await listen({ listener: (_request, response) => void response.write('half') });
    const { socket, text, closed } = await open(port);
    socket.write(REQUEST);
    await expect.poll(() => text()).toContain('half');
    socket.write('no HTTP at all\r\n\r\n');
    await closed;
    expect(text()).not.toContain('problem');
  });
});

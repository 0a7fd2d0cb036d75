/** A Hono server that answers every request with the bytes it was given: the least an answer of that size can cost. */
import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { serve } from '@hono/node-server';
import { Hono } from 'hono';

const answers = new Map<string, string>();
const app = new Hono();
app.all('*', (context) => {
  const { pathname, search } = new URL(context.req.url);
  return context.body(answers.get(pathname + search) ?? '', 200, { 'content-type': 'application/json' });
});

process.on('message', ({ path, body }: { path: string; body: string }) => {
  answers.set(path, body);
  process.send!({ stored: path });
});
process.on('disconnect', () => process.exit(0));

const server = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }) as Server;
await once(server, 'listening');
process.send!({ port: (server.address() as AddressInfo).port });

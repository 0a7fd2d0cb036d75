/** A plain server of files, as the measure of what one core can serve: Hono on Node with its own static middleware. */
import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { serve } from '@hono/node-server';
import { serveStatic } from '@hono/node-server/serve-static';
import { Hono } from 'hono';

const app = new Hono();
app.use('*', serveStatic({ root: process.argv[2]! }));
process.on('disconnect', () => process.exit());
const server = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }) as Server;
await once(server, 'listening');
process.send!({ port: (server.address() as AddressInfo).port });

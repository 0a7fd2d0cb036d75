import { once } from 'node:events';
import { request, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createEngineServer } from './engine-http.ts';
import { ENGINE_SECRET_HEADER, TAKEN_AT_HEADER } from './engine-messages.ts';

const SECRET = 'the secret of this engine';
let server: Server;
let port: number;
let requests: string[] = [];

beforeEach(async () => {
  requests = [];
  server = createEngineServer(
    {
      async fetchSourcePicture(flowArn, name) {
        requests.push(name ? `${flowArn} ${name}` : flowArn);
        return { jpeg: Buffer.from('picture'), takenAtMs: 5 };
      },
      async fetchPackage(packageChannelId, path) {
        requests.push(`${packageChannelId} ${path}`);
        return { status: 200, contentType: 'video/mp2t', body: Buffer.from('segment') };
      },
    },
    SECRET,
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  port = (server.address() as AddressInfo).port;
});

afterEach(() => void server.close());

async function get(path: string, headers: Record<string, string>): Promise<{ status: number; headers: object }> {
  const sent = request({ port, host: '127.0.0.1', path, headers, agent: false });
  const answered = once(sent.end(), 'response') as Promise<[IncomingMessage]>;
  const [answer] = await answered;
  answer.resume();
  return { status: answer.statusCode!, headers: answer.headers };
}

it('answers a request that carries the secret and uses its own address', async () => {
  const headers = { [ENGINE_SECRET_HEADER]: SECRET };
  const picture = await get('/pictures/arn%3Aflow', headers);
  expect(picture).toMatchObject({ status: 200, headers: { [TAKEN_AT_HEADER]: '5', 'content-type': 'image/jpeg' } });
  expect((await get('/pictures/arn%3Aflow/backup', headers)).status).toBe(200);
  expect((await get('/pictures/arn%3Aflow/spare', headers)).status).toBe(404);
  expect((await get('/packages/sluice/index.m3u8?_HLS_msn=1', headers)).status).toBe(200);
  expect(requests).toEqual(['arn:flow', 'arn:flow backup', 'sluice index.m3u8?_HLS_msn=1']);
});

it.each([
  ['without a secret', {}],
  ['with a wrong one', { [ENGINE_SECRET_HEADER]: `${SECRET}!` }],
  ['with the secret, by a name that leads here', { [ENGINE_SECRET_HEADER]: SECRET, host: 'rebound.example.com' }],
  ['with the secret, by localhost of another port', { [ENGINE_SECRET_HEADER]: SECRET, host: '127.0.0.1:80' }],
])('refuses any other request without revealing what exists: %s', async (_name, headers) => {
  const statuses = await Promise.all(
    ['/pictures/arn%3Aflow', '/packages/sluice/index.m3u8', '/', '/none'].map(
      async (path) => (await get(path, headers)).status,
    ),
  );
  expect(statuses).toEqual([403, 403, 403, 403]);
  expect(requests).toEqual([]);
});

import { once } from 'node:events';
import http, { type RequestListener } from 'node:http';
import https from 'node:https';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { generate } from 'selfsigned';
import { afterEach, describe, expect, it } from 'vitest';
import { post, type PostOptions } from './post.ts';

/** Receivers as they are met: real sockets on loopback. */
const open: { close: () => void }[] = [];
afterEach(() => open.splice(0).forEach((each) => each.close()));

const local: PostOptions = { loopbackAllowed: true };

async function listen(server: Server): Promise<number> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  open.push({
    close() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  });
  return (server.address() as AddressInfo).port;
}

async function startReceiver(answer: RequestListener) {
  const seen: { method: string; url: string; headers: http.IncomingHttpHeaders; body: string }[] = [];
  const port = await listen(
    http.createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const { method = '', url = '', headers } = request;
        seen.push({ method, url, headers, body: Buffer.concat(chunks).toString() });
        void answer(request, response);
      });
    }),
  );
  return { url: `http://127.0.0.1:${port}/hook`, port, seen };
}

describe('a request', () => {
  it('carries the body as given, and returns status and answer', async () => {
    const { url, seen } = await startReceiver((_request, response) => {
      response.writeHead(503, { 'retry-after': '7' }).end('later, please');
    });
    const answer = await post({ url, body: '{"ä":1}', headers: { 'webhook-id': 'evt_1' } }, local);
    expect(answer).toEqual({ status: 503, error: null, retryAfter: '7', text: 'later, please' });
    expect(seen).toMatchObject([
      {
        method: 'POST',
        url: '/hook',
        body: '{"ä":1}',
        headers: { 'webhook-id': 'evt_1', 'content-type': 'application/json' },
      },
    ]);
  });

  it.each([301, 302, 303, 307, 308])('does not follow a redirect with %i', async (status) => {
    const elsewhere = await startReceiver((_request, response) => response.end('reached'));
    const { url } = await startReceiver((_request, response) => {
      response.writeHead(status, { location: elsewhere.url }).end();
    });
    expect((await post({ url, body: '{}' }, local)).status).toBe(status);
    expect(elsewhere.seen).toEqual([]);
  });

  it('reaches a private address only on its listed port', async () => {
    const options = { loopbackAllowed: false, privateHosts: ['192.168.255.254:8000'], timeoutMs: 50 };
    const errorAt = async (url: string) => (await post({ url, body: '' }, options)).error;
    // Nothing is there: the attempt to connect is what counts.
    expect(await errorAt('http://192.168.255.254:8000/')).not.toBe('address_not_allowed');
    expect(await errorAt('http://192.168.255.254:8001/')).toBe('address_not_allowed');
    expect(await errorAt('http://192.168.255.253:8000/')).toBe('address_not_allowed');
  });

  it('reads at most 64 kB of an answer that never ends', async () => {
    const { url } = await startReceiver((_request, response) => {
      const chunk = Buffer.alloc(16_384, 'x');
      const write = () => {
        while (!response.destroyed && response.write(chunk));
      };
      response.on('drain', write);
      write();
    });
    // Only the bound on its length ends this answer.
    const answer = await post({ url, body: '{}' }, { ...local, timeoutMs: 600_000 });
    expect([answer.status, answer.text.length]).toEqual([200, 65_536]);
  });

  it('ends in time when the receiver accepts and says nothing', async () => {
    const port = await listen(createServer(() => undefined));
    const answer = await post({ url: `http://127.0.0.1:${port}/`, body: '{}' }, { ...local, timeoutMs: 100 });
    expect(answer).toEqual({ status: null, error: 'timeout', text: '' });
  });

  it('ends in time when the answer trickles, and keeps the status it knows', async () => {
    const { url } = await startReceiver((_request, response) => {
      const timer = setInterval(() => response.write('.'), 10);
      response.on('close', () => clearInterval(timer));
    });
    const answer = await post({ url, body: '{}' }, { ...local, timeoutMs: 200 });
    expect([answer.status, answer.error]).toEqual([200, null]);
  });

  it.each([
    ['garbage', 'SSH-2.0-OpenSSH_9.6\r\n'],
    ['nothing', ''],
  ])('reports a receiver that answers %s as lost', async (_what, text) => {
    const port = await listen(createServer((socket) => void socket.end(text)));
    const answer = await post({ url: `http://127.0.0.1:${port}/`, body: '{}' }, local);
    expect(answer).toMatchObject({ status: null, error: 'connection_lost' });
  });

  it('reports a port where nothing listens, and a name that does not exist', async () => {
    const { port } = await startReceiver(() => undefined);
    open.splice(0).forEach((each) => each.close());
    expect((await post({ url: `http://127.0.0.1:${port}/`, body: '{}' }, local)).error).toBe('connection_refused');
    const resolve = async () => Promise.reject(Object.assign(new Error('no'), { code: 'ENOTFOUND' }));
    expect((await post({ url: 'https://nowhere.example/', body: '{}' }, { ...local, resolve })).error).toBe(
      'host_not_found',
    );
  });
});

describe('an address that must not be reached', () => {
  it.each([
    'http://127.0.0.1',
    'http://[::1]',
    'https://10.0.0.1',
    'https://169.254.169.254',
    'https://[::ffff:127.0.0.1]',
  ])('is refused before a connection: %s', async (origin) => {
    expect(await post({ url: `${origin}:9/`, body: '{}' }, { loopbackAllowed: false })).toEqual({
      status: null,
      error: 'address_not_allowed',
      text: '',
    });
  });

  it('is refused when a name points at it, at each request again', async () => {
    const { port, seen } = await startReceiver((_request, response) => response.end());
    const answers = [[{ address: '8.8.8.8', family: 4 }], [{ address: '127.0.0.1', family: 4 }]];
    let asked = 0;
    // A name that rebinds: public when the target is stored, loopback when the message is sent.
    const resolve = async () => answers[Math.min(asked++, 1)]!;
    await resolve();
    const answer = await post(
      { url: `http://rebinds.example:${port}/`, body: '{}' },
      { loopbackAllowed: false, resolve },
    );
    expect([answer.error, seen.length, asked]).toEqual(['address_not_allowed', 0, 2]);
  });

  it('is refused beside a public one', async () => {
    const resolve = async () => [
      { address: '8.8.8.8', family: 4 },
      { address: '10.0.0.1', family: 4 },
    ];
    const answer = await post({ url: 'https://both.example:9/', body: '{}' }, { loopbackAllowed: false, resolve });
    expect(answer.error).toBe('address_not_allowed');
  });
});

describe('TLS', () => {
  async function startSecure(name: string) {
    const { private: key, cert } = await generate([{ name: 'commonName', value: name }], {
      extensions: [{ name: 'subjectAltName', altNames: [{ type: 2, value: name }] }],
    });
    const port = await listen(https.createServer({ key, cert }, (_request, response) => response.end('ok')));
    return { port, cert };
  }
  const resolve = async () => [{ address: '127.0.0.1', family: 4 }];

  it('is checked against the name, although the connection goes to the checked address', async () => {
    const { port, cert } = await startSecure('hooks.example.com');
    const options = { ...local, resolve, ca: cert };
    expect((await post({ url: `https://hooks.example.com:${port}/`, body: '{}' }, options)).status).toBe(200);
    expect((await post({ url: `https://other.example.com:${port}/`, body: '{}' }, options)).error).toBe('tls_failed');
  });

  it('refuses a certificate that no authority signed', async () => {
    const { port } = await startSecure('hooks.example.com');
    const answer = await post({ url: `https://hooks.example.com:${port}/`, body: '{}' }, { ...local, resolve });
    expect(answer.error).toBe('tls_failed');
  });
});

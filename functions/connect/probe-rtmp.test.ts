import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import net, { type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { startHostileServer, type HostileBehaviour } from '../../test/support/hostile-server.ts';
import { makeTestCertificate } from '../../test/support/rtmp.ts';
import { createIngestProbe, type IngestProbeOptions } from './create-ingest-probe.ts';

/** Tests servers on this machine: one that is not ours, and hostile ones that share no code with the client. */

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

const forever = new AbortController().signal;

function probe(options: Partial<IngestProbeOptions> = {}) {
  return createIngestProbe({ from: 'sender', loopbackAllowed: true, ...options });
}

async function serve(behaviour: HostileBehaviour = {}) {
  const server = await startHostileServer(behaviour);
  cleanups.push(() => server.close());
  return server;
}

/** Starts a TCP server. @returns its port */
async function listen(onConnection: (socket: net.Socket) => void): Promise<number> {
  const sockets = new Set<net.Socket>();
  const server = net.createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    onConnection(socket);
  });
  cleanups.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

async function pickFreePort(): Promise<number> {
  const port = await listen(() => {});
  await cleanups.pop()!();
  return port;
}

/** Writes an `_error` that answers `connect`, in one chunk. */
function refuseApplication(socket: net.Socket, code: string, description: string): void {
  const text = (value: string) => Buffer.concat([Buffer.of(0, value.length), Buffer.from(value)]);
  const string = (value: string) => Buffer.concat([Buffer.of(2), text(value)]);
  const number = Buffer.alloc(9);
  number.writeDoubleBE(1, 1);
  const entries = { level: 'error', code, description };
  const object = Object.entries(entries).map(([name, value]) => Buffer.concat([text(name), string(value)]));
  const body = Buffer.concat([string('_error'), number, Buffer.of(5), Buffer.of(3), ...object, Buffer.of(0, 0, 9)]);
  const header = Buffer.from([3, 0, 0, 0, 0, body.length >> 8, body.length & 255, 20, 0, 0, 0, 0]);
  const chunks = [header];
  for (let at = 0; at < body.length; at += 128) {
    if (at > 0) chunks.push(Buffer.of(0xc3));
    chunks.push(body.subarray(at, at + 128));
  }
  socket.write(Buffer.concat(chunks));
}

describe('a test of an RTMP server', () => {
  it('reaches the application of node-media-server with connect, and sends no other command', async () => {
    const port = await pickFreePort();
    const folder = dirname(createRequire(import.meta.url).resolve('node-media-server/package.json'));
    // The server announces nothing before a stream, so its own decoder of commands reports what it has read.
    const script = `
      const AMF = require(${JSON.stringify(`${folder}/src/protocol/amf.js`)});
      const decode = AMF.decodeAmf0Cmd;
      AMF.decodeAmf0Cmd = (bytes) => {
        const decoded = decode(bytes);
        console.log('command ' + decoded.cmd);
        return decoded;
      };
      const Server = require(${JSON.stringify(folder)});
      new Server({ bind: '127.0.0.1', rtmp: { port: ${port} } }).run();
      console.log('ready');`;
    // The server keeps files in its working directory.
    const cwd = mkdtempSync(join(tmpdir(), 'sluice-probe-'));
    cleanups.push(() => rmSync(cwd, { recursive: true, force: true }));
    const server = spawn(process.execPath, ['-e', script], { cwd, stdio: ['ignore', 'pipe', 'inherit'] });
    cleanups.push(async () => {
      server.kill('SIGKILL');
      await once(server, 'exit');
    });
    let output = '';
    server.stdout.on('data', (bytes) => (output += bytes));
    await expect.poll(() => output).toContain('ready');
    const ask = () => probe().rtmp(`rtmp://127.0.0.1:${port}/live`, forever);
    await expect.poll(async () => (await ask())?.failure).toBeNull();
    expect(await ask()).toMatchObject({ reached: 'application', failure: null, address: '127.0.0.1' });
    await expect.poll(() => output).toContain('command');
    expect(new Set([...output.matchAll(/command (\w+)/g)].map(([, name]) => name))).toEqual(new Set(['connect']));
  });

  it('hangs up after the answer to connect', async () => {
    let received = '';
    const closed = Promise.withResolvers<void>();
    const server = await serve({
      onConnection(socket) {
        socket.on('data', (bytes: Buffer) => (received += bytes.toString('latin1')));
        socket.once('close', () => closed.resolve());
      },
    });
    expect(await probe().rtmp(`rtmp://127.0.0.1:${server.port}/live2`, forever)).toMatchObject({ failure: null });
    await closed.promise;
    expect(received).toContain('live2');
    expect(received).not.toMatch(/releaseStream|FCPublish|createStream|publish/);
  });

  it('shows the words of a server that refuses the application', async () => {
    const server = await serve({
      onConnect(socket) {
        refuseApplication(socket, 'NetConnection.Connect.Rejected', 'no such application');
        return 'ignore';
      },
    });
    expect(await probe().rtmp(`rtmp://127.0.0.1:${server.port}/wrong`, forever)).toMatchObject({
      reached: 'answered',
      failure: { code: 'application_rejected', detail: expect.stringContaining('no such application') },
    });
  });

  it('suspects the application when the server hangs up after connect', async () => {
    const server = await serve({
      onConnect(socket) {
        socket.destroy();
        return 'ignore';
      },
    });
    expect(await probe().rtmp(`rtmp://127.0.0.1:${server.port}/x`, forever)).toMatchObject({
      failure: { code: 'application_rejected' },
    });
  });

  it('reports a port on which nothing listens', async () => {
    expect(await probe().rtmp(`rtmp://127.0.0.1:${await pickFreePort()}/x`, forever)).toMatchObject({
      reached: 'nothing',
      failure: { code: 'connection_refused' },
    });
  });

  it('ends within its limit on a server that never answers', async () => {
    const port = await listen(() => {});
    const began = performance.now();
    expect(await probe({ limitMs: 300 }).rtmp(`rtmp://127.0.0.1:${port}/x`, forever)).toMatchObject({
      reached: 'tcp',
      failure: { code: 'handshake_unanswered' },
    });
    expect(performance.now() - began).toBeGreaterThan(290);
  });

  it('returns null when its signal ends it, and closes the connection', async () => {
    const opened = Promise.withResolvers<net.Socket>();
    const port = await listen((socket) => opened.resolve(socket.resume()));
    const controller = new AbortController();
    const result = probe().rtmp(`rtmp://127.0.0.1:${port}/x`, controller.signal);
    const socket = await opened.promise;
    controller.abort();
    expect(await result).toBeNull();
    await new Promise<void>((resolve) => (socket.closed ? resolve() : socket.once('close', () => resolve())));
  });

  it('refuses a certificate of another authority, and reads the end of a trusted one', async () => {
    const { authority, cert, key } = await makeTestCertificate();
    const server = await serve({ tls: { cert, key } });
    const url = `rtmps://localhost:${server.port}/live2`;
    expect(await probe().rtmp(url, forever)).toMatchObject({
      reached: 'tcp',
      failure: { code: 'certificate_invalid' },
    });
    const trusted = await probe({ certificateAuthorities: [authority] }).rtmp(url, forever);
    expect(trusted).toMatchObject({ reached: 'application', failure: null });
    expect(Date.parse(trusted!.certificateUntil!)).toBeGreaterThan(Date.now());
  });

  it('recognizes a server that expects TLS, and one that does not speak it', async () => {
    const { cert, key } = await makeTestCertificate();
    const secure = await serve({ tls: { cert, key } });
    const plain = await serve();
    const [toSecure, toPlain] = [`rtmp://127.0.0.1:${secure.port}/x`, `rtmps://localhost:${plain.port}/x`];
    expect(await probe().rtmp(toSecure, forever)).toMatchObject({
      failure: { code: expect.stringMatching(/^tls_expected$|^not_rtmp$/) },
    });
    expect(await probe().rtmp(toPlain, forever)).toMatchObject({ reached: 'tcp', failure: { code: 'tls_failed' } });
  });

  it.each(['rtmp://127.0.0.1:PORT/x', 'rtmp://localhost:PORT/x'])(
    'dials no loopback address on AWS: %s',
    async (url) => {
      const server = await serve();
      const strict = probe({ loopbackAllowed: false });
      expect(await strict.rtmp(url.replace('PORT', String(server.port)), forever)).toMatchObject({
        reached: 'nothing',
        failure: { code: 'host_not_public' },
      });
      expect(server.connections()).toBe(0);
    },
  );

  it.each(['10.0.0.1', '169.254.169.254', '192.168.1.1', '[fd00::1]'])('never dials %s', async (host) => {
    expect(await probe().rtmp(`rtmp://${host}/x`, forever)).toMatchObject({
      reached: 'nothing',
      failure: { code: 'host_not_public' },
    });
  });

  it('runs eight tests at once, and drops the waiting ones at the signal', async () => {
    let open = 0;
    const port = await listen(() => void (open += 1));
    const controller = new AbortController();
    const together = probe();
    const results = Array.from({ length: 12 }, (_, index) =>
      together.rtmp(`rtmp://127.0.0.1:${port}/app${index}`, controller.signal),
    );
    await expect.poll(() => open).toBe(8);
    controller.abort();
    expect(await Promise.all(results)).toEqual(Array(12).fill(null));
    expect(open).toBe(8);
  });
});

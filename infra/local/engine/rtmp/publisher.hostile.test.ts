/** Tests the publisher against misbehaving servers: bare sockets that share no code with it, in real time. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../host/clock.ts';
import {
  command,
  message,
  NULL,
  number,
  object,
  startHostileServer,
  status,
  text,
  type HostileBehaviour,
} from '../../../../test/support/hostile-server.ts';
import { createKernelSendQueues } from './kernel-send-queues.ts';
import { createRtmpPublisher, type RtmpPublisher } from './publisher.ts';
import {
  makeAudioFrame,
  makeTestCertificate,
  makeTestHub,
  makeVideoFrame,
  SAMPLE_FORMAT,
  until,
} from '../../../../test/support/rtmp.ts';
import type { TestCertificate } from '../../../../test/support/rtmp.ts';

const FRAME_MS = 33;
let certificate: TestCertificate;
const cleanups: (() => unknown)[] = [];

beforeAll(async () => {
  certificate = await makeTestCertificate();
});
// Each test mostly waits, so several run at once, and shared resources stay open until the last one ends.
afterAll(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

/** Publishes 30 small frames a second to the server. */
async function publishTo(
  behaviour: HostileBehaviour,
  options: { scheme?: string; frameBytes?: number; host?: string } = {},
) {
  const server = await startHostileServer(behaviour);
  cleanups.push(() => server.close());
  const hub = makeTestHub();
  hub.setFormat(SAMPLE_FORMAT);
  let index = 0;
  const timer = setInterval(() => {
    hub.push(makeVideoFrame(index * FRAME_MS, index % 30 === 0, options.frameBytes ?? 1_500));
    hub.push(makeAudioFrame(index * FRAME_MS));
    index += 1;
  }, FRAME_MS);
  cleanups.push(() => clearInterval(timer));
  const publisher = createRtmpPublisher({
    url: `${options.scheme ?? 'rtmp'}://${options.host ?? '127.0.0.1'}:${server.port}/app`,
    streamKey: 'a-stream-key',
    dial: { loopbackAllowed: true },
    verifyCertificate: false,
    program: hub.program,
    sendQueues: createKernelSendQueues(systemClock),
    onChange: () => {},
    random: () => 0.5,
  });
  cleanups.push(() => publisher.close());
  return { server, publisher };
}

const problemIs = (publisher: RtmpPublisher, ...codes: string[]) =>
  until(() => codes.includes(publisher.report().problem?.code ?? ''), `the problem is ${codes.join(' or ')}`, 60_000);
const delivers = (publisher: RtmpPublisher) =>
  until(
    () => publisher.report().state === 'publishing' && publisher.report().framesSent > 20,
    'frames are delivered',
    60_000,
  );

describe.concurrent('a server that declares the stream over and leaves the connection open', () => {
  it.each([
    ['Connect.Closed', status('NetConnection.Connect.Closed')],
    ['Unpublish.Success', status('NetStream.Unpublish.Success')],
    ['the command close', command('close', number(0), NULL)],
    ['onFCUnpublish', command('onFCUnpublish', number(0), NULL)],
    ['StreamEOF', message(4, Buffer.of(0, 1, 0, 0, 0, 1))],
  ])('is taken at its word: %s', async (_name, words) => {
    const { server, publisher } = await publishTo({});
    await delivers(publisher);
    server.say(words);
    await problemIs(publisher, 'ended_by_server');
    expect(publisher.report().state).toBe('reconnecting');
    await until(() => server.connections() === 2, 'it connects again', 60_000);
  });
});

describe.concurrent('a server that sends messages a publisher does not need', () => {
  it('does not disturb the stream, neither before publishing nor during it', async () => {
    const typed = Buffer.concat([Buffer.of(16), text('Some.Class'), text('a'), Buffer.of(5), Buffer.of(0, 0, 9)]);
    const remarks = [
      command('onBWDone', number(0), NULL, typed),
      command('onCustom', number(0), Buffer.of(17, 10, 11, 1)),
      command('onCustom', number(0), Buffer.of(15, 0, 0, 0, 4), Buffer.from('<a/>')),
      command('onCustom', number(0), Buffer.of(7, 0, 1), Buffer.of(13), Buffer.of(4)),
      message(18, Buffer.alloc(300_000, 2)),
      message(20, Buffer.alloc(100_000, 2)),
      status('NetStream.Record.NoAccess', 'error', 'not allowed to record'),
      status('NetConnection.Call.Failed', 'error'),
      message(22, Buffer.alloc(100)),
    ];
    const { server, publisher } = await publishTo({
      onConnect: (socket) => void socket.write(Buffer.concat(remarks)),
    });
    await delivers(publisher);
    for (const remark of remarks) server.say(remark);
    const { framesSent } = publisher.report();
    await until(() => publisher.report().framesSent > framesSent + 60, 'it continues for two seconds', 60_000);
    expect(publisher.report()).toMatchObject({ state: 'publishing', reconnects: 0 });
    expect(server.connections()).toBe(1);
  });
});

describe.concurrent('the reason', () => {
  const cases: [name: string, code: string, behaviour: HostileBehaviour, scheme?: string][] = [
    ['a server that leaves publish unanswered', 'publish_unanswered', { onPublish: () => 'ignore' }],
    ['a server that leaves the handshake unanswered', 'handshake_unanswered', { onConnection: () => 'ignore' }],
    [
      'a server that challenges for a user name',
      'authentication_unsupported',
      {
        onConnect(socket) {
          const description = '[ AccessManager.Reject ] : [ authmod=adobe ] : ?reason=needauth&user=x';
          const code = 'NetConnection.Connect.Rejected';
          socket.end(command('_error', number(1), NULL, object({ level: 'error', code, description })));
          return 'ignore';
        },
      },
    ],
    [
      'a server that hangs up at the first picture',
      'stream_refused',
      { onFirstVideo: (socket) => void socket.destroy() },
    ],
    [
      'a server that hangs up when it receives the application',
      'application_rejected',
      {
        onConnect(socket) {
          socket.destroy();
          return 'ignore';
        },
      },
    ],
    [
      'a web server',
      'not_rtmp',
      { onConnection: (socket) => (socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'), 'ignore') },
    ],
    ['a plain server addressed with rtmps', 'tls_failed', {}, 'rtmps'],
  ];
  it.each(cases)('fits the cause: %s', async (_name, code, behaviour, scheme) => {
    const { publisher } = await publishTo(behaviour, { ...(scheme && { scheme }) });
    await problemIs(publisher, code);
    expect(publisher.report().problem!.detail).not.toContain('a-stream-key');
  });

  it('fits the cause: a TLS server addressed with rtmp', async () => {
    // OpenSSL answers with an alert (protocol_version), Node hangs up silently.
    const alert = Buffer.of(0x15, 3, 1, 0, 2, 2, 70);
    const openssl = await publishTo({ onConnection: (socket) => (socket.end(alert), 'ignore') });
    await problemIs(openssl.publisher, 'tls_expected');
    expect(openssl.publisher.report().state).toBe('reconnecting');
    const node = await publishTo({ tls: certificate });
    await problemIs(node.publisher, 'tls_expected', 'not_rtmp');
  });

  it('fits the cause: a server that wants a client certificate, or speaks TLS 1.1 only', async () => {
    const strict = await publishTo(
      { tls: { ...certificate, requestCert: true, rejectUnauthorized: true } },
      { scheme: 'rtmps' },
    );
    await problemIs(strict.publisher, 'tls_failed');
    const old = { ...certificate, minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'ALL:@SECLEVEL=0' } as const;
    const outdated = await publishTo({ tls: old }, { scheme: 'rtmps' });
    await problemIs(outdated.publisher, 'tls_failed');
    expect(outdated.publisher.report().problem!.detail).not.toContain('certificate');
  });
});

describe.concurrent('a server that ends each session after some seconds', () => {
  it('is reported as such from the third time on, and never counts as healthy in between', async () => {
    const { server, publisher } = await publishTo({
      onFirstVideo: (socket) => void setTimeout(() => socket.destroy(), 4_000),
    });
    for (const round of [1, 2]) await until(() => server.connections() > round, `round ${round} is over`, 60_000);
    await problemIs(publisher, 'ends_repeatedly');
    expect(publisher.report().problem!.detail).toMatch(/after about [345] s, 3 times/);
    await until(() => server.connections() === 4, 'it connects again', 60_000);
    const { framesSent } = publisher.report();
    await until(() => publisher.report().framesSent > framesSent + 30, 'frames are taken', 60_000);
    expect(publisher.report()).toMatchObject({ state: 'reconnecting', problem: { code: 'ends_repeatedly' } });
  });
});

describe.concurrent('a server that stops reading', () => {
  it.each([
    ['at 0.4 Mbit/s, by its acknowledgements', 1_500, 16_384],
    ['at 6 Mbit/s, by what the kernel has not been able to send', 25_000, undefined],
  ])('is detected within seconds %s', async (_name, frameBytes, acknowledgeEveryBytes) => {
    const { server, publisher } = await publishTo(
      { ...(acknowledgeEveryBytes && { acknowledgeEveryBytes }) },
      { frameBytes },
    );
    await until(() => publisher.report().framesSent > 150, 'it has run for five seconds', 60_000);
    expect(publisher.report()).toMatchObject({ state: 'publishing' });
    // How many depends on the load of the machine that pushes them.
    expect(publisher.report().framesPerSecond).toBeGreaterThan(0);
    server.read(false);
    await problemIs(publisher, 'not_accepting');
    expect(publisher.report()).toMatchObject({ state: 'stalled' });
    await problemIs(publisher, 'stalled');
    await until(() => publisher.report().state !== 'publishing', 'it is not green');
  });
});

describe.concurrent('a name whose address changes', () => {
  it('is refused at the next connection, before anything is sent', async () => {
    const server = await startHostileServer();
    cleanups.push(() => server.close());
    const hub = makeTestHub();
    hub.setFormat(SAMPLE_FORMAT);
    const timer = setInterval(() => hub.push(makeVideoFrame(Date.now(), true)), FRAME_MS);
    cleanups.push(() => clearInterval(timer));
    let address = '127.0.0.1';
    const publisher = createRtmpPublisher({
      url: `rtmp://rebinding.example.com:${server.port}/app`,
      streamKey: 'a-stream-key',
      dial: { loopbackAllowed: true, resolve: async () => [{ address, family: 4 }] },
      verifyCertificate: true,
      program: hub.program,
      onChange: () => {},
      random: () => 0.5,
    });
    cleanups.push(() => publisher.close());
    await delivers(publisher);
    address = '10.0.0.5';
    server.hangUp();
    await problemIs(publisher, 'host_not_public');
    expect(publisher.report().problem!.detail).toBe('the host name points at an address in a private network');
    expect(server.connections()).toBe(1);
  });
});

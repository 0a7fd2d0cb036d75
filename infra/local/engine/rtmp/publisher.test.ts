import net from 'node:net';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startRtmpReceiver } from '../../rtmp-receiver/rtmp-receiver.ts';
import { createRtmpPublisher } from './publisher.ts';
import {
  makeAudioFrame,
  makeManualClock,
  makeTestCertificate,
  makeTestHub,
  makeVideoFrame,
  SAMPLE_AVC_CONFIGURATION,
  SAMPLE_FORMAT,
  until,
} from '../../../../test/support/rtmp.ts';
import type { AddressInfo } from 'node:net';
import type { TestCertificate } from '../../../../test/support/rtmp.ts';
import type { RtmpPublisherOptions } from './publisher.ts';
import type { RtmpReceiver, RtmpReceiverOptions } from '../../rtmp-receiver/rtmp-receiver.ts';

const STREAM_KEY = 'live_rehearsal-key-4711?signature=abc';
const RETRY_MS = [500, 1_000, 2_000, 4_000, 8_000, 15_000, 30_000];
const STEP_MS = 100;

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

async function receive(options: Partial<RtmpReceiverOptions> = {}): Promise<RtmpReceiver> {
  const receiver = await startRtmpReceiver({ port: 0, ...options });
  cleanups.push(() => receiver.close());
  return receiver;
}

/** Starts a bare TCP server that calls the handler for each connection. */
async function listenRaw(onConnection: (socket: net.Socket) => void): Promise<number> {
  const sockets = new Set<net.Socket>();
  const server = net.createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    onConnection(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanups.push(() => {
    for (const socket of sockets) socket.destroy();
    return new Promise((resolve) => server.close(resolve));
  });
  return (server.address() as AddressInfo).port;
}

function publish(url: string, overrides: Partial<RtmpPublisherOptions> = {}) {
  const hub = makeTestHub();
  const clock = makeManualClock();
  hub.setFormat(SAMPLE_FORMAT);
  hub.push(makeVideoFrame(100_000, true));
  const publisher = createRtmpPublisher({
    url,
    streamKey: STREAM_KEY,
    dial: { loopbackAllowed: true },
    verifyCertificate: true,
    program: hub.program,
    clock,
    onChange: () => {},
    random: () => 0.5,
    ...overrides,
  });
  cleanups.push(() => publisher.close());
  const reaches = (state: string) => until(() => publisher.report().state === state, `the publisher is ${state}`);
  const attempts = (count: number) =>
    until(() => publisher.report().problem?.attempt === count, `attempt ${count} has failed`);
  return { hub, clock, publisher, reaches, attempts };
}

/** Advances the publisher's clock by 100 ms at a time until the condition holds. */
async function untilWhileTimePasses(clock: ReturnType<typeof makeManualClock>, condition: () => boolean, what: string) {
  await until(() => {
    if (condition()) return true;
    clock.advance(STEP_MS);
    return false;
  }, what);
}

/** Advances the clock like `untilWhileTimePasses` and pushes a small keyframe at each step. */
async function untilWhileShowing({ hub, clock }: ReturnType<typeof publish>, condition: () => boolean, what: string) {
  await until(() => {
    if (condition()) return true;
    hub.push(makeVideoFrame(clock.now(), true, 100));
    clock.advance(STEP_MS);
    return false;
  }, what);
}

/** Stops a receiver from reading, with every buffer on the way full, and resumes it once the publisher has noticed. */
async function stallAndReturn(receiver: RtmpReceiver, published: ReturnType<typeof publish>) {
  const { hub, clock, publisher, reaches } = published;
  await reaches('publishing');
  receiver.pause();
  await until(() => {
    hub.push(makeVideoFrame(clock.now(), false, 300_000));
    return publisher.report().queuedBytes > 1_000_000;
  }, 'the buffers of the system are full');
  const stoppedAtMs = clock.now();
  await untilWhileShowing(published, () => publisher.report().state === 'stalled', 'the publisher notices');
  expect(publisher.report().problem?.code).toBe('not_accepting');
  expect(clock.now() - stoppedAtMs).toBeLessThan(6_000);
  await untilWhileShowing(
    published,
    () => publisher.report().problem?.code === 'stalled',
    'the publisher closes the connection',
  );
  expect(publisher.report().problem).toMatchObject({ attempt: 1 });
  receiver.resume();
  clock.advance(RETRY_MS[0]! + STEP_MS);
  await until(() => receiver.sessions[1]?.state === 'publishing', 'the second session publishes');
  const returnedAtMs = clock.now();
  await untilWhileShowing(published, () => publisher.report().state === 'publishing', 'the publisher believes it');
  expect(clock.now() - returnedAtMs).toBeGreaterThan(10_000);
  return publisher.report();
}

describe('publishing', () => {
  it('announces the format, starts at the cached keyframe with timestamp 0 and sends every byte unchanged', async () => {
    const bodies: { kind: string; timestampMs: number; payload: Buffer }[] = [];
    const onMedia: RtmpReceiverOptions['onMedia'] = (_session, kind, timestampMs, payload) => {
      bodies.push({ kind, timestampMs, payload });
    };
    const receiver = await receive({ onMedia });
    const { hub, publisher, reaches } = publish(`${receiver.baseUrl}/live2?backup=1`);
    hub.push(makeAudioFrame(100_010));
    hub.push(makeVideoFrame(100_033, false));
    await reaches('publishing');
    const live = makeVideoFrame(100_067, false, 900);
    hub.push(live);
    await until(() => bodies.length === 6, 'two headers and four frames have arrived');

    const [session] = receiver.sessions;
    expect(session).toMatchObject({
      app: 'live2?backup=1',
      streamName: STREAM_KEY,
      videoCodec: 'h264',
      width: 1280,
      height: 720,
      audioCodec: 'aac',
      videoFrames: 3,
      nonMonotonicFrames: 0,
      metadata: { width: 1280, height: 720, framerate: 30, videocodecid: 7, audiocodecid: 10, stereo: true },
    });
    expect(bodies.map(({ kind, timestampMs }) => [kind, timestampMs])).toEqual([
      ['video', 0],
      ['audio', 0],
      ['video', 0],
      ['audio', 10],
      ['video', 33],
      ['video', 67],
    ]);
    expect(bodies[0]!.payload.subarray(5)).toEqual(SAMPLE_AVC_CONFIGURATION);
    expect(bodies.at(-1)!.payload).toEqual(live.flvBody);
    expect(publisher.report()).toMatchObject({ framesSent: 3, unsentFrames: 0, reconnects: 0 });
  });

  it('leaves out sound from before the first keyframe, and keeps the times of the rest', async () => {
    const times: [string, number][] = [];
    const onMedia: RtmpReceiverOptions['onMedia'] = (_session, kind, timestampMs, payload) => {
      if (payload[1] === 1) times.push([kind, timestampMs]);
    };
    const receiver = await receive({ onMedia });
    const { hub, reaches } = publish(`${receiver.baseUrl}/app`);
    for (const dtsMs of [99_850, 99_872, 99_893, 99_999, 100_000, 100_021]) hub.push(makeAudioFrame(dtsMs));
    hub.push(makeVideoFrame(100_033, false));
    hub.push(makeAudioFrame(100_010));
    hub.push(makeAudioFrame(100_042));
    await reaches('publishing');
    await until(() => times.length >= 5, 'the frames have arrived');
    expect(times).toEqual([
      ['video', 0],
      ['audio', 0],
      ['audio', 21],
      ['video', 33],
      ['audio', 42],
    ]);
    expect(receiver.sessions[0]!.nonMonotonicFrames).toBe(0);
  });

  it('ends the stream properly and unsubscribes from the program when closed', async () => {
    const receiver = await receive();
    const { hub, publisher, reaches } = publish(`${receiver.baseUrl}/app`);
    await reaches('publishing');
    expect(hub.subscribers()).toBe(1);
    await publisher.close();
    expect(hub.subscribers()).toBe(0);
    await until(() => receiver.sessions[0]!.state === 'ended', 'the session has ended');
    expect(receiver.sessions[0]).toMatchObject({ cleanUnpublish: true, goodbye: ['FCUnpublish', 'deleteStream'] });
  });

  it('cuts the connection one second after closing when the server keeps it open', async () => {
    const receiver = await receive();
    const { hub, clock, publisher, reaches } = publish(`${receiver.baseUrl}/app`);
    await reaches('publishing');
    receiver.pause();
    for (let index = 1; index <= 40; index += 1) hub.push(makeVideoFrame(100_000 + index, false, 400_000));
    let closed = false;
    const closing = publisher.close().then(() => (closed = true));
    clock.advance(900);
    await new Promise(setImmediate);
    expect(closed).toBe(false);
    clock.advance(100);
    await closing;
    expect(closed).toBe(true);
  });

  it('does not connect before there is something to send', async () => {
    const receiver = await receive();
    const hub = makeTestHub();
    const { publisher, reaches } = publish(`${receiver.baseUrl}/app`, { program: hub.program });
    await until(() => hub.subscribers() === 1, 'the publisher watches the program');
    hub.setFormat(SAMPLE_FORMAT);
    hub.push(makeVideoFrame(5, false));
    expect(publisher.report().state).toBe('waiting_for_input');
    hub.push(makeVideoFrame(38, true));
    expect(publisher.report().state).toBe('connecting');
    await reaches('publishing');
    await until(() => receiver.sessions[0]?.videoFrames === 1, 'the keyframe has arrived');
  });

  it('carries frames larger than a chunk and timestamps beyond 24 bits', async () => {
    const bodies: { timestampMs: number; payload: Buffer }[] = [];
    const onMedia: RtmpReceiverOptions['onMedia'] = (_session, kind, timestampMs, payload) => {
      if (kind === 'video') bodies.push({ timestampMs, payload });
    };
    const receiver = await receive({ onMedia });
    const { hub, reaches } = publish(`${receiver.baseUrl}/app`);
    await reaches('publishing');
    const frames = [0xfffffe, 0xffffff, 0x1000000, 0x1000021].map((offsetMs, index) =>
      makeVideoFrame(100_000 + offsetMs, index === 2, 60_000 * index + 59_999),
    );
    for (const frame of frames) hub.push(frame);
    await until(() => bodies.length === 6, 'header, first and large frames have arrived');
    expect(bodies.slice(2).map(({ timestampMs }) => timestampMs)).toEqual([0xfffffe, 0xffffff, 0x1000000, 0x1000021]);
    expect(bodies.slice(2).every(({ payload }, index) => payload.equals(frames[index]!.flvBody))).toBe(true);
    expect(receiver.sessions[0]!.nonMonotonicFrames).toBe(0);
  });

  it('sends new headers when the format changes, and continues at the next keyframe', async () => {
    const receiver = await receive();
    const { hub, reaches } = publish(`${receiver.baseUrl}/app`);
    await reaches('publishing');
    await until(() => receiver.sessions[0]!.videoFrames === 1, 'the first frame has arrived');
    const avcConfiguration = Buffer.from(SAMPLE_AVC_CONFIGURATION);
    avcConfiguration[3] = 0x20;
    hub.setFormat({ ...SAMPLE_FORMAT, video: { ...SAMPLE_FORMAT.video!, avcConfiguration } });
    hub.push(makeVideoFrame(100_033, true));
    hub.push(makeVideoFrame(100_067, false));
    await until(() => receiver.sessions[0]!.videoFrames === 3, 'three frames have arrived');
    expect(receiver.sessions[0]).toMatchObject({ videoHeaders: 2, audioHeaders: 1, nonMonotonicFrames: 0 });
  });

  it('publishes a program that has sound only', async () => {
    const receiver = await receive();
    const hub = makeTestHub();
    const { publisher, reaches } = publish(`${receiver.baseUrl}/app`, { program: hub.program });
    hub.setFormat({ ...SAMPLE_FORMAT, video: null });
    await until(() => hub.subscribers() === 1, 'the publisher watches the program');
    hub.push(makeAudioFrame(1_000));
    await reaches('publishing');
    for (let index = 1; index <= 5; index += 1) hub.push(makeAudioFrame(1_000 + index * 21));
    await until(() => receiver.sessions[0]!.audioFrames === 5, 'the sound has arrived');
    expect(publisher.report().framesSent).toBe(5);
  });

  it('answers pings and acknowledges what the server sends', async () => {
    const receiver = await receive({ windowBytes: 1_000 });
    const { reaches } = publish(`${receiver.baseUrl}/app`);
    await reaches('publishing');
    await until(() => receiver.sessions[0]!.pongs > 0, 'a ping has been answered');
    await until(() => receiver.sessions[0]!.acknowledgements > 0, 'received bytes have been acknowledged');
    expect(receiver.sessions[0]!.state).toBe('publishing');
  });

  it('reports the rate without the initial burst of cached frames', async () => {
    const receiver = await receive();
    const { hub, clock, publisher, reaches } = publish(`${receiver.baseUrl}/app`);
    for (let index = 1; index < 100; index += 1) hub.push(makeVideoFrame(100_000 + index * 20, false, 10_000));
    await reaches('publishing');
    for (let index = 0; index < 60; index += 1) {
      hub.push(makeVideoFrame(102_000 + index * 50, index === 0, 12_500));
      clock.advance(50);
    }
    await until(() => receiver.sessions[0]!.videoFrames === 160, 'everything has arrived');
    clock.advance(1_000);
    const { framesPerSecond, bitrateBps } = publisher.report();
    expect(framesPerSecond).toBe(15);
    expect(bitrateBps / 1_500_000).toBeCloseTo(1, 1);
  });
});

describe('a source that goes away', () => {
  it('keeps the connection at first and continues when frames return', async () => {
    const receiver = await receive();
    const { hub, clock, publisher, reaches } = publish(`${receiver.baseUrl}/app`);
    await reaches('publishing');
    hub.sourceLost();
    expect(publisher.report().state).toBe('waiting_for_input');
    clock.advance(30_000);
    hub.push(makeVideoFrame(129_000, false));
    hub.push(makeVideoFrame(129_033, true));
    expect(publisher.report().state).toBe('publishing');
    await until(() => receiver.sessions[0]!.videoFrames === 2, 'the keyframe has arrived');
    expect(receiver.sessions).toHaveLength(1);
    expect(receiver.sessions[0]!.lastTimestampMs).toBe(29_033);
  });

  it('makes the publisher unpublish cleanly after a minute and return with the next keyframe', async () => {
    const receiver = await receive();
    const { hub, clock, publisher, reaches } = publish(`${receiver.baseUrl}/app`);
    await reaches('publishing');
    hub.sourceLost();
    clock.advance(61_000);
    await until(() => receiver.sessions[0]!.state === 'ended', 'the session has ended');
    expect(receiver.sessions[0]!.cleanUnpublish).toBe(true);
    expect(publisher.report()).toMatchObject({ state: 'waiting_for_input', bitrateBps: 0 });
    expect(publisher.report().problem).toBeUndefined();
    clock.advance(600_000);
    expect(receiver.sessions).toHaveLength(1);

    hub.push(makeVideoFrame(900_000, true));
    await reaches('publishing');
    await until(() => receiver.sessions[1]?.videoFrames === 1, 'the second session has video');
    expect(publisher.report().reconnects).toBe(0);
  });

  it('leaves the publisher waiting for input, without a problem, when the server hangs up on it', async () => {
    const receiver = await receive();
    const { hub, clock, publisher, reaches } = publish(`${receiver.baseUrl}/app`);
    await reaches('publishing');
    hub.sourceLost();
    clock.advance(20_000);
    receiver.kill();
    await until(() => clock.pendingMs().length === 0, 'nothing is scheduled any more');
    expect(publisher.report().state).toBe('waiting_for_input');
    hub.push(makeVideoFrame(130_000, true));
    await reaches('publishing');
  });
});

describe('a refused stream key', () => {
  for (const verdict of ['reject_bad_name', 'close_silently', 'close_after_start'] as const) {
    it(`is reported after the second refusal and retried only once a minute (${verdict})`, async () => {
      const receiver = await receive({ acceptKey: () => verdict });
      const { hub, clock, publisher, reaches, attempts } = publish(`${receiver.baseUrl}/app`);
      await attempts(1);
      expect(publisher.report().state).toBe('reconnecting');
      clock.advance(RETRY_MS[0]! + STEP_MS);
      await reaches('rejected');
      expect(publisher.report().problem).toMatchObject({ code: 'stream_key_rejected', attempt: 2 });
      expect(publisher.report().problem!.nextAttemptAtMs! - clock.now()).toBe(60_000);
      expect(hub.subscribers()).toBe(0);
      clock.advance(59_900);
      expect(receiver.sessions).toHaveLength(2);
      clock.advance(100);
      await attempts(3);
      expect(receiver.sessions).toHaveLength(3);
      expect(publisher.report().state).toBe('rejected');
    });
  }

  it('is forgotten once the server has accepted the stream for three seconds', async () => {
    let verdict: 'reject_bad_name' | 'accept' = 'reject_bad_name';
    const receiver = await receive({ acceptKey: () => verdict });
    const { clock, publisher, reaches, attempts } = publish(`${receiver.baseUrl}/app`);
    await attempts(1);
    clock.advance(RETRY_MS[0]! + STEP_MS);
    await reaches('rejected');
    verdict = 'accept';
    clock.advance(60_000);
    await until(() => receiver.sessions[2]?.state === 'publishing', 'the third session publishes');
    await untilWhileTimePasses(clock, () => publisher.report().state === 'publishing', 'the publisher believes it');
    expect(publisher.report().problem).toBeUndefined();
  });

  it('is distinguished from a refused application', async () => {
    const receiver = await receive({ acceptApp: () => false });
    const { clock, publisher, reaches, attempts } = publish(`${receiver.baseUrl}/nope`);
    await attempts(1);
    expect(publisher.report().problem!.code).toBe('application_rejected');
    clock.advance(RETRY_MS[0]! + STEP_MS);
    await reaches('rejected');
    expect(publisher.report().problem!.code).toBe('application_rejected');
    expect(receiver.sessions[0]!.streamName).toBe('');
  });

  it('is reported as accepted before when a platform still holds the previous session', async () => {
    let verdict: 'reject_bad_name' | 'accept' = 'accept';
    const receiver = await receive({ acceptKey: () => verdict });
    const { clock, publisher, reaches, attempts } = publish(`${receiver.baseUrl}/app`);
    await reaches('publishing');
    clock.advance(5_000);
    verdict = 'reject_bad_name';
    receiver.kill();
    for (const [index, delayMs] of RETRY_MS.slice(0, 2).entries()) {
      await attempts(index + 1);
      clock.advance(delayMs + STEP_MS);
    }
    await reaches('rejected');
    expect(publisher.report().problem!.detail).toContain('it was accepted before');
  });

  it('never appears in a report, not even when the server repeats it', async () => {
    const reports: string[] = [];
    const receiver = await receive({
      acceptKey: () => 'reject_bad_name',
      statusDescription: `no such key: ${STREAM_KEY}`,
    });
    const { clock, publisher, reaches, attempts } = publish(`${receiver.baseUrl}/app`, {
      onChange: () => reports.push(JSON.stringify(publisher.report())),
    });
    await attempts(1);
    clock.advance(RETRY_MS[0]! + STEP_MS);
    await reaches('rejected');
    expect(publisher.report().problem!.detail).toContain('no such key: [redacted]');
    expect(reports.length).toBeGreaterThan(2);
    expect(reports.join('\n')).not.toContain('rehearsal-key');
  });
});

describe('a server that is away', () => {
  it('is retried after 0.5, 1, 2, 4, 8, 15, 30 and then every 30 seconds', async () => {
    const port = await listenRaw((socket) => socket.destroy());
    const { clock, publisher, attempts } = publish(`rtmp://127.0.0.1:${port}/app`);
    const delays: number[] = [];
    for (let attempt = 1; attempt <= 8; attempt += 1) {
      await attempts(attempt);
      const delayMs = publisher.report().problem!.nextAttemptAtMs! - clock.now();
      delays.push(delayMs);
      clock.advance(delayMs);
    }
    expect(delays).toEqual([...RETRY_MS, 30_000]);
  });

  it.each([
    [0, 400],
    [1, 600],
  ])('spreads the retries by a fifth (random %d: %d ms)', async (random, delayMs) => {
    const port = await listenRaw((socket) => socket.destroy());
    const { clock, publisher, attempts } = publish(`rtmp://127.0.0.1:${port}/app`, { random: () => random });
    await attempts(1);
    expect(publisher.report().problem!.nextAttemptAtMs! - clock.now()).toBe(delayMs);
  });

  it('is reported as refusing connections, while the publisher drops its subscription', async () => {
    const receiver = await receive();
    await receiver.close();
    const { hub, publisher, attempts } = publish(`${receiver.baseUrl}/app`);
    await attempts(1);
    expect(publisher.report()).toMatchObject({ state: 'reconnecting', problem: { code: 'connection_refused' } });
    expect(hub.subscribers()).toBe(0);
  });

  it('is reported as unknown when its name has no address', async () => {
    const { publisher, attempts } = publish('rtmp://nowhere.invalid/app');
    await attempts(1);
    expect(publisher.report().problem!.code).toBe('host_not_found');
  });

  it('counts as failed when it accepts a connection and stays silent for ten seconds', async () => {
    let connections = 0;
    const port = await listenRaw(() => (connections += 1));
    const { clock, publisher, attempts } = publish(`rtmp://127.0.0.1:${port}/app`);
    await until(() => connections === 1, 'the connection is there');
    clock.advance(9_900);
    expect(publisher.report().state).toBe('connecting');
    clock.advance(200);
    await attempts(1);
    expect(publisher.report().problem!.code).toBe('handshake_unanswered');
  });

  it('is distinguished from one that speaks another protocol', async () => {
    const port = await listenRaw((socket) => socket.write('HTTP/1.1 400 Bad Request\r\n\r\n'));
    const { publisher, attempts } = publish(`rtmp://127.0.0.1:${port}/app`);
    await attempts(1);
    expect(publisher.report().problem!.code).toBe('not_rtmp');
  });
});

describe('a connection that breaks', () => {
  it('is replaced by one with headers, a keyframe and its own timeline', async () => {
    const receiver = await receive();
    const { hub, clock, publisher, reaches } = publish(`${receiver.baseUrl}/app`);
    await reaches('publishing');
    clock.advance(5_000);
    receiver.kill();
    await reaches('reconnecting');
    expect(publisher.report()).toMatchObject({ problem: { code: 'connection_lost', attempt: 1 }, bitrateBps: 0 });
    hub.push(makeVideoFrame(105_000, true));
    hub.push(makeVideoFrame(105_033, false));
    clock.advance(RETRY_MS[0]!);
    await reaches('publishing');
    await until(() => receiver.sessions[1]?.videoFrames === 2, 'the cached frames have arrived');
    expect(receiver.sessions[1]).toMatchObject({ videoHeaders: 1, audioHeaders: 1, firstTimestampMs: 0 });
    expect(publisher.report().reconnects).toBe(1);
    expect(publisher.report().problem).toBeUndefined();
  });

  it('resets the retry delays only after twenty healthy seconds', async () => {
    const receiver = await receive();
    const { hub, clock, publisher, reaches } = publish(`${receiver.baseUrl}/app`);
    const breakAfter = async (healthyMs: number) => {
      await reaches('publishing');
      clock.advance(healthyMs);
      receiver.kill();
      await reaches('reconnecting');
      const delayMs = publisher.report().problem!.nextAttemptAtMs! - clock.now();
      hub.push(makeVideoFrame(clock.now(), true));
      clock.advance(delayMs);
      return delayMs;
    };
    expect(await breakAfter(10_000)).toBe(500);
    expect(await breakAfter(10_000)).toBe(1_000);
    expect(await breakAfter(20_000)).toBe(500);
  });

  it('is cut and replaced when the server accepts no data for ten seconds', async () => {
    const receiver = await receive();
    const report = await stallAndReturn(receiver, publish(`${receiver.baseUrl}/app`));
    expect(report).toMatchObject({ state: 'publishing', reconnects: 1 });
  });

  it('survives a slow server: frames are dropped up to a keyframe the server has room for', async () => {
    const timestamps: [number, boolean][] = [];
    const onMedia: RtmpReceiverOptions['onMedia'] = (_session, kind, timestampMs, payload) => {
      if (kind === 'video' && payload[1] === 1) timestamps.push([timestampMs, payload[0] === 0x17]);
    };
    const receiver = await receive({ onMedia });
    const { hub, clock, publisher, reaches } = publish(`${receiver.baseUrl}/app`);
    await reaches('publishing');
    await until(() => timestamps.length === 1, 'the first frame has arrived');
    receiver.pause();
    let index = 0;
    const push = (keyframe = false) => {
      hub.push(makeVideoFrame(100_000 + ++index * 33, keyframe, 60_000));
      clock.advance(33);
    };
    await until(() => {
      push(index % 15 === 14);
      return publisher.report().unsentFrames >= 20;
    }, 'frames have been dropped');
    expect(publisher.report().problem?.code).toBe('not_accepting');
    receiver.resume();
    await until(() => publisher.report().queuedBytes === 0, 'the queue is empty');
    push(false);
    push(true);
    push(false);
    await until(() => publisher.report().queuedBytes === 0, 'the queue is empty again');
    const { framesSent, unsentFrames, reconnects } = publisher.report();
    await until(() => timestamps.length === framesSent, 'everything sent has arrived');
    expect(framesSent + unsentFrames).toBe(1 + index);
    expect(unsentFrames).toBe(21);
    expect(reconnects).toBe(0);
    const afterGap = timestamps.findIndex(([timestampMs], at) => at > 0 && timestampMs - timestamps[at - 1]![0] > 34);
    expect(timestamps[afterGap]![1]).toBe(true);
    expect(receiver.sessions[0]!.nonMonotonicFrames).toBe(0);
  });
});

describe('RTMPS', () => {
  let certificate: TestCertificate;
  beforeAll(async () => {
    certificate = await makeTestCertificate();
  });

  it('publishes to a server whose certificate is trusted, by name and by address', async () => {
    const receiver = await receive({ tls: certificate });
    for (const host of ['localhost', '127.0.0.1']) {
      const { reaches } = publish(`rtmps://${host}:${receiver.port}/app`, {
        certificateAuthorities: [certificate.authority],
      });
      await reaches('publishing');
    }
    await until(() => receiver.sessions.every(({ videoFrames }) => videoFrames === 1), 'both have sent a frame');
    expect(receiver.sessions.map(({ secure }) => secure)).toEqual([true, true]);
  });

  it('refuses an untrusted certificate before the key is sent', async () => {
    const receiver = await receive({ tls: certificate });
    const { publisher, attempts } = publish(`rtmps://localhost:${receiver.port}/app`);
    await attempts(1);
    expect(publisher.report().problem!.code).toBe('certificate_invalid');
    expect(receiver.sessions.every(({ streamName }) => streamName === '')).toBe(true);
  });

  it('accepts any certificate when verification is off', async () => {
    const receiver = await receive({ tls: certificate });
    const { reaches } = publish(`rtmps://localhost:${receiver.port}/app`, { verifyCertificate: false });
    await reaches('publishing');
    await until(() => receiver.sessions[0]!.videoFrames === 1, 'the frame has arrived');
    expect(receiver.sessions[0]!.secure).toBe(true);
  });

  it('detects a stall beneath the encryption', async () => {
    const receiver = await receive({ tls: certificate });
    const report = await stallAndReturn(receiver, publish(`${receiver.baseUrl}/app`, { verifyCertificate: false }));
    expect(report).toMatchObject({ state: 'publishing', reconnects: 1 });
  });

  it('reports a server that does not speak TLS', async () => {
    const port = await listenRaw((socket) => socket.once('data', () => socket.end('no TLS here\n')));
    const { publisher, attempts } = publish(`rtmps://127.0.0.1:${port}/app`);
    await attempts(1);
    expect(publisher.report().problem!.code).toBe('tls_failed');
  });
});

it('does nothing after being closed, in any state', async () => {
  const port = await listenRaw((socket) => socket.destroy());
  const { clock, publisher, attempts } = publish(`rtmp://127.0.0.1:${port}/app`);
  await attempts(1);
  await publisher.close();
  expect(clock.pendingMs()).toEqual([]);
  const silentPort = await listenRaw(() => {});
  const silent = publish(`rtmp://127.0.0.1:${silentPort}/app`);
  await silent.reaches('connecting');
  await silent.publisher.close();
  expect(silent.clock.pendingMs()).toEqual([]);
});

describe('a simulated failure', () => {
  it('disconnects as if the platform had refused the key, and reconnects at once when it ends', async () => {
    const receiver = await receive();
    const { hub, clock, publisher, reaches } = publish(`${receiver.baseUrl}/live2`);
    await reaches('publishing');
    publisher.rehearse('key_refused');
    await untilWhileTimePasses(clock, () => publisher.report().state === 'rejected', 'the refusals are believed');
    expect(publisher.report().problem).toMatchObject({ code: 'stream_key_rejected' });
    expect(receiver.sessions).toHaveLength(1);

    publisher.rehearse(null);
    const showing = () => {
      hub.push(makeVideoFrame(clock.now(), true));
      return publisher.report().state === 'publishing';
    };
    await untilWhileTimePasses(clock, showing, 'it publishes again');
    expect(receiver.sessions).toHaveLength(2);
    expect(publisher.report().reconnects).toBe(1);
  });

  it('drops frames for a slow platform without disconnecting, and none once it is fast again', async () => {
    const receiver = await receive();
    const { hub, clock, publisher, reaches } = publish(`${receiver.baseUrl}/live2`);
    await reaches('publishing');
    let index = 1;
    const pushSecond = () => {
      for (let frame = 0; frame < 10; frame++)
        hub.push(makeVideoFrame(100_000 + index++ * 100, index % 10 === 0, 60_000));
      clock.advance(1_000);
    };
    for (let second = 0; second < 3; second++) pushSecond();
    await until(() => publisher.report().queuedBytes === 0, 'everything is sent while no fault is simulated');
    const sentBefore = publisher.report().bytesSent;
    publisher.rehearse('platform_slow');
    for (let second = 0; second < 30; second++) pushSecond();
    const { unsentFrames, state, bytesSent } = publisher.report();
    expect(state).toBe('publishing');
    // 64 kB in each of 30 seconds, in addition to what was sent before the platform became slow.
    expect(bytesSent - sentBefore).toBeGreaterThan(1_000_000);
    expect(bytesSent - sentBefore).toBeLessThan(3_000_000);
    expect(unsentFrames).toBeGreaterThan(100);

    publisher.rehearse(null);
    await until(() => {
      clock.advance(1_000);
      return publisher.report().queuedBytes === 0;
    }, 'what waited has been sent');
    const before = publisher.report().unsentFrames;
    for (let second = 0; second < 3; second++) pushSecond();
    expect(publisher.report().unsentFrames - before).toBeLessThan(10);
    expect(receiver.sessions).toHaveLength(1);
  });

  it('has a frozen platform detected like a real one, at each attempt', async () => {
    const receiver = await receive();
    const published = publish(`${receiver.baseUrl}/live2`);
    const { clock, publisher, reaches } = published;
    const codeIs = (code: string) =>
      untilWhileShowing(published, () => publisher.report().problem?.code === code, `the problem is ${code}`);
    await reaches('publishing');
    publisher.rehearse('platform_frozen');
    const frozenAtMs = clock.now();
    await codeIs('not_accepting');
    expect(clock.now() - frozenAtMs).toBeLessThan(6_000);
    await codeIs('stalled');
    expect(clock.now() - frozenAtMs).toBeLessThan(12_000);
    await codeIs('handshake_unanswered');
    expect(publisher.report()).toMatchObject({ state: 'reconnecting', problem: { attempt: 2 } });
    expect(receiver.sessions).toHaveLength(1);

    publisher.rehearse(null);
    expect(publisher.report()).toMatchObject({ state: 'connecting' });
    await untilWhileShowing(published, () => publisher.report().state === 'publishing', 'it publishes again');
    expect(receiver.sessions).toHaveLength(2);
  });

  it.each([0, 50, 100, 150])('ends at once when a simulated refusal is %d ms old', async (ageMs) => {
    const receiver = await receive();
    const published = publish(`${receiver.baseUrl}/live2`);
    const { clock, publisher, reaches } = published;
    await reaches('publishing');
    publisher.rehearse('key_refused');
    await untilWhileTimePasses(clock, () => publisher.report().problem !== undefined, 'the first refusal');
    const nextInMs = publisher.report().problem!.nextAttemptAtMs! - clock.now();
    clock.advance(nextInMs + ageMs);
    publisher.rehearse(null);
    const endedAtMs = clock.now();
    await untilWhileShowing(published, () => publisher.report().state === 'publishing', 'it publishes again');
    expect(clock.now() - endedAtMs).toBeLessThan(5_000);
    expect(publisher.report().problem).toBeUndefined();
  });
});

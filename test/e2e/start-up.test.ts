import { spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { findFfmpeg } from '../../infra/local/host/programs.ts';
import { startRtmpReceiver, type RtmpReceiver } from '../../infra/local/rtmp-receiver/rtmp-receiver.ts';
import {
  allCommandLines,
  descendantsOf,
  findFreePorts,
  isAlive,
  readAllFiles,
  runToEnd,
  startProduct,
  type Product,
  type ProductPorts,
} from '../support/product.ts';
import { makeClip, sendSrt } from '../support/srt-sender.ts';
import { waitFor } from '../support/wait-for.ts';

/**
 * Starting and stopping under obstacles: verifies the messages, that the product changes nothing when it gives up, and
 * that it can be started again after every kind of end.
 */

const CLIP = { width: 640, height: 360, framesPerSecond: 30, seconds: 10, videoBitrate: '800k', bFrames: 0 };
const PASSPHRASE = 'e2e-passphrase-4711';
const OTHER_PASSPHRASE = 'e2e-passphrase-0815';
const KEY = 'e2e-start-up-key';

const directory = mkdtempSync(join(tmpdir(), 'sluice-start-'));
const clipFile = join(directory, 'source.ts');
let ffmpegPath: string;
let dataDirectory: string;
let ports: ProductPorts;
let counter = 0;
const cleanUps: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  const ffmpeg = await findFfmpeg({ environment: process.env, cacheDirectory: directory });
  if (!ffmpeg.found) throw new Error(`${ffmpeg.reason}; ${ffmpeg.remedy}`);
  ffmpegPath = ffmpeg.path;
  await makeClip(ffmpegPath, clipFile, CLIP);
});

afterAll(() => rmSync(directory, { recursive: true, force: true }));

beforeEach(async () => {
  dataDirectory = join(directory, `data-${(counter += 1)}`);
  ports = await findFreePorts();
});

afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).toReversed()) await cleanUp();
});

/** Starts the product and stops it after the test, whatever happens. */
async function start(environment: Record<string, string> = {}, at = ports): Promise<Product> {
  const product = await startProduct(at, dataDirectory, environment);
  cleanUps.push(() => product.stop());
  return product;
}

function send(passphrase?: string | null): () => Promise<void> {
  const stop = sendSrt(ffmpegPath, clipFile, ports.srt, passphrase);
  cleanUps.push(stop);
  return stop;
}

async function startReceiver(): Promise<RtmpReceiver> {
  const receiver = await startRtmpReceiver({ port: 0 });
  cleanUps.push(() => receiver.close());
  return receiver;
}

const flowStatus = async (product: Product) => (await product.call('GET', '/api/mediaconnect/flow/status')).body;
const sourceIs = (product: Product, state: string) =>
  waitFor(`the source to be ${state}`, async () => {
    const { source } = await flowStatus(product);
    return source.state === state ? source : null;
  });

async function addRunning(product: Product, receiver: RtmpReceiver): Promise<string> {
  const { body } = await product.call('POST', '/api/destinations', {
    name: 'Platform',
    platform: 'custom',
    rtmpUrl: `${receiver.baseUrl}/live`,
    streamKey: KEY,
    preset: 'source',
  });
  expect((await product.call('POST', `/api/destinations/${body.destinationId}/start`, {})).status).toBe(202);
  await isOnAir(product, body.destinationId);
  return body.destinationId;
}

const isOnAir = (product: Product, destinationId: string) =>
  waitFor('the destination to be on air', async () => {
    const { body } = await product.call('GET', `/api/destinations/${destinationId}`);
    return body.onAir && body.operation === null;
  });

const isPublished = (receiver: RtmpReceiver, after = 0) =>
  waitFor('media at the platform', () => {
    const session = receiver.sessions.at(-1);
    return receiver.sessions.length > after && session?.state === 'publishing' && session.videoFrames > 30;
  });

/** Expects one message for the operator, without a stack trace. */
function expectOneMessage({ code, output }: { code: number | null; output: string }): void {
  expect(code, output).toBe(1);
  expect(output).toMatch(/^Sluice did not start: /);
  expect(output).not.toMatch(/\n\s+at /);
}

describe('a port in use', () => {
  it.each([
    ['PORT', 'http'],
    ['LOCAL_AWS_PORT', 'aws'],
  ] as const)('is named by its variable before anything is made: %s', async (variable, port) => {
    const other = createServer().listen(ports[port], '127.0.0.1');
    await once(other, 'listening');
    cleanUps.push(() => new Promise((resolve) => other.close(resolve)));
    const end = await runToEnd(ports, dataDirectory);
    expectOneMessage(end);
    expect(end.output).toContain(`TCP port ${ports[port]} is in use`);
    expect(end.output).toContain(`${variable}=`);
    expect(existsSync(dataDirectory)).toBe(false);
  });

  it('is named by its variable before anything is made: SRT_PORT', async () => {
    const other = createSocket('udp4').bind(ports.srt, '0.0.0.0');
    await once(other, 'listening');
    cleanUps.push(async () => other.close());
    const end = await runToEnd(ports, dataDirectory);
    expectOneMessage(end);
    expect(end.output).toContain(`UDP port ${ports.srt} is in use`);
    expect(end.output).toContain('SRT_PORT=');
    expect(existsSync(dataDirectory)).toBe(false);
  });
});

describe('invalid settings', () => {
  it('are all reported at once, without the value of a secret, before anything is created', async () => {
    const end = await runToEnd(ports, dataDirectory, {
      SRT_LATENCY_MS: '50',
      SRT_PASSPHRASE: 'short-one',
      SLUICE_PROFIL: 'fast',
    });
    expectOneMessage(end);
    for (const name of ['SRT_LATENCY_MS is "50"', 'SRT_PASSPHRASE', 'SLUICE_PROFILE'])
      expect(end.output).toContain(name);
    expect(end.output).not.toContain('short-one');
    expect(existsSync(dataDirectory)).toBe(false);
  });

  it('do not include the lowest allowed latency', async () => {
    const product = await start({ SRT_LATENCY_MS: '100' });
    expect((await flowStatus(product)).ingest.latencyMs).toBe(100);
  });

  it('are reported for an unusable program, with the remedy', async () => {
    const end = await runToEnd(ports, dataDirectory, { FFMPEG_PATH: join(directory, 'no-such-ffmpeg') });
    expectOneMessage(end);
    expect(end.output).toContain('FFMPEG_PATH');
    expect(end.output).toContain('remedy:');
    expect(existsSync(dataDirectory)).toBe(false);
  });
});

describe('a data directory', () => {
  it('serves one Sluice at a time: the second reports that, and the first is unaffected', async () => {
    const receiver = await startReceiver();
    const first = await start();
    send();
    await sourceIs(first, 'connected');
    const destinationId = await addRunning(first, receiver);
    const processes = descendantsOf(first.process.pid!);
    const session = receiver.sessions.at(-1)!;
    session.largestTimestampGapMs = 0;

    const end = await runToEnd(await findFreePorts(), dataDirectory);
    expectOneMessage(end);
    expect(end.output).toContain(dataDirectory);
    expect(end.output).toContain('SLUICE_DATA_DIR=');
    expect(end.output).toContain(String(first.process.pid));

    const framesThen = session.videoFrames;
    await waitFor('more frames', () => session.videoFrames > framesThen + 30);
    expect(session).toMatchObject({ state: 'publishing', nonMonotonicFrames: 0 });
    expect(session.largestTimestampGapMs).toBeLessThan(70);
    expect(descendantsOf(first.process.pid!)).toEqual(processes);
    await isOnAir(first, destinationId);
    expect(await first.stop()).toBe(0);
    expect(await (await start()).stop()).toBe(0);
  });

  it('with a damaged file is refused with the file’s path, and no file is overwritten', async () => {
    await (await start()).stop();
    for (const name of ['media.sealed', 'step-functions.sealed', 'kms.sealed', 'root.key']) {
      const file = join(dataDirectory, name);
      const whole = readFileSync(file);
      const damaged = whole.subarray(0, whole.length - 7);
      writeFileSync(file, damaged);
      const before = readdirSync(dataDirectory).toSorted();
      const end = await runToEnd(ports, dataDirectory);
      expectOneMessage(end);
      expect(end.output).toContain(file);
      expect(end.output).toContain('backup');
      expect(readFileSync(file).equals(damaged)).toBe(true);
      expect(readdirSync(dataDirectory).toSorted()).toEqual(before);
      writeFileSync(file, whole);
    }
    await start();
  });
});

describe('an SRT passphrase', () => {
  it('admits encoders that have it, refuses others, and the source card shows which', async () => {
    const product = await start({ SRT_PASSPHRASE: PASSPHRASE });
    const stopWrong = send(OTHER_PASSPHRASE);
    const refused = await sourceIs(product, 'failed');
    expect(refused.detail).toContain('passphrase');
    expect(refused.remedy).toContain('passphrase');
    await stopWrong();
    const stopWithout = send(null);
    await waitFor('a call without a passphrase to be refused too', async () => {
      expect((await flowStatus(product)).source.state).not.toBe('connected');
      return (await flowStatus(product)).source.detail.includes('passphrase');
    });
    await stopWithout();
    send(PASSPHRASE);
    await sourceIs(product, 'connected');
    expect((await flowStatus(product)).ingest).toMatchObject({ encrypted: true });

    expect([...allCommandLines().values()].filter((command) => command.includes(PASSPHRASE))).toEqual([]);
    const answer = await flowStatus(product);
    for (const text of [product.output(), JSON.stringify(answer), ...readAllFiles(dataDirectory)])
      for (const form of [
        PASSPHRASE,
        ...(['base64', 'hex'] as const).map((how) => Buffer.from(PASSPHRASE).toString(how)),
      ])
        expect(text.includes(form)).toBe(false);
  });

  it('is generated at the first start, and the API’s encoder address suffices for an encoder', async () => {
    let product = await start({ SRT_PASSPHRASE: '' });
    const addressOf = async () => (await product.call('GET', '/api/mediaconnect/flow/encoder-address')).body;
    const { srtUrl, passphrase } = await addressOf();
    const stopWithout = send(null);
    expect((await sourceIs(product, 'failed')).detail).toContain('passphrase');
    await stopWithout();
    const encoder = spawn(ffmpegPath, [
      ...['-hide_banner', '-nostdin', '-loglevel', 'error', '-re', '-stream_loop', '-1', '-i', clipFile],
      ...['-map', '0', '-c', 'copy', '-f', 'mpegts', srtUrl],
    ]);
    cleanUps.push(async () => void encoder.kill('SIGKILL'));
    await sourceIs(product, 'connected');
    encoder.kill('SIGKILL');

    expect(product.output()).toContain('npm run link');
    expect(product.output()).not.toContain('Warning');
    const others = [await flowStatus(product), (await product.call('GET', '/api/timeline')).body];
    for (const text of [product.output(), JSON.stringify(others), ...readAllFiles(dataDirectory)])
      expect(text.includes(passphrase)).toBe(false);
    await product.stop();
    product = await start({ SRT_PASSPHRASE: '' });
    expect((await addressOf()).passphrase).toBe(passphrase);
  });

  it('can be removed, changed and restored between starts, and destinations return on air', async () => {
    const receiver = await startReceiver();
    let product = await start({ SRT_PASSPHRASE: PASSPHRASE });
    let stopSending = send(PASSPHRASE);
    await sourceIs(product, 'connected');
    const destinationId = await addRunning(product, receiver);
    for (const passphrase of [OTHER_PASSPHRASE, null, PASSPHRASE]) {
      await product.stop();
      await stopSending();
      const sessions = receiver.sessions.length;
      product = await start({ SRT_PASSPHRASE: passphrase ?? 'none' });
      stopSending = send(passphrase);
      await sourceIs(product, 'connected');
      await isPublished(receiver, sessions);
      await isOnAir(product, destinationId);
      expect((await flowStatus(product)).ingest.encrypted).toBe(passphrase !== null);
    }
  });
});

describe('the product', () => {
  it.each(['SIGINT', 'SIGTERM'] as const)('shuts down once in order when it gets %s twice', async (signal) => {
    const product = await start();
    // The engine, and its listener once the flow is active.
    const children = await waitFor('the listener', () => {
      const found = descendantsOf(product.process.pid!);
      return found.length > 1 && found;
    });
    const ended = once(product.process, 'exit');
    product.process.kill(signal);
    product.process.kill(signal);
    expect(await ended).toEqual([0, null]);
    expect(product.output()).toContain('stopped.');
    expect(children.filter(({ pid }) => isAlive(pid))).toEqual([]);
  });

  it('leaves no process and no obstacle after SIGTERM during its start', async () => {
    const child = spawn(process.execPath, ['infra/local/main.ts'], {
      cwd: join(import.meta.dirname, '..', '..'),
      env: {
        ...process.env,
        PORT: `${ports.http}`,
        SRT_PORT: `${ports.srt}`,
        LOCAL_AWS_PORT: `${ports.aws}`,
        SLUICE_DATA_DIR: dataDirectory,
      },
      stdio: 'ignore',
    });
    const ended = once(child, 'exit');
    const children = await waitFor('a child process', () => {
      const found = descendantsOf(child.pid!).filter(({ command }) => command.includes('engine-process'));
      return found.length > 0 && found;
    });
    child.kill('SIGTERM');
    await ended;
    await waitFor('its processes to go', () => children.every(({ pid }) => !isAlive(pid)));
    await start();
  });

  it('resumes everything on air after SIGKILL, and leaves no process of the killed run', async () => {
    const receiver = await startReceiver();
    let product = await start();
    send();
    await sourceIs(product, 'connected');
    const destinationId = await addRunning(product, receiver);
    const children = descendantsOf(product.process.pid!);
    await product.stop('SIGKILL');
    const sessions = receiver.sessions.length;
    product = await start();
    await isPublished(receiver, sessions);
    await isOnAir(product, destinationId);
    expect(children.filter(({ pid }) => isAlive(pid))).toEqual([]);
    const { body } = await product.call('GET', `/api/destinations/${destinationId}`);
    expect(body).toMatchObject({ desired: 'running', status: 'running', lastError: null });
  });
});

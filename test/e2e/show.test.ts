import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAwsClients, type AwsDeps } from '../../functions/aws/clients.ts';
import { listChannels } from '../../functions/aws/channel.ts';
import { listInputs } from '../../functions/aws/input.ts';
import { findFfmpeg } from '../../infra/local/host/programs.ts';
import { startRtmpReceiver, type RtmpReceiver } from '../../infra/local/rtmp-receiver/rtmp-receiver.ts';
import type { SessionFacts } from '../../infra/local/rtmp-receiver/session-facts.ts';
import { launchChromium } from '../browser/launch-chromium.ts';
import {
  descendantsOf,
  findFreePorts,
  isAlive,
  readAllFiles,
  startProduct,
  TEST_TOKEN,
  type Product,
  type ProductPorts,
} from '../support/product.ts';
import { PROGRAM_CACHE } from '../support/program-cache.ts';
import { makeClip, sendSrt } from '../support/srt-sender.ts';
import { waitFor } from '../support/wait-for.ts';

/**
 * The main job with real media: one SRT feed in, two independent RTMP destinations out, HLS in a real browser, a
 * restart of the whole program in between, and nothing left at the end. The steps build on one another, as in a show.
 */

const KEY_A = 'e2e-key-alpha-4711';
const KEY_B = 'e2e-key-bravo-0815';
const WRONG_KEY = 'e2e-key-wrong-9999';
const SOURCE = { width: 1280, height: 720, framesPerSecond: 30, seconds: 20, videoBitrate: '2000k' };

const directory = mkdtempSync(join(tmpdir(), 'sluice-e2e-'));
const dataDirectory = join(directory, 'data');
let ffmpegPath: string;
let ports: ProductPorts;
let product: Product;
let platformA: RtmpReceiver;
let platformB: RtmpReceiver;
let stopSending = async () => {};
let browser: Browser | undefined;
let a: string;
let b: string;
const outputs: string[] = [];

/** Returns the newest session that was published with the platform's own key. */
const lastSession = (receiver: RtmpReceiver): SessionFacts | undefined =>
  receiver.sessions.findLast(({ publishedAtMs }) => publishedAtMs !== null);
const path = (destinationId: string) => `/api/destinations/${destinationId}`;
const get = async (destinationId: string) => (await product.call('GET', path(destinationId))).body;
const statusIs = (destinationId: string, status: string) =>
  waitFor(`${destinationId} to be ${status}`, async () => {
    const record = await get(destinationId);
    return record.status === status && record.operation === null ? record : null;
  });

async function add(name: string, rtmpUrl: string, streamKey: string, preset: string): Promise<string> {
  const answer = await product.call('POST', '/api/destinations', {
    name,
    platform: 'custom',
    rtmpUrl,
    streamKey,
    preset,
  });
  expect(answer.status, JSON.stringify(answer.body)).toBe(201);
  return answer.body.destinationId;
}

async function start(destinationId: string): Promise<void> {
  const answer = await product.call('POST', `${path(destinationId)}/start`, {});
  expect(answer.status, JSON.stringify(answer.body)).toBe(202);
}

beforeAll(async () => {
  const ffmpeg = await findFfmpeg({ environment: process.env, cacheDirectory: PROGRAM_CACHE });
  if (!ffmpeg.found) throw new Error(`${ffmpeg.reason}; ${ffmpeg.remedy}`);
  ffmpegPath = ffmpeg.path;
  await makeClip(ffmpegPath, join(directory, 'source.ts'), SOURCE);
  const acceptOnly = (key: string) => (_app: string, given: string) => (given === key ? 'accept' : 'reject_bad_name');
  platformA = await startRtmpReceiver({ port: 0, acceptKey: acceptOnly(KEY_A) });
  platformB = await startRtmpReceiver({ port: 0, acceptKey: acceptOnly(KEY_B) });
  ports = await findFreePorts();
  product = await startProduct(ports, dataDirectory);
});

afterAll(async () => {
  await browser?.close();
  await stopSending();
  await product?.stop();
  await platformA?.close();
  await platformB?.close();
  rmSync(directory, { recursive: true, force: true });
});

describe('a show on one machine', () => {
  it('reports the connected encoder with size and rate', async () => {
    await waitFor('the flow to listen', async () => {
      const { body } = await product.call('GET', '/api/mediaconnect/flow/status');
      return body.status === 'ACTIVE' && body.source.state === 'waiting';
    });
    stopSending = sendSrt(ffmpegPath, join(directory, 'source.ts'), ports.srt);
    const flow = await waitFor('the source', async () => {
      const { body } = await product.call('GET', '/api/mediaconnect/flow/status');
      const { state, video, audio } = body.source;
      return state === 'connected' && video?.framesPerSecond && audio?.sampleRateHz ? body : null;
    });
    expect(flow.source.video).toMatchObject({ width: 1280, height: 720 });
    expect(flow.source.video.framesPerSecond).toBeCloseTo(30, 0);
    expect(flow.source.audio.sampleRateHz).toBe(48_000);
  });

  it('delivers H.264 and AAC at the preset’s size and rate to each platform', async () => {
    a = await add('Platform A', `${platformA.baseUrl}/live`, KEY_A, '720p30');
    b = await add('Platform B', `${platformB.baseUrl}/app`, KEY_B, '480p30');
    await Promise.all([statusIs(a, 'idle'), statusIs(b, 'idle')]);
    await Promise.all([start(a), start(b)]);
    await Promise.all([statusIs(a, 'running'), statusIs(b, 'running')]);
    for (const [receiver, width, height] of [
      [platformA, 1280, 720],
      [platformB, 854, 480],
    ] as const) {
      const session = await waitFor('frames', () => {
        const facts = lastSession(receiver);
        return facts && facts.videoFrames > 90 && facts.audioFrames > 60 ? facts : null;
      });
      expect(session).toMatchObject({ width, height, state: 'publishing', nonMonotonicFrames: 0 });
      expect(session.videoCodec).toMatch(/h264|avc/i);
      expect(session.audioCodec).toMatch(/aac/i);
      expect(session.framesPerSecond).toBeGreaterThan(29);
      expect(session.framesPerSecond).toBeLessThan(31);
    }
  });

  it('shows both as delivering only once media is observed to arrive', async () => {
    for (const destinationId of [a, b]) {
      const record = await waitFor('green', async () => {
        const seen = await get(destinationId);
        return seen.onAir ? seen : null;
      });
      expect(record).toMatchObject({ status: 'running', health: { level: 'good', code: 'delivering' } });
      expect(record.bitrateBps).toBeGreaterThan(100_000);
      // The average of the first period includes the start.
      const metrics = await waitFor('full periods', async () => {
        const { body } = await product.call('GET', `${path(destinationId)}/metrics`);
        return body.current.framesPerSecond > 25 ? body : null;
      });
      expect(metrics.series.bitrateBps.length).toBeGreaterThan(0);
    }
  });

  it('shows a wrong stream key as down, with reason and remedy, and never as on air', async () => {
    const c = await add('Wrong key', `${platformA.baseUrl}/live`, WRONG_KEY, '720p30');
    await statusIs(c, 'idle');
    await start(c);
    await statusIs(c, 'running');
    const record = await waitFor('the refusal', async () => {
      const seen = await get(c);
      expect(seen.onAir).toBe(false);
      return seen.health.level === 'down' ? seen : null;
    });
    expect(record.health).toMatchObject({ code: 'stream_key_rejected', severity: 'fatal' });
    expect(record.health.remedy).toContain('stream key');
    expect((await product.call('DELETE', `${path(c)}?stop=true`)).status).toBe(202);
    await waitFor('the record to go', async () => (await product.call('GET', path(c))).status === 404);
  });

  it('stops one destination without a gap in the other', async () => {
    const session = lastSession(platformB)!;
    session.largestTimestampGapMs = 0;
    expect((await product.call('POST', `${path(a)}/stop`, {})).status).toBe(202);
    await statusIs(a, 'idle');
    const ended = lastSession(platformA)!;
    await waitFor('the session to end', () => ended.state === 'ended');
    expect(ended.cleanUnpublish).toBe(true);
    const framesThen = session.videoFrames;
    await waitFor('more frames', () => session.videoFrames > framesThen + 60);
    expect(session).toMatchObject({ state: 'publishing', nonMonotonicFrames: 0 });
    // Two frames at 30 per second: no frame was dropped.
    expect(session.largestTimestampGapMs).toBeLessThan(67);
  });

  it('plays the HLS preview in a real browser, signed in by the link that the product prints', async () => {
    browser = await launchChromium(['--autoplay-policy=no-user-gesture-required']);
    const page = await browser.newPage();
    page.setDefaultTimeout(100_000);
    const errors: string[] = [];
    page.on('pageerror', (error) => errors.push(String(error)));
    await page.goto(`${product.origin}/#token=${TEST_TOKEN}`);
    await page.getByText('Platform B').first().waitFor();
    expect(page.url()).not.toContain('token');
    const played = await waitFor(
      'the picture to move',
      async () => {
        const state = await page.evaluate(() => {
          const video = document.querySelector('video');
          return video && { time: video.currentTime, width: video.videoWidth, height: video.videoHeight };
        });
        return state && state.time > 2 ? state : null;
      },
      { limitMs: 60_000 },
    );
    expect(played).toMatchObject({ width: 1280, height: 720 });
    expect(errors).toEqual([]);
    await browser.close();
    browser = undefined;
  });

  it('keeps stream keys out of arguments, output and files', async () => {
    const commands = descendantsOf(product.process.pid!).map(({ command }) => command);
    expect(commands.some((command) => command.includes('ffmpeg'))).toBe(true);
    const printed = [...commands, product.output()].map((text) => Buffer.from(text));
    const everything = [...printed, ...readAllFiles(dataDirectory)];
    for (const key of [KEY_A, KEY_B, WRONG_KEY]) {
      for (const form of [key, Buffer.from(key).toString('base64'), Buffer.from(key).toString('hex')]) {
        expect(everything.some((text) => text.includes(form))).toBe(false);
      }
    }
  });

  it('leaves no process after Ctrl-C, and restores its state at the next start', async () => {
    const children = descendantsOf(product.process.pid!);
    expect(await product.stop('SIGINT')).toBe(0);
    outputs.push(product.output());
    expect(children.filter(({ pid }) => isAlive(pid))).toEqual([]);
    const sessionsBefore = platformB.sessions.length;
    product = await startProduct(ports, dataDirectory);
    expect(await get(a)).toMatchObject({ name: 'Platform A', desired: 'idle', status: 'idle', streamKeySet: true });
    expect(await get(b)).toMatchObject({ name: 'Platform B', desired: 'running', status: 'running' });
    const session = await waitFor('B to be published again', () => {
      const facts = lastSession(platformB);
      return platformB.sessions.length > sessionsBefore && facts && facts.videoFrames > 30 ? facts : null;
    });
    expect(session).toMatchObject({ width: 854, height: 480 });
    await start(a);
    await statusIs(a, 'running');
    await waitFor('A with its old key', () => {
      const facts = lastSession(platformA);
      return facts?.state === 'publishing' && facts.streamName === KEY_A && facts.videoFrames > 30;
    });
  });

  it('recovers from a kill in the middle of a start', async () => {
    await product.call('POST', `${path(a)}/stop`, {});
    await statusIs(a, 'idle');
    await start(a);
    const children = descendantsOf(product.process.pid!);
    await product.stop('SIGKILL');
    outputs.push(product.output());
    await waitFor('the engine to follow', () =>
      children.every(({ pid, command }) => !isAlive(pid) || command.includes('ffmpeg')),
    );
    product = await startProduct(ports, dataDirectory);
    await statusIs(a, 'running');
    await waitFor('A to be published', () => lastSession(platformA)?.state === 'publishing');
    expect(children.filter(({ pid }) => isAlive(pid))).toEqual([]);
  });

  it('deletes both and leaves no input, output, channel, process or port', async () => {
    for (const destinationId of [a, b])
      expect((await product.call('DELETE', `${path(destinationId)}?stop=true`)).status).toBe(202);
    await waitFor('the list to be empty', async () => {
      const { body } = await product.call('GET', '/api/destinations');
      return body.data.every((record: { primary: boolean }) => record.primary);
    });
    const [, accessKeyId = ''] =
      /aws_access_key_id = (\S+)/.exec(readFileSync(join(dataDirectory, 'aws-credentials'), 'utf8')) ?? [];
    const connect = (id: string) =>
      ({
        clients: createAwsClients({
          region: 'us-east-1',
          endpoint: `http://127.0.0.1:${ports.aws}`,
          credentials: { accessKeyId: id, secretAccessKey: 'unused' },
          attemptsMax: 1,
        }),
      }) as AwsDeps;
    await expect(listChannels(connect('someone-else'))).rejects.toThrow(/security token/);
    const deps = connect(accessKeyId);
    expect((await listChannels(deps)).map(({ tags }) => tags['sluice:destination'])).toEqual(['primary']);
    expect((await listInputs(deps)).map(({ tags }) => tags['sluice:destination'])).toEqual(['primary']);
    expect((await product.call('GET', '/api/mediaconnect/flow/status')).body.outputs.used).toBe(1);
    for (const receiver of [platformA, platformB]) expect(lastSession(receiver)!.state).toBe('ended');
    const children = descendantsOf(product.process.pid!);
    expect(await product.stop()).toBe(0);
    expect(children.filter(({ pid }) => isAlive(pid))).toEqual([]);
    await expect(fetch(`${product.origin}/api/health`)).rejects.toThrow();
    await expect(fetch(`http://127.0.0.1:${ports.aws}`)).rejects.toThrow();
  });
});

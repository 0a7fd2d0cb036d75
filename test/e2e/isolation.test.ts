import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findFfmpeg } from '../../infra/local/host/programs.ts';
import { startRtmpReceiver, type RtmpReceiver } from '../../infra/local/rtmp-receiver/rtmp-receiver.ts';
import type { SessionFacts } from '../../infra/local/rtmp-receiver/session-facts.ts';
import { startPlatformProcess, type PlatformProcess } from '../support/platform-process.ts';
import { watchPreview, type PreviewWatch } from '../support/preview-watch.ts';
import {
  descendantsOf,
  findFreePorts,
  findFreeTcpPort,
  isAlive,
  startProduct,
  type Product,
} from '../support/product.ts';
import { makeClip, sendSrt } from '../support/srt-sender.ts';
import { waitFor } from '../support/wait-for.ts';

/**
 * Verifies that one destination's failure does not affect another. A neighbour copies the source to a healthy platform
 * all the time, and the HLS preview is followed as by a player; meanwhile another platform freezes, dies, refuses and
 * hangs up, destinations come and go, and parts of the engine are killed.
 */

/** A bitrate that fills a frozen platform's socket buffers within seconds. */
const SOURCE = { width: 1280, height: 720, framesPerSecond: 30, seconds: 20, videoBitrate: '5000k', bFrames: 0 };
/** Two frames at 30 per second, rounded; a larger gap means a missing frame. */
const GAP_MS_MAX = 70;
const LONG = { limitMs: 90_000 };

const directory = mkdtempSync(join(tmpdir(), 'sluice-isolation-'));
const stops: (() => Promise<unknown>)[] = [];
let product: Product;
let preview: PreviewWatch;
let healthy: RtmpReceiver;
let neighbour: string;
let platformPort: number;
let platform: PlatformProcess;
let victim: string;

const path = (destinationId: string) => `/api/destinations/${destinationId}`;
const get = async (destinationId: string) => (await product.call('GET', path(destinationId))).body;

async function add(name: string, rtmpUrl: string, preset = 'source'): Promise<string> {
  const answer = await product.call('POST', '/api/destinations', {
    name,
    platform: 'custom',
    rtmpUrl,
    streamKey: `key-of-${name.replaceAll(' ', '-')}`,
    preset,
  });
  expect(answer.status, JSON.stringify(answer.body)).toBe(201);
  return answer.body.destinationId;
}

const ask = async (destinationId: string, action: 'start' | 'stop') =>
  expect((await product.call('POST', `${path(destinationId)}/${action}`, {})).status).toBeLessThan(300);
const statusIs = (destinationId: string, status: string) =>
  waitFor(`${destinationId} to be ${status}`, async () => {
    const record = await get(destinationId);
    return record.status === status && record.operation === null;
  });
const isOnAir = (destinationId: string) =>
  waitFor(`${destinationId} to be on air`, async () => (await get(destinationId)).onAir, LONG);
/** Waits for one of the health codes. With such a code the destination must not be on air. */
const healthIs = (destinationId: string, ...codes: string[]) =>
  waitFor(
    `health ${codes.join(' or ')}`,
    async () => {
      const { health, onAir } = await get(destinationId);
      if (!codes.includes(health.code)) return null;
      expect(onAir).toBe(false);
      return health;
    },
    LONG,
  );

async function remove(destinationId: string): Promise<void> {
  expect((await product.call('DELETE', `${path(destinationId)}?stop=true`)).status).toBe(202);
  await waitFor('the record to go', async () => (await product.call('GET', path(destinationId))).status === 404);
}

const sessionOf = (receiver: RtmpReceiver, name: string): SessionFacts | undefined =>
  receiver.sessions.findLast(({ streamName }) => streamName === `key-of-${name}`);

/** Causes trouble elsewhere and verifies that the neighbour and the preview continue without a fault. */
async function unnoticed(trouble: () => Promise<void>): Promise<void> {
  const session = sessionOf(healthy, 'neighbour')!;
  session.largestTimestampGapMs = 0;
  const [frames, sequence, sessions] = [session.videoFrames, preview.newestSequence(), healthy.sessions.length];
  const newSessions = () =>
    healthy.sessions.slice(sessions).filter(({ streamName }) => streamName === session.streamName);
  await trouble();
  await waitFor('the neighbour to continue', () => session.state === 'ended' || session.videoFrames > frames + 90);
  await waitFor('the preview to continue', () => preview.newestSequence() > sequence + 1);
  expect(newSessions()).toEqual([]);
  expect(session).toMatchObject({ state: 'publishing', nonMonotonicFrames: 0 });
  expect(session.largestTimestampGapMs).toBeLessThan(GAP_MS_MAX);
  expect(preview.stumbles()).toEqual([]);
  expect(await get(neighbour)).toMatchObject({ onAir: true, health: { code: 'delivering' } });
}

async function replacePlatform(
  ...verdict: Parameters<typeof startPlatformProcess> extends [number, ...infer Rest] ? Rest : never
) {
  await platform.kill();
  platform = await startPlatformProcess(platformPort, ...verdict);
}

const isPublished = () =>
  waitFor(
    'media at the platform',
    async () =>
      (await platform.sessions()).some(({ state, videoFrames }) => state === 'publishing' && videoFrames > 30),
    LONG,
  );

const enginesOf = () => descendantsOf(product.process.pid!).filter(({ command }) => command.includes('engine-process'));

beforeAll(async () => {
  const ffmpeg = await findFfmpeg({ environment: process.env, cacheDirectory: directory });
  if (!ffmpeg.found) throw new Error(`${ffmpeg.reason}; ${ffmpeg.remedy}`);
  await makeClip(ffmpeg.path, join(directory, 'source.ts'), SOURCE);
  healthy = await startRtmpReceiver({ port: 0 });
  stops.push(() => healthy.close());
  platformPort = await findFreeTcpPort();
  platform = await startPlatformProcess(platformPort);
  stops.push(() => platform.kill());
  const ports = await findFreePorts();
  product = await startProduct(ports, join(directory, 'data'));
  stops.push(() => product.stop());
  stops.push(sendSrt(ffmpeg.path, join(directory, 'source.ts'), ports.srt));
  neighbour = await add('neighbour', `${healthy.baseUrl}/live`);
  victim = await add('victim', `rtmp://127.0.0.1:${platformPort}/live`);
  await waitFor('the source', async () => {
    const { body } = await product.call('GET', '/api/mediaconnect/flow/status');
    return body.source.state === 'connected' && body.source.video?.framesPerSecond;
  });
  await Promise.all([ask(neighbour, 'start'), ask(victim, 'start')]);
  await Promise.all([isOnAir(neighbour), isOnAir(victim)]);
  preview = watchPreview(product);
  stops.push(() => preview.close());
  await waitFor('the preview', () => preview.newestSequence() > 1);
});

afterAll(async () => {
  for (const stop of stops.toReversed()) await stop();
  rmSync(directory, { recursive: true, force: true });
});

describe('a neighbour is unaffected, and the API reports it, when another platform', () => {
  it('freezes for more than ten seconds and continues', async () => {
    await unnoticed(async () => {
      platform.freeze();
      try {
        expect(await healthIs(victim, 'stalled')).toMatchObject({ level: 'reconnecting', severity: 'transient' });
      } finally {
        platform.thaw();
      }
      await isPublished();
      await isOnAir(victim);
    });
    expect((await product.call('GET', `${path(victim)}/metrics`)).body.current.reconnects).toBeGreaterThan(0);
  });

  it('dies and comes back', async () => {
    await unnoticed(async () => {
      await platform.kill();
      const health = await healthIs(victim, 'connection_refused');
      expect(health).toMatchObject({ level: 'reconnecting' });
      expect(health.remedy).toContain('host and port');
      await replacePlatform();
      await isPublished();
      await isOnAir(victim);
    });
  });

  it('refuses the stream key, as distinct from being unreachable', async () => {
    await unnoticed(async () => {
      await replacePlatform('reject_bad_name');
      const health = await healthIs(victim, 'stream_key_rejected');
      expect(health).toMatchObject({ level: 'down', severity: 'fatal' });
      expect(health.remedy).toContain('stream key');
    });
  });

  it('repeatedly hangs up without a reason, which counts as a wrong key', async () => {
    await unnoticed(async () => {
      await replacePlatform('close_silently');
      await ask(victim, 'stop');
      await statusIs(victim, 'idle');
      await ask(victim, 'start');
      await statusIs(victim, 'running');
      expect(await healthIs(victim, 'stream_key_rejected')).toMatchObject({ level: 'down' });
      await replacePlatform();
      await ask(victim, 'stop');
      await statusIs(victim, 'idle');
      await ask(victim, 'start');
      await isPublished();
      await isOnAir(victim);
    });
  });
});

describe('a neighbour is unaffected when', () => {
  it('destinations are added, started, stopped and deleted around it', async () => {
    await unnoticed(async () => {
      for (let round = 1; round <= 3; round += 1) {
        const names = [1, 2, 3].map((number) => `visitor-${round}-${number}`);
        const visitors = await Promise.all(names.map((name) => add(name, `${healthy.baseUrl}/live`)));
        await Promise.all(visitors.map((id) => ask(id, 'start')));
        await Promise.all(visitors.map((id) => statusIs(id, 'running')));
        await waitFor('media', () => names.every((name) => (sessionOf(healthy, name)?.videoFrames ?? 0) > 10));
        await ask(visitors[0]!, 'stop');
        await ask(visitors[1]!, 'stop');
        await ask(visitors[1]!, 'start');
        await Promise.all(visitors.map(remove));
        expect(names.map((name) => sessionOf(healthy, name)!.state)).toEqual(['ended', 'ended', 'ended']);
      }
    });
    const { body } = await product.call('GET', '/api/mediaconnect/flow/status');
    expect(body.outputs.used).toBe(3);
  });

  const encodersOf480p = () =>
    descendantsOf(product.process.pid!).filter(
      ({ command }) => command.includes('libx264') && command.includes('scale=854:480'),
    );

  it('another destination’s encoder is killed, and only that destination pauses until it recovers', async () => {
    const encoded = await add('encoded', `${healthy.baseUrl}/live`, '480p30');
    await ask(encoded, 'start');
    await isOnAir(encoded);
    await unnoticed(async () => {
      // The preview has a separate encoder.
      const [encoder, ...others] = encodersOf480p();
      expect(others).toEqual([]);
      const session = sessionOf(healthy, 'encoded')!;
      process.kill(encoder!.pid, 'SIGKILL');
      await waitFor('another encoder', () => encodersOf480p().some(({ pid }) => pid !== encoder!.pid));
      const framesThen = session.videoFrames;
      await waitFor('encoded frames', () => session.videoFrames > framesThen + 30);
      expect(session).toMatchObject({ state: 'publishing', nonMonotonicFrames: 0 });
      await isOnAir(encoded);
    });
    await remove(encoded);
  });
});

describe('the engine', () => {
  it('restarts when it is killed, resumes everything that was on air, and the API reports the interruption', async () => {
    const [engine] = enginesOf();
    const media = descendantsOf(engine!.pid);
    const session = sessionOf(healthy, 'neighbour')!;
    const since = new Date().toISOString();
    process.kill(engine!.pid, 'SIGKILL');
    await waitFor('the API to report it', async () => {
      const records = await Promise.all([get(neighbour), get(victim)]);
      return records.every(({ onAir, health }) => !onAir && health.level !== 'good' && health.observedAt > since);
    });
    await waitFor('another engine', () => enginesOf().some(({ pid }) => pid !== engine!.pid));
    await waitFor('the neighbour to be published again', () => {
      const current = sessionOf(healthy, 'neighbour')!;
      return current !== session && current.state === 'publishing' && current.videoFrames > 30;
    });
    await isPublished();
    await Promise.all([isOnAir(neighbour), isOnAir(victim), isOnAir('primary')]);
    expect(media.filter(({ pid }) => isAlive(pid))).toEqual([]);
    expect(await get(neighbour)).toMatchObject({ status: 'running', operation: null, lastError: null });
    expect(product.output()).toContain('the media engine ended and is being restarted');
    preview.reset();
    await waitFor('the preview', () => preview.newestSequence() > 1);
    await unnoticed(async () => {});
  });
});

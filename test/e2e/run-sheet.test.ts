import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DestinationResource } from '../../functions/api/schemas/destinations.ts';
import type { ShowResource } from '../../functions/api/schemas/shows.ts';
import { receiveWithFfmpeg, type FfmpegReceiver } from '../support/ffmpeg-receiver.ts';
import { startNodeMediaServer, type NodeMediaServer } from '../support/node-media-server.ts';
import { descendantsOf, findFreePorts, isAlive, startProduct, type Product } from '../support/product.ts';
import { makeClip, sendSrt } from '../support/srt-sender.ts';
import { findTestFfmpeg } from '../support/test-media.ts';
import { waitFor } from '../support/wait-for.ts';

/**
 * A show that runs itself with real media to four receivers that we did not write: one is watched throughout, one records,
 * one refuses the key and is not required, and one freezes. The source is lost in the middle and returns. The steps
 * build on one another.
 */

/** Seconds that the show lasts at least. A slow machine makes it longer, because its end is moved, not its steps. */
const SHOW_SECONDS = Number(process.env['TEST_SHOW_SECONDS'] ?? 30);
const AHEAD_SECONDS = 15;
/** A bitrate that fills a frozen receiver's socket buffers within seconds. */
const SOURCE = { width: 1280, height: 720, framesPerSecond: 30, seconds: 10, videoBitrate: '5000k', bFrames: 0 };
const LONG = { limitMs: 120_000 };
/** A zone that is off by part of an hour, so that a mix-up of zones shows. */
const ZONE = 'Asia/Kathmandu';
const ZONE_MS = 5.75 * 3_600_000;

const directory = mkdtempSync(join(tmpdir(), 'sluice-run-sheet-'));
const ffmpegPath = findTestFfmpeg()!;
const clip = join(directory, 'source.ts');
const environment = { SLUICE_ANALYSIS: 'off', SLUICE_HLS_RENDITIONS: '480p30' };
let ports: Awaited<ReturnType<typeof findFreePorts>>;
let product: Product;
let watched: NodeMediaServer;
let strict: NodeMediaServer;
let recorder: FfmpegReceiver;
let freezing: FfmpegReceiver;
let stopSending = async (_signal?: 'SIGKILL') => {};
let showId: string;
const ids: Record<string, string> = {};

const NAMES = ['Watched', 'Recorder', 'Refusing', 'Freezing'] as const;

async function request(method: string, path: string, body?: object) {
  const answer = await product.call(method, path, body);
  expect(answer.status, JSON.stringify(answer.body)).toBeLessThan(300);
  return answer.body;
}

const get = (name: string): Promise<DestinationResource> => request('GET', `/api/destinations/${ids[name]}`);
const readShow = (): Promise<ShowResource> => request('GET', `/api/shows/${showId}`);
const onWall = (instantMs: number) => new Date(instantMs + ZONE_MS).toISOString().slice(0, 19);

async function add(name: (typeof NAMES)[number], rtmpUrl: string): Promise<void> {
  const streamKey = `key-of-${name.toLowerCase()}`;
  const target = { name, platform: 'custom', rtmpUrl, streamKey, preset: 'source', onSourceLoss: 'wait' };
  ids[name] = (await request('POST', '/api/destinations', target)).destinationId;
  await waitFor(`${name} to be idle`, async () => (await get(name)).operation === null);
}

const isOnAir = (name: string) => waitFor(`${name} to be on air`, async () => (await get(name)).onAir, LONG);

/** Waits until the destination is not on air for a reason. @returns the code of the reason */
const isTroubled = (name: string, ...codes: string[]) =>
  waitFor(
    `${name} to be ${codes.join(' or ')}`,
    async () => {
      const { health, onAir } = await get(name);
      return !onAir && codes.includes(health.code) && health.code;
    },
    LONG,
  );

beforeAll(async () => {
  await makeClip(ffmpegPath, clip, SOURCE);
  watched = await startNodeMediaServer(directory);
  strict = await startNodeMediaServer(directory, { refusesKeys: true });
  recorder = await receiveWithFfmpeg(ffmpegPath, join(directory, 'recorder.flv'));
  freezing = await receiveWithFfmpeg(ffmpegPath, join(directory, 'freezing.flv'));
  ports = await findFreePorts();
  product = await startProduct(ports, join(directory, 'data'), environment);
  stopSending = sendSrt(ffmpegPath, clip, ports.srt);
});

afterAll(async () => {
  await stopSending();
  await product?.stop();
  for (const receiver of [recorder, freezing]) receiver?.process.kill('SIGKILL');
  await watched?.stop();
  await strict?.stop();
  rmSync(directory, { recursive: true, force: true });
});

describe.skipIf(!findTestFfmpeg())('a show that runs itself', () => {
  it('goes live at its second, with the reason for each destination that is not on air', async () => {
    await add('Watched', watched.url);
    await add('Recorder', recorder.url);
    await add('Refusing', strict.url);
    await add('Freezing', freezing.url);
    await waitFor('the source', async () => {
      const { body } = await product.call('GET', '/api/mediaconnect/flow/status');
      return body.source.state === 'connected';
    });
    // A recording begins with the preview, which a busy machine starts late.
    await waitFor('the preview', async () => (await request('GET', '/api/destinations/primary')).onAir, LONG);
    const startMs = Math.ceil(Date.now() / 1000 + AHEAD_SECONDS) * 1000;
    const planned: ShowResource = await request('POST', '/api/shows', {
      title: 'Four receivers',
      record: true,
      zone: ZONE,
      localStart: onWall(startMs),
      localEnd: onWall(startMs + 3_600_000),
      isDraft: false,
      destinations: NAMES.map((name) => ({ destinationId: ids[name], isRequired: name !== 'Refusing' })),
    });
    showId = planned.showId;
    expect(planned).toMatchObject({ state: 'scheduled', startsAt: new Date(startMs).toISOString() });
    const live = await waitFor(
      'the show to be live',
      async () => {
        const show = await readShow();
        return show.state === 'live' && show;
      },
      LONG,
    );
    expect(Date.parse(live.liveAt!)).toBeGreaterThanOrEqual(startMs);
    expect(live.automation).toBe('on');
    for (const name of ['Watched', 'Recorder', 'Freezing']) await isOnAir(name);
    await isTroubled('Refusing', 'stream_key_rejected', 'stream_refused');
    expect(watched.output()).toContain('key-of-watched');
  });

  it('stays live while a receiver freezes and the source is lost and returns', async () => {
    freezing.process.kill('SIGSTOP');
    await isTroubled('Freezing', 'stalled', 'not_accepting');
    await isOnAir('Watched');
    await stopSending('SIGKILL');
    await waitFor('the loss', async () => !(await get('Watched')).onAir, LONG);
    const picturesBefore = recorder.pictures().length;
    stopSending = sendSrt(ffmpegPath, clip, ports.srt);
    for (const name of ['Watched', 'Recorder']) await isOnAir(name);
    await waitFor('more pictures', () => recorder.pictures().length > picturesBefore + 60);
    const { state, destinations } = await readShow();
    expect(state).toBe('live');
    expect(destinations.map(({ offAirAt, stopRequestedAt }) => [offAirAt, stopRequestedAt])).toEqual(
      NAMES.map(() => [null, null]),
    );
  });

  it(
    'ends by the clock, stops every destination and leaves nothing running',
    async () => {
      const { startsAt } = await readShow();
      const endMs = Math.ceil(Math.max(Date.parse(startsAt) / 1000 + SHOW_SECONDS, Date.now() / 1000 + 5)) * 1000;
      await request('PATCH', `/api/shows/${showId}`, { localEnd: onWall(endMs) });
      const show = await waitFor(
        'the show to end',
        async () => {
          const seen = await readShow();
          return seen.state === 'ended' && seen;
        },
        { limitMs: SHOW_SECONDS * 1000 + LONG.limitMs },
      );
      expect(show).toMatchObject({ endReason: 'clock', endsAt: new Date(endMs).toISOString() });
      expect(Date.parse(show.endingAt!)).toBeGreaterThanOrEqual(endMs);
      for (const { name, startRequestedAt, stopRequestedAt, onAirAt, offAirAt } of show.destinations) {
        const times = [startRequestedAt, onAirAt, show.endingAt, stopRequestedAt, offAirAt];
        expect([name, times]).toEqual([name, times.toSorted()]);
        expect(await get(name)).toMatchObject({ status: 'idle', desired: 'idle', operation: null, onAir: false });
      }
      const { body: status } = await product.call('GET', '/api/mediaconnect/flow/status');
      expect(status.outputs.used).toBe(1);
      // The receiver sees the end of the stream and finishes its file.
      await waitFor('the recorder to end', () => recorder.process.exitCode !== null);
      expect(recorder.pictures().length).toBeGreaterThan(60);
    },
    (SHOW_SECONDS + 240) * 1000,
  );

  it('is recorded from when it went live until everything was off air', async () => {
    const { liveAt, endedAt, recording: ofShow } = await readShow();
    const recording = await waitFor(
      'the recording to be finished',
      async () => {
        const seen = await request('GET', `/api/recordings/${ofShow!.recordingId}`);
        return !['recording', 'finishing'].includes(seen.state) && seen;
      },
      LONG,
    );
    expect(recording).toMatchObject({
      ...{ name: 'Four receivers', origin: 'show', showId },
      ...{ endReason: 'show_ended', failure: null, state: 'ready' },
    });
    expect(Date.parse(recording.startedAt)).toBeGreaterThanOrEqual(Date.parse(liveAt!));
    expect(recording.endedAt).toBe(endedAt);
    expect(recording.durationSeconds).toBeGreaterThan(5);
    const { recordings } = await request('GET', `/api/shows/${showId}/report`);
    expect(recordings).toMatchObject([{ recordingId: recording.recordingId, state: 'ready' }]);
  });

  it('says in its log and on the timelines what it did, when and by which rule', async () => {
    const { log, endsAt, startsAt } = await readShow();
    const acts = log.filter(({ actor }) => actor === 'run sheet');
    const of = (pattern: RegExp) => acts.filter(({ detail }) => pattern.test(detail));
    expect(of(/^starts /).map(({ detail }) => detail)).toEqual(NAMES.map((name) => `starts ${name}`));
    expect(of(/^stops /).map(({ detail }) => detail)).toEqual(NAMES.map((name) => `stops ${name}`));
    expect(of(/^is live/)).toHaveLength(1);
    expect(of(/^ends the show/)).toHaveLength(1);
    expect(of(/^the show has ended/)).toHaveLength(1);
    expect(of(/^starts /).every(({ at }) => at < startsAt)).toBe(true);
    expect(of(/^stops /).every(({ at }) => at >= endsAt!)).toBe(true);
    const { data } = await request('GET', '/api/timeline?kind=show&limit=200');
    const told = data.map(({ detail }: { detail: string }) => detail);
    for (const { detail } of acts) expect(told).toContain(detail);
    for (const name of NAMES) {
      const { data: entries } = await request('GET', `/api/destinations/${ids[name]}/timeline`);
      const operations = entries
        .filter(({ kind }: { kind: string }) => kind === 'operation_began')
        .map(({ operationId, actor }: Record<string, string>) => [/-(start|stop)-/.exec(operationId!)?.[1], actor])
        .filter(([kind]: [string | undefined]) => kind !== undefined);
      expect([name, ...operations.toReversed()]).toEqual([
        name,
        ['start', `show "Four receivers" (${showId}): start`],
        ['stop', `show "Four receivers" (${showId}): end by the clock`],
      ]);
    }
  });

  it('has a report that agrees with what happened', async () => {
    const show = await readShow();
    const report = await request('GET', `/api/shows/${showId}/report`);
    const { liveAt, endingAt, endedAt, startsAt, endsAt } = show;
    expect(report).toMatchObject({
      ...{ state: 'ended', isFinal: true, failovers: 0 },
      planned: { startsAt, endsAt },
      actual: { goLiveAt: null, liveAt, endingAt, endedAt, endReason: 'clock' },
    });
    for (const [index, each] of report.destinations.entries()) {
      const { name, onAirAt, offAirAt } = show.destinations[index]!;
      expect(each).toMatchObject({ name, onAirAt, offAirAt });
      expect(each.onAirSeconds).toBeCloseTo((Date.parse(offAirAt!) - Date.parse(onAirAt!)) / 1000, 0);
    }
    const [steady, , refused, frozen] = report.destinations;
    expect(steady.observed.delivering).toBeGreaterThan(0);
    expect(refused.observed).toMatchObject({ delivering: 0 });
    expect(refused.observed.down).toBeGreaterThan(0);
    expect(frozen.observed.degraded + frozen.observed.down).toBeGreaterThan(0);
    expect(report.sourceEvents.length).toBeGreaterThan(0);
    expect(report.incidents).toContainEqual(
      expect.objectContaining({ subject: 'Refusing', detail: expect.stringContaining('Stream key rejected') }),
    );
    expect(report.log).toEqual(show.log);
  });

  it('leaves no process', async () => {
    const children = descendantsOf(product.process.pid!);
    expect(await product.stop()).toBe(0);
    expect(children.filter(({ pid }) => isAlive(pid))).toEqual([]);
  });
});

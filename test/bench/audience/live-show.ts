/** The product with public pages, an encoder, and a public show that is live. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { descendantsOf, findFreeTcpPort } from '../../support/product.ts';
import { findRehearsalFfmpeg } from '../../support/rehearsal-media.ts';
import { makeClip, sendSrt } from '../../support/srt-sender.ts';
import { waitFor } from '../../support/wait-for.ts';
import { owe } from '../child-processes.ts';
import { startBenchProduct, type BenchProduct } from '../product/bench-product.ts';

export interface LiveShow extends BenchProduct {
  /** Where the pages are. */
  origin: string;
  /** The last part of the show's address. */
  slug: string;
  /** Path of a viewing, which ends when nothing is read from it for half a minute. */
  folder: string;
  /** The process that serves the pages. */
  audienceProcessId(): number;
}

const CLIP = { width: 640, height: 360, framesPerSecond: 30, seconds: 20, videoBitrate: '800k', bFrames: 0 };
const HOUR_MS = 3_600_000;
const LONG = { limitMs: 120_000 };

/** Starts everything and waits until the stream can be played. */
export async function startLiveShow({ viewersMax }: { viewersMax: number }): Promise<LiveShow> {
  const port = await findFreeTcpPort();
  const origin = `http://127.0.0.1:${port}`;
  const bench = await startBenchProduct({
    ...{ SLUICE_AUDIENCE: 'on', SLUICE_AUDIENCE_PORT: String(port), SLUICE_AUDIENCE_VIEWERS: String(viewersMax) },
    // The viewers come through what counts as a proxy, so that each has an address.
    ...{ SLUICE_AUDIENCE_ORIGIN: origin, SLUICE_HLS_RENDITIONS: '480p30', SLUICE_ANALYSIS: 'off' },
  });
  const directory = mkdtempSync(join(tmpdir(), 'sluice-bench-audience-'));
  const clip = join(directory, 'source.ts');
  await makeClip(findRehearsalFfmpeg(), clip, CLIP);
  const stopSending = sendSrt(findRehearsalFfmpeg(), clip, bench.ports.srt);
  const end = owe(async () => {
    await stopSending('SIGKILL');
    rmSync(directory, { recursive: true, force: true });
  });
  const { product } = bench;
  await bench.untilFed();
  await waitFor(
    'the preview',
    async () => (await product.call('GET', '/api/mediaconnect/flow/status')).body.preview.hlsUrl !== null,
    LONG,
  );
  const slug = await goLive(bench);
  const folder = await waitFor('the show to be live', () => beginViewing(origin, slug), LONG);
  const isPlayable = async () => (await readPlaylist(origin, folder)).segments.length > 2;
  await waitFor('the live stream', isPlayable, LONG);
  return {
    ...bench,
    origin,
    slug,
    folder,
    audienceProcessId: () =>
      descendantsOf(product.process.pid!).find(({ command }) => command.includes('audience-process'))!.pid,
    async stop() {
      await end();
      await bench.stop();
    },
  };
}

async function goLive({ product }: BenchProduct): Promise<string> {
  const local = (fromNowMs: number) => new Date(Date.now() + fromNowMs).toISOString().slice(0, 19);
  const planned = { zone: 'UTC', localStart: local(HOUR_MS / 2), localEnd: local(2 * HOUR_MS) };
  const show = { title: 'Bench', privacy: 'public', isDraft: false, ...planned };
  const { status, body } = await product.call('POST', '/api/shows', show);
  if (status !== 201) throw new Error(`the show was refused: ${status} ${JSON.stringify(body)}`);
  const live = await product.call('POST', `/api/shows/${body.showId}/go-live`, {});
  if (live.status !== 200) throw new Error(`the show did not go live: ${JSON.stringify(live.body)}`);
  const { body: links } = await product.call('GET', `/api/shows/${body.showId}/watch-links`);
  return new URL(links.watchUrl).pathname.split('/').at(-1)!;
}

/** Begins a viewing. @returns the folder of its playlists; null while the show is not live for watchers */
async function beginViewing(origin: string, slug: string): Promise<string | null> {
  const path = `/audience/v1/shows/${slug.slice(-26)}/viewings`;
  const response = await fetch(origin + path, { method: 'POST', headers: { origin } });
  if (response.status !== 201) return null;
  const { hlsUrl } = (await response.json()) as { hlsUrl: string };
  return hlsUrl.slice(0, hlsUrl.lastIndexOf('/') + 1);
}

/** Reads the first rendition of a viewing. Empty without one. */
export async function readPlaylist(
  origin: string,
  folder: string,
): Promise<{ name: string; text: string; segments: string[] }> {
  const read = async (name: string) => {
    const response = await fetch(origin + folder + name);
    return response.ok ? response.text() : '';
  };
  const linesOf = (text: string) => text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  const [name = ''] = linesOf(await read('index.m3u8'));
  const text = name === '' ? '' : await read(name);
  return { name, text, segments: linesOf(text) };
}

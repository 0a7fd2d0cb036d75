import type { Product } from './product.ts';

/** Follows the HLS preview as a player does and records everything that would disturb one. */
export interface PreviewWatch {
  /** Returns the sequence number of the newest segment; -1 before the first. */
  newestSequence(): number;
  /** Returns discontinuities, playlists that went back or skipped segments, and responses without a playlist. */
  stumbles(): string[];
  /** Clears the records, after a test that interrupts the preview on purpose. */
  reset(): void;
  close(): Promise<void>;
}

const EVERY_MS = 400;

/** Starts to follow the preview. */
export function watchPreview(product: Product): PreviewWatch {
  let newest = -1;
  let stumbles: string[] = [];
  const closing = new AbortController();
  let generation = 0;

  async function look(): Promise<void> {
    const seenIn = generation;
    const { body: flow } = await product.call('GET', '/api/mediaconnect/flow/status');
    const ladder = await product.call('GET', flow.preview.hlsUrl);
    const rendition = /^(?!#)\S+\.m3u8\S*$/m.exec(String(ladder.body))?.[0];
    const playlist =
      rendition && (await product.call('GET', new URL(rendition, `http://x${flow.preview.hlsUrl}`).pathname));
    if (generation !== seenIn) return;
    if (!playlist || playlist.status !== 200) {
      if (newest >= 0) stumbles.push(`no playlist: ${ladder.status}`);
      return;
    }
    const text = String(playlist.body);
    const first = Number(/#EXT-X-MEDIA-SEQUENCE:(\d+)/.exec(text)?.[1]);
    const last = first + (text.match(/#EXTINF/g)?.length ?? 0) - 1;
    if (text.includes('#EXT-X-DISCONTINUITY\n')) stumbles.push(`discontinuity at ${last}`);
    if (last < newest) stumbles.push(`went back from ${newest} to ${last}`);
    if (newest >= 0 && first > newest) stumbles.push(`skipped from ${newest} to ${first}`);
    newest = last;
  }

  const done = (async () => {
    while (!closing.signal.aborted) {
      await look().catch((error: unknown) => stumbles.push(String(error)));
      await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
    }
  })();
  return {
    newestSequence: () => newest,
    stumbles: () => stumbles,
    reset() {
      generation += 1;
      newest = -1;
      stumbles = [];
    },
    async close() {
      closing.abort();
      await done;
    },
  };
}

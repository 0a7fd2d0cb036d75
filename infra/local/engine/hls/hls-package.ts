/**
 * Answers a player's requests to one package channel from memory: `index.m3u8` lists the renditions, `index_1.m3u8` is
 * the playlist of the first, `index_1_7.ts` its seventh segment and `index_1_7.2.ts` a part of that segment.
 */
import type { Clock } from '../../host/clock.ts';
import type { Program } from '../program.ts';
import type { HeldSegments, SegmentKeeper } from '../recording/segment-keepers.ts';
import { createChangeSignal } from './change-signal.ts';
import { buildMediaPlaylist, buildMultivariantPlaylist, type NamedView } from './playlists.ts';
import { createCutPlan } from './cut-plan.ts';
import { createSegmenter, type Segmenter } from './segmenter.ts';
import type { Segment } from './segments.ts';

/** Time the list of renditions waits for a rendition without a segment; players read the list only once. */
const LADDER_WAIT_MS = 8_000;
/** A blocking reload times out after this many target durations (RFC 8216bis 6.2.5.2 requires three). */
const BLOCK_TARGET_DURATIONS = 3;
const PLAYLIST_TYPE = 'application/vnd.apple.mpegurl';
const SEGMENT_TYPE = 'video/mp2t';

export interface HlsAnswer {
  status: number;
  contentType: string;
  body: Buffer | string;
}

export interface HlsPackage {
  /** @param path without a leading slash, query included */
  fetch(path: string): Promise<HlsAnswer>;
  totals(): { frames: number; bytes: number };
  /** Returns whether frames are arriving and the first segment exists. */
  publishing(): boolean;
  close(): void;
}

interface Variant {
  name: string;
  segmenter: Segmenter;
}

const NOTHING_YET: HlsAnswer = { status: 404, contentType: 'text/plain', body: 'nothing is packaged under this name' };

/** Packages the programs as the renditions of one ladder, first the one to prefer. */
export function createHlsPackage(options: {
  programs: Program[];
  clock: Clock;
  lowLatency: boolean;
  onChange: () => void;
  /** Gets every finished segment. */
  keeper: SegmentKeeper;
}): HlsPackage {
  const { clock, keeper, lowLatency } = options;
  const changes = createChangeSignal(clock);
  let firstSegmentAtMs: number | null = null;
  const plan = createCutPlan();
  const variants: Variant[] = options.programs.map((program, index) => {
    const name = `index_${index + 1}`;
    const onSegment = (segment: Segment) => keeper.add(name, segment);
    return { name, segmenter: createSegmenter({ program, plan, lowLatency, onChange: () => announce(), onSegment }) };
  });
  const detach = keeper.attach(() => variants.map(toHeld));

  function announce(): void {
    if (firstSegmentAtMs === null && variants.some(hasSegments)) {
      firstSegmentAtMs = clock.now();
      options.onChange();
    }
    changes.announce();
  }

  async function fetchMediaPlaylist(variant: Variant, query: URLSearchParams): Promise<HlsAnswer> {
    const wantedSequence = readCount(query.get('_HLS_msn'));
    if (lowLatency && wantedSequence === null && query.has('_HLS_part'))
      return { status: 400, contentType: 'text/plain', body: '_HLS_part needs _HLS_msn' };
    if (lowLatency && wantedSequence !== null) {
      const view = variant.segmenter.view();
      if (wantedSequence > view.nextSequence + 2)
        return { status: 400, contentType: 'text/plain', body: 'the requested segment is too far ahead' };
      const untilMs = clock.now() + view.targetMs * BLOCK_TARGET_DURATIONS;
      while (!isReached(variant.segmenter, wantedSequence, readCount(query.get('_HLS_part')))) {
        const leftMs = untilMs - clock.now();
        if (leftMs <= 0 || !(await changes.next(leftMs)))
          return { status: 503, contentType: 'text/plain', body: 'the requested segment was not ready in time' };
      }
    }
    const view = variant.segmenter.view();
    if (view.segments.length === 0) return NOTHING_YET;
    return {
      status: 200,
      contentType: PLAYLIST_TYPE,
      body: buildMediaPlaylist(
        { name: variant.name, view },
        { lowLatency, others: variants.filter((other) => other !== variant).map(toView) },
      ),
    };
  }

  function fetchMultivariant(): HlsAnswer {
    const ready = variants.filter(hasSegments);
    const waited = firstSegmentAtMs !== null && clock.now() - firstSegmentAtMs > LADDER_WAIT_MS;
    if (ready.length === 0 || (ready.length < variants.length && !waited)) return NOTHING_YET;
    return { status: 200, contentType: PLAYLIST_TYPE, body: buildMultivariantPlaylist(ready.map(toView)) };
  }

  function fetchMedia(fileName: string): HlsAnswer {
    const match = /^(index_\d+)_(\d+)(?:\.(\d+))?\.ts$/.exec(fileName);
    const segmenter = variants.find((variant) => variant.name === match?.[1])?.segmenter;
    if (!match || !segmenter) return NOTHING_YET;
    const sequence = Number(match[2]);
    const media = match[3] === undefined ? segmenter.segment(sequence) : segmenter.part(sequence, Number(match[3]));
    return media ? { status: 200, contentType: SEGMENT_TYPE, body: media.data } : NOTHING_YET;
  }

  /** Waits for the part named by the preload hint, which players request before it exists. */
  async function fetchHinted(fileName: string): Promise<HlsAnswer> {
    const match = lowLatency ? /^(index_\d+)_(\d+)\.(\d+)\.ts$/.exec(fileName) : null;
    const view = match && variants.find((variant) => variant.name === match[1])?.segmenter.view();
    const next = view && `${view.nextSequence}.${view.open?.parts.length ?? 0}`;
    if (!match || next !== `${match[2]}.${match[3]}`) return fetchMedia(fileName);
    const untilMs = clock.now() + 3_000;
    while (fetchMedia(fileName).status !== 200 && clock.now() < untilMs)
      await changes.next(Math.max(1, untilMs - clock.now()));
    return fetchMedia(fileName);
  }

  return {
    async fetch(path) {
      const [fileName = '', queryText = ''] = path.split('?');
      if (fileName === 'index.m3u8') return fetchMultivariant();
      const variant = variants.find(({ name }) => fileName === `${name}.m3u8`);
      return variant ? fetchMediaPlaylist(variant, new URLSearchParams(queryText)) : fetchHinted(fileName);
    },
    totals() {
      return sumTotals(variants);
    },
    publishing: () => variants.some((variant) => hasSegments(variant) && variant.segmenter.receiving()),
    close() {
      detach();
      for (const { segmenter } of variants) segmenter.close();
      changes.announce();
    },
  };
}

function sumTotals(variants: Variant[]): { frames: number; bytes: number } {
  const all = variants.map(({ segmenter }) => segmenter.totals());
  return { frames: all[0]?.frames ?? 0, bytes: all.reduce((sum, { bytes }) => sum + bytes, 0) };
}

function toHeld({ name, segmenter }: Variant): ReturnType<HeldSegments>[number] {
  return { rendition: name, segments: segmenter.held() };
}

function toView({ name, segmenter }: Variant): NamedView {
  return { name, view: segmenter.view() };
}

function hasSegments(variant: Variant): boolean {
  return variant.segmenter.view().segments.length > 0;
}

function isReached(segmenter: Segmenter, sequence: number, part: number | null): boolean {
  const { segments, open } = segmenter.view();
  if ((segments.at(-1)?.sequence ?? -1) >= sequence) return true;
  return (
    part !== null &&
    open !== null &&
    (open.sequence > sequence || (open.sequence === sequence && open.parts.length > part))
  );
}

function readCount(value: string | null): number | null {
  return value !== null && /^\d{1,15}$/.test(value) ? Number(value) : null;
}

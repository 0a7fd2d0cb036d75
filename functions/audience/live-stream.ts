import type { AudienceShow } from '../domain/audience-show.ts';
import { segmentAddress } from '../domain/segment-address.ts';
import type { AudienceDeps, LiveMedia } from './audience-deps.ts';
import { cutLivePlaylist, listVariants, readdressSegments } from './live-playlist.ts';
import { createSharedAnswers } from './shared-answers.ts';

/**
 * The live stream of a show for many players: each playlist and segment is fetched once for all of them. Only segments
 * that a playlist of the show has named are served, because the stream has others too: of the time before the show and of
 * other shows.
 */
export interface LiveStream {
  /** Returns the multivariant playlist or one of a rendition; null without one. */
  playlist(show: AudienceShow, path: string): Promise<string | null>;
  segment(show: AudienceShow, path: string): Promise<Uint8Array<ArrayBuffer> | null>;
}

export const MULTIVARIANT = 'index.m3u8';
const PLAYLIST_SHARED_MS = 500;
const PLAYLISTS_MAX = 100;
/** Players may still request a segment that the newest playlist no longer names. */
const NAMED_MS = 60_000;
const KEPT_BYTES_MAX = 64 * 1024 * 1024;

export function createLiveStream(live: LiveMedia, { now, cdn }: Pick<AudienceDeps, 'now' | 'cdn'>): LiveStream {
  const playlists = createSharedAnswers<string | null>({
    milliseconds: PLAYLIST_SHARED_MS,
    keysMax: PLAYLISTS_MAX,
    now,
  });
  /** Times of the segments that may be served, by show and path; the least recently named first. */
  const named = new Map<string, { startedAtMs: number; namedAtMs: number }>();
  const variants = new Map<string, Set<string>>();
  const kept = createKeptSegments((path) => fetchBytes(live, path));

  async function read(path: string): Promise<string | null> {
    const bytes = await fetchBytes(live, path);
    return bytes === null ? null : new TextDecoder().decode(bytes);
  }

  function note(show: AudienceShow, segments: { uri: string; startedAtMs: number }[]): void {
    const namedAtMs = now().getTime();
    for (const { uri, startedAtMs } of segments) {
      const key = `${show.id} ${uri}`;
      named.delete(key);
      named.set(key, { startedAtMs, namedAtMs });
    }
    for (const [key, segment] of named) {
      if (namedAtMs - segment.namedAtMs <= NAMED_MS) break;
      named.delete(key);
    }
  }

  async function readVariants(show: AudienceShow): Promise<string | null> {
    const text = await read(MULTIVARIANT);
    if (text !== null) variants.set(show.id, new Set(listVariants(text)));
    return text;
  }

  async function readMedia(show: AudienceShow, path: string): Promise<string | null> {
    // A player that continues after a restart of this process asks for a rendition at once.
    if (!variants.has(show.id)) await readVariants(show);
    if (!variants.get(show.id)?.has(path)) return null;
    const text = await read(path);
    if (text === null) return null;
    const cut = cutLivePlaylist(text, Date.parse(show.liveAt ?? ''));
    if (cdn) {
      const folder = { id: show.id, isPrivate: show.privacy === 'private', source: 'live' } as const;
      return readdressSegments(cut.text, (uri) => segmentAddress(cdn.segmentKey, folder, uri));
    }
    note(show, cut.segments);
    return cut.text;
  }

  return {
    playlist: (show, path) =>
      playlists.get(`${show.id} ${path}`, () => (path === MULTIVARIANT ? readVariants(show) : readMedia(show, path))),
    async segment(show, path) {
      const segment = named.get(`${show.id} ${path}`);
      // After a restart of the media engine, another segment may have the same path.
      return segment ? kept.get(path, `${segment.startedAtMs} ${path}`) : null;
    },
  };
}

/** Returns null when the stream has nothing at the path. */
async function fetchBytes(live: LiveMedia, path: string): Promise<Uint8Array<ArrayBuffer> | null> {
  const response = await live.fetch(path);
  if (response.ok) return new Uint8Array(await response.arrayBuffer());
  await response.body?.cancel();
  return null;
}

/** Keeps the newest segments up to a number of bytes, and lets players that want the same one share its fetch. */
function createKeptSegments(fetchSegment: (path: string) => Promise<Uint8Array<ArrayBuffer> | null>) {
  interface Entry {
    content: Promise<Uint8Array<ArrayBuffer> | null>;
    /** 0 while it is fetched. */
    bytes: number;
  }
  const kept = new Map<string, Entry>();
  let bytesKept = 0;

  function drop(key: string, entry: Entry): void {
    // An entry that was dropped before its fetch ended may have a successor.
    if (kept.get(key) !== entry) return;
    bytesKept -= entry.bytes;
    kept.delete(key);
  }

  function count(key: string, entry: Entry, bytes: number): void {
    if (kept.get(key) !== entry) return;
    entry.bytes = bytes;
    bytesKept += bytes;
    for (const [oldest, each] of kept) {
      if (bytesKept <= KEPT_BYTES_MAX) break;
      drop(oldest, each);
    }
  }

  return {
    async get(path: string, key: string): Promise<Uint8Array<ArrayBuffer> | null> {
      const known = kept.get(key);
      if (known) return known.content;
      const entry: Entry = { content: fetchSegment(path), bytes: 0 };
      kept.set(key, entry);
      try {
        const content = await entry.content;
        if (content === null) drop(key, entry);
        else count(key, entry, content.byteLength);
        return content;
      } catch (error) {
        drop(key, entry);
        throw error;
      }
    },
  };
}

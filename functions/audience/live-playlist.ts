/**
 * Rewrites a live media playlist (RFC 8216) for watchers. The stream runs also before and between shows, and what it
 * carried then is not for them: segments that began before the show are left out. Parts of low latency are left out too,
 * so that all watchers share one cached playlist. Pure.
 */
export interface LivePlaylist {
  text: string;
  /** The segments that it names, and when each began. */
  segments: { uri: string; startedAtMs: number }[];
}

interface Segment {
  lines: string[];
  uri: string;
  startedAtMs: number | null;
  hasDiscontinuity: boolean;
}

const LOW_LATENCY = /^#EXT-X-(PART|PART-INF|PRELOAD-HINT|RENDITION-REPORT|SERVER-CONTROL|SKIP)\b/;
/** MediaPackage ends the names of segments with `?m=` and a number. */
const PLAIN_NAME = /^[A-Za-z0-9_~-][A-Za-z0-9._~-]*(?:\/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)*(?:\?m=\d{1,20})?$/;

/**
 * @param fromMs the instant from which segments are for watchers. A segment without a known time is left out
 */
export function cutLivePlaylist(playlist: string, fromMs: number): LivePlaylist {
  const { header, segments } = parse(playlist);
  const first = segments.findIndex(({ startedAtMs }) => startedAtMs !== null && startedAtMs >= fromMs);
  const dropped = first === -1 ? segments : segments.slice(0, first);
  const kept = first === -1 ? [] : segments.slice(first).filter(isServable);
  const gone = dropped.filter(({ hasDiscontinuity }) => hasDiscontinuity).length;
  const lines = header.map((line) =>
    raise(raise(line, 'MEDIA-SEQUENCE', dropped.length), 'DISCONTINUITY-SEQUENCE', gone),
  );
  const text = [...lines, ...kept.flatMap((segment) => segment.lines)].join('\n');
  return { text: `${text}\n`, segments: kept.map(({ uri, startedAtMs }) => ({ uri, startedAtMs })) };
}

/** Returns a playlist in which each segment has another address. Playlists and addresses of other forms are dropped. */
export function readdressSegments(playlist: string, addressOf: (uri: string) => string): string {
  const lines = playlist.split('\n').map((line) => line.trim());
  return lines
    .flatMap((line) => {
      if (line === '' || line.startsWith('#') || line.endsWith('.m3u8')) return line;
      return PLAIN_NAME.test(line) ? addressOf(line) : [];
    })
    .join('\n');
}

function isServable(segment: Segment): segment is Segment & { startedAtMs: number } {
  return segment.startedAtMs !== null && PLAIN_NAME.test(segment.uri);
}

/** Returns the playlists that a multivariant playlist names. */
export function listVariants(playlist: string): string[] {
  return playlist
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#') && PLAIN_NAME.test(line));
}

function parse(playlist: string): { header: string[]; segments: Segment[] } {
  const header: string[] = [];
  const segments: Segment[] = [];
  let lines: string[] = [];
  let [startedAtMs, durationMs, nextMs]: (number | null)[] = [null, 0, null];
  for (const line of playlist.split('\n').map((each) => each.trim())) {
    if (line === '' || LOW_LATENCY.test(line)) continue;
    const isOfSegment =
      /^#(EXTINF|EXT-X-(DISCONTINUITY|PROGRAM-DATE-TIME|GAP|BYTERANGE|KEY|MAP|CUE[\w-]*|DATERANGE))\b(?!-SEQUENCE)/.test(
        line,
      );
    if (line.startsWith('#') && !isOfSegment && segments.length === 0 && lines.length === 0) {
      header.push(line);
      continue;
    }
    lines.push(line);
    const [, time] = /^#EXT-X-PROGRAM-DATE-TIME:(.*)$/.exec(line) ?? [];
    if (time !== undefined) startedAtMs = Date.parse(time);
    const [, seconds] = /^#EXTINF:([\d.]+)/.exec(line) ?? [];
    if (seconds !== undefined) durationMs = Number(seconds) * 1000;
    if (line.startsWith('#')) continue;
    const beganMs: number | null = startedAtMs ?? nextMs ?? null;
    const hasDiscontinuity = lines.includes('#EXT-X-DISCONTINUITY');
    segments.push({ lines, uri: line, startedAtMs: Number.isNaN(beganMs) ? null : beganMs, hasDiscontinuity });
    nextMs = beganMs === null ? null : beganMs + (durationMs ?? 0);
    [lines, startedAtMs] = [[], null];
  }
  return { header, segments };
}

function raise(line: string, name: string, by: number): string {
  const [, value] = new RegExp(`^#EXT-X-${name}:(\\d+)$`).exec(line) ?? [];
  return value === undefined ? line : `#EXT-X-${name}:${Number(value) + by}`;
}

import type { KeptSegment } from './kept-segments.ts';

/** A segment of a recording with the name of its file and its size. */
export interface RecordedSegment extends KeptSegment {
  file: string;
  bytes: number;
}

/** Writes the playlist of one rendition: complete, with a discontinuity at each gap (RFC 8216). Pure. */
export function buildRecordingPlaylist(segments: readonly RecordedSegment[]): string {
  const targetSeconds = Math.max(1, ...segments.map(({ durationMs }) => Math.round(durationMs / 1000)));
  const lines = [
    '#EXTM3U',
    '#EXT-X-VERSION:6',
    `#EXT-X-TARGETDURATION:${targetSeconds}`,
    '#EXT-X-MEDIA-SEQUENCE:0',
    '#EXT-X-PLAYLIST-TYPE:VOD',
  ];
  for (const { durationMs, file, isDiscontinuity, startedAtMs } of segments) {
    if (isDiscontinuity) lines.push('#EXT-X-DISCONTINUITY');
    lines.push(`#EXT-X-PROGRAM-DATE-TIME:${new Date(startedAtMs).toISOString()}`);
    lines.push(`#EXTINF:${(durationMs / 1000).toFixed(3)},`, file);
  }
  return `${[...lines, '#EXT-X-ENDLIST'].join('\n')}\n`;
}

/** Writes the list of renditions. Pure. @param renditions with the name of each one's playlist */
export function buildRecordingIndex(
  renditions: readonly { playlist: string; segments: readonly RecordedSegment[] }[],
): string {
  const lines = ['#EXTM3U', '#EXT-X-VERSION:6'];
  for (const { playlist, segments } of renditions) {
    const peak = Math.max(...segments.map(({ bytes, durationMs }) => Math.round((bytes * 8_000) / durationMs)));
    const bytes = segments.reduce((sum, segment) => sum + segment.bytes, 0);
    const durationMs = segments.reduce((sum, segment) => sum + segment.durationMs, 0);
    const average = Math.round((bytes * 8_000) / durationMs);
    lines.push(`#EXT-X-STREAM-INF:BANDWIDTH=${peak},AVERAGE-BANDWIDTH=${average}`, playlist);
  }
  return `${lines.join('\n')}\n`;
}

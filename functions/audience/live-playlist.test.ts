import { describe, expect, it } from 'vitest';
import { cutLivePlaylist, listVariants } from './live-playlist.ts';

const START_MS = Date.parse('2026-12-06T10:00:00.000Z');
const at = (seconds: number) => new Date(START_MS + seconds * 1000).toISOString();
const segment = (number: number, seconds: number, extra: string[] = []) => [
  ...extra,
  `#EXT-X-PROGRAM-DATE-TIME:${at(seconds)}`,
  '#EXTINF:2.000,',
  `720p30_${number}.ts`,
];
const playlist = (...segments: string[][]) =>
  [
    ...['#EXTM3U', '#EXT-X-VERSION:6', '#EXT-X-TARGETDURATION:2', '#EXT-X-MEDIA-SEQUENCE:7'],
    ...['#EXT-X-DISCONTINUITY-SEQUENCE:3', ...segments.flat(), ''],
  ].join('\n');

describe('cutLivePlaylist', () => {
  it('leaves out what began before the show, and counts what it left out', () => {
    const given = playlist(segment(7, -4), segment(8, -2, ['#EXT-X-DISCONTINUITY']), segment(9, 0), segment(10, 2));
    const { text, segments } = cutLivePlaylist(given, START_MS);
    expect(segments.map(({ uri }) => uri)).toEqual(['720p30_9.ts', '720p30_10.ts']);
    expect(text).toContain('#EXT-X-MEDIA-SEQUENCE:9\n');
    expect(text).toContain('#EXT-X-DISCONTINUITY-SEQUENCE:4\n');
    expect(text).not.toContain('720p30_8');
    expect(text).not.toContain('#EXT-X-DISCONTINUITY\n');
  });

  it('keeps a discontinuity within the show', () => {
    const { text } = cutLivePlaylist(playlist(segment(7, 0), segment(8, 9, ['#EXT-X-DISCONTINUITY'])), START_MS);
    expect(text).toContain('720p30_7.ts\n#EXT-X-DISCONTINUITY\n');
    expect(text).toContain('#EXT-X-DISCONTINUITY-SEQUENCE:3\n');
  });

  it('computes the times of segments without one, and leaves out those without any', () => {
    const bare = (number: number) => ['#EXTINF:2.000,', `720p30_${number}.ts`];
    const timed = cutLivePlaylist(playlist(segment(7, -2), bare(8), bare(9)), START_MS);
    expect(timed.segments).toEqual([
      { uri: '720p30_8.ts', startedAtMs: START_MS },
      { uri: '720p30_9.ts', startedAtMs: START_MS + 2000 },
    ]);
    expect(cutLivePlaylist(playlist(bare(7), bare(8)), START_MS).segments).toEqual([]);
    expect(cutLivePlaylist(playlist(bare(7)), START_MS).text).toContain('#EXT-X-MEDIA-SEQUENCE:8\n');
  });

  it('leaves out the parts of low latency', () => {
    const given = playlist(
      ['#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES', '#EXT-X-PART-INF:PART-TARGET=0.5'],
      segment(7, 0, ['#EXT-X-PART:DURATION=0.5,URI="720p30_7.0.ts"']),
      ['#EXT-X-PRELOAD-HINT:TYPE=PART,URI="720p30_8.0.ts"', '#EXT-X-RENDITION-REPORT:URI="480p30.m3u8",LAST-MSN=7'],
    );
    expect(cutLivePlaylist(given, START_MS).text).toBe(cutLivePlaylist(playlist(segment(7, 0)), START_MS).text);
  });

  it.each(['https://elsewhere.example/x.ts', '/out/v1/other/x.ts', '../x.ts', 'x.ts?start=1'])(
    'names no segment outside of the stream: %s',
    (uri) => {
      const given = playlist([...segment(7, 0).slice(0, 2), uri], segment(8, 2));
      expect(cutLivePlaylist(given, START_MS).segments.map((each) => each.uri)).toEqual(['720p30_8.ts']);
      expect(cutLivePlaylist(given, START_MS).text).not.toContain(uri);
    },
  );
});

describe('listVariants', () => {
  it('lists the playlists of the stream and nothing else', () => {
    const lines = ['#EXTM3U', '#EXT-X-STREAM-INF:BANDWIDTH=1', '720p30.m3u8', 'https://elsewhere.example/x.m3u8'];
    expect(listVariants(lines.join('\n'))).toEqual(['720p30.m3u8']);
  });
});

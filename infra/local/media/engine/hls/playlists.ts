import { readAudioSpecificConfig } from '../transport-stream/aac.ts';
import { PART_TARGET_MS, type OpenSegment, type Part, type SegmenterView } from './segmenter.ts';

/** Segments whose parts are still named: the newest ones (RFC 8216bis asks for three target durations). */
const SEGMENTS_WITH_PARTS = 3;

/** Writes the media playlist of one rendition (RFC 8216; parts as in RFC 8216bis). Pure. It never ends. */
export function buildMediaPlaylist(view: SegmenterView, options: { name: string; lowLatency: boolean }): string {
  const { name, lowLatency } = options;
  const lines = ['#EXTM3U', `#EXT-X-VERSION:${lowLatency ? 9 : 6}`, `#EXT-X-TARGETDURATION:${view.targetMs / 1000}`];
  if (lowLatency) {
    const target = seconds(PART_TARGET_MS);
    lines.push(
      `#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,PART-HOLD-BACK=${seconds(PART_TARGET_MS * 3)}`,
      `#EXT-X-PART-INF:PART-TARGET=${target}`,
    );
  }
  const firstSequence = view.segments[0]?.sequence ?? view.open?.sequence ?? 0;
  lines.push(
    `#EXT-X-MEDIA-SEQUENCE:${firstSequence}`,
    `#EXT-X-DISCONTINUITY-SEQUENCE:${view.discontinuitySequence}`,
    '#EXT-X-INDEPENDENT-SEGMENTS',
  );
  view.segments.forEach((segment, index) => {
    lines.push(...openingLines(segment));
    if (lowLatency && index >= view.segments.length - SEGMENTS_WITH_PARTS) lines.push(...partLines(segment, name));
    lines.push(`#EXTINF:${seconds(segment.durationMs)},`, `${name}_${segment.sequence}.ts`);
  });
  if (lowLatency && view.open) {
    if (view.open.parts.length > 0) lines.push(...openingLines(view.open), ...partLines(view.open, name));
    lines.push(`#EXT-X-PRELOAD-HINT:TYPE=PART,URI="${partUri(name, view.open.sequence, view.open.parts.length)}"`);
  }
  return `${lines.join('\n')}\n`;
}

function openingLines(segment: OpenSegment): string[] {
  const time = `#EXT-X-PROGRAM-DATE-TIME:${new Date(segment.startedAtMs).toISOString()}`;
  return segment.discontinuity ? ['#EXT-X-DISCONTINUITY', time] : [time];
}

function partLines(segment: { sequence: number; parts: Part[] }, name: string): string[] {
  return segment.parts.map(
    (part, index) =>
      `#EXT-X-PART:DURATION=${seconds(part.durationMs)},URI="${partUri(name, segment.sequence, index)}"${part.independent ? ',INDEPENDENT=YES' : ''}`,
  );
}

function partUri(name: string, sequence: number, index: number): string {
  return `${name}_${sequence}.${index}.ts`;
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(3);
}

/** Writes the multivariant playlist of all renditions. Pure. */
export function buildMultivariantPlaylist(variants: { name: string; view: SegmenterView }[]): string {
  const lines = ['#EXTM3U', '#EXT-X-VERSION:6', '#EXT-X-INDEPENDENT-SEGMENTS'];
  for (const { name, view } of variants) {
    const { video, audio } = view.format ?? { video: null, audio: null };
    const codecs: string[] = [];
    if (video) codecs.push(`avc1.${video.avcConfiguration.toString('hex', 1, 4)}`);
    if (audio) codecs.push(`mp4a.40.${readAudioSpecificConfig(audio.specificConfig).objectType}`);
    const attributes = [`BANDWIDTH=${view.peakBitrateBps}`, `CODECS="${codecs.join(',')}"`];
    if (video) attributes.push(`RESOLUTION=${video.width}x${video.height}`);
    if (video?.framesPerSecond) attributes.push(`FRAME-RATE=${video.framesPerSecond.toFixed(3)}`);
    lines.push(`#EXT-X-STREAM-INF:${attributes.join(',')}`, `${name}.m3u8`);
  }
  return `${lines.join('\n')}\n`;
}

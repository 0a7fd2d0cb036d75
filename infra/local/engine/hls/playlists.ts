import { readAudioSpecificConfig } from '../transport-stream/aac.ts';
import type { OpenSegment, Part, SegmenterView } from './segments.ts';

/**
 * Number of complete segments whose parts are still listed. Together with the open segment they are the three newest:
 * parts further from the end than three target durations should be removed (RFC 8216bis 6.2.2).
 */
const SEGMENTS_WITH_PARTS = 2;
/** RFC 8216bis 4.4.3.8 requires at least two. */
const HOLD_BACK_PARTS = 3;

/** Version that EXT-X-GAP requires (RFC 8216bis, section 7). */
const GAP_VERSION = 8;

export interface NamedView {
  name: string;
  view: SegmenterView;
}

/**
 * Writes the media playlist of one rendition (RFC 8216; parts as in RFC 8216bis). Pure. The playlist never ends, and it
 * does not claim that every segment starts with a keyframe: a group of pictures longer than the target is cut in the
 * middle.
 * @param options.others the other renditions, for low latency
 */
export function buildMediaPlaylist(
  { name, view }: NamedView,
  options: { lowLatency: boolean; others: NamedView[] },
): string {
  const { lowLatency } = options;
  const version = lowLatency ? 9 : view.segments.some(({ isGap }) => isGap) ? GAP_VERSION : 6;
  const lines = ['#EXTM3U', `#EXT-X-VERSION:${version}`, `#EXT-X-TARGETDURATION:${view.targetMs / 1000}`];
  if (lowLatency) {
    lines.push(
      `#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,PART-HOLD-BACK=${seconds(view.partTargetMs * HOLD_BACK_PARTS)}`,
      `#EXT-X-PART-INF:PART-TARGET=${seconds(view.partTargetMs)}`,
    );
  }
  lines.push(
    `#EXT-X-MEDIA-SEQUENCE:${view.segments[0]?.sequence ?? view.nextSequence}`,
    `#EXT-X-DISCONTINUITY-SEQUENCE:${view.discontinuitySequence}`,
  );
  view.segments.forEach((segment, index) => {
    lines.push(...openingLines(segment));
    if (lowLatency && index >= view.segments.length - SEGMENTS_WITH_PARTS) lines.push(...partLines(segment, name));
    if (segment.isGap) lines.push('#EXT-X-GAP');
    lines.push(`#EXTINF:${seconds(segment.durationMs)},`, `${name}_${segment.sequence}.ts`);
  });
  if (lowLatency) {
    if (view.open && view.open.parts.length > 0) lines.push(...openingLines(view.open), ...partLines(view.open, name));
    // Also without an open segment: that part is the first one when the source returns.
    const part = view.open?.parts.length ?? 0;
    lines.push(`#EXT-X-PRELOAD-HINT:TYPE=PART,URI="${partUri(name, view.nextSequence, part)}"`);
    lines.push(...options.others.flatMap(reportLine));
  }
  return `${lines.join('\n')}\n`;
}

function reportLine({ name, view }: NamedView): string[] {
  const newest = view.open && view.open.parts.length > 0 ? view.open : view.segments.at(-1);
  if (!newest) return [];
  return [
    `#EXT-X-RENDITION-REPORT:URI="${name}.m3u8",LAST-MSN=${newest.sequence},LAST-PART=${newest.parts.length - 1}`,
  ];
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
export function buildMultivariantPlaylist(variants: NamedView[]): string {
  const lines = ['#EXTM3U', '#EXT-X-VERSION:6'];
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

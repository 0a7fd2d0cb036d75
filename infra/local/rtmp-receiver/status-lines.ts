import type { SessionFacts } from './session-facts.ts';

/**
 * Prints one line per session every few seconds, and a last one when the session has ended.
 * @param sessions the receiver's own list, which grows
 * @returns a function that stops it
 */
export function printSessions(
  sessions: SessionFacts[],
  print: (line: string) => void = console.log,
  everySeconds = 3,
): () => void {
  const printed = new Map<number, { ended: boolean; videoFrames: number; mediaBytes: number; atMs: number }>();
  const timer = setInterval(() => {
    const atMs = Date.now();
    for (const facts of sessions) {
      const before = printed.get(facts.number);
      if (before?.ended) continue;
      const { videoFrames, mediaBytes } = facts;
      const seconds = before ? (atMs - before.atMs) / 1000 : 0;
      const rates =
        before && seconds > 0
          ? {
              framesPerSecond: (videoFrames - before.videoFrames) / seconds,
              bitrateBps: ((mediaBytes - before.mediaBytes) * 8) / seconds,
            }
          : facts;
      print(describeSession(facts, rates));
      printed.set(facts.number, { ended: facts.state === 'ended', videoFrames, mediaBytes, atMs });
    }
  }, everySeconds * 1000);
  timer.unref();
  return () => clearInterval(timer);
}

/** Describes a session in one line, with at most the last four characters of the stream key. */
export function describeSession(
  facts: SessionFacts,
  rates: { framesPerSecond: number; bitrateBps: number } = facts,
): string {
  const name = `#${facts.number} ${facts.app || '?'}/${hideKey(facts.streamName)}`;
  if (facts.state === 'connecting') return `${name}  connecting`;
  if (facts.state === 'ended' && facts.publishedAtMs === null) return `${name}  was refused`;
  if (facts.state === 'ended') {
    return `${name}  ${facts.cleanUnpublish ? 'ended cleanly' : 'disconnected'} after ${facts.videoFrames} frames`;
  }
  const size = facts.width === null ? 'no picture yet' : `${facts.width}x${facts.height}`;
  const video = `${facts.videoCodec ?? 'no video'} ${size} ${rates.framesPerSecond.toFixed(1)} fps`;
  const rate = `${(rates.bitrateBps / 1e6).toFixed(2)} Mbit/s`;
  const faults = `largest gap ${facts.largestTimestampGapMs} ms, ${facts.nonMonotonicFrames} out of order`;
  return `${name}  ${video}, ${facts.audioCodec ?? 'no audio'}, ${rate}, ${facts.videoFrames} frames, ${faults}`;
}

function hideKey(streamKey: string): string {
  const bare = streamKey.split('?', 1)[0]!;
  return bare.length <= 8 ? '****' : `****${bare.slice(-4)}`;
}

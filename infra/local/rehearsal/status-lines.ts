import type { SessionFacts } from './session-facts.ts';

/**
 * Prints one line for each session in progress every few seconds, and one when a session begins or ends.
 * @returns a function that stops it
 */
export function printSessions(
  sessions: SessionFacts[],
  print: (line: string) => void = console.log,
  everySeconds = 3,
): () => void {
  const seen = new Map<number, { state: string; frames: number; bytes: number; atMs: number }>();
  const timer = setInterval(() => {
    const nowMs = Date.now();
    for (const facts of sessions) {
      const before = seen.get(facts.number);
      if (facts.state === 'ended' && (before === undefined || before.state === 'ended')) {
        seen.set(facts.number, { state: 'ended', frames: 0, bytes: 0, atMs: nowMs });
        continue;
      }
      const seconds = before ? (nowMs - before.atMs) / 1000 : 0;
      const rates =
        before && seconds > 0
          ? {
              framesPerSecond: (facts.videoFrames - before.frames) / seconds,
              bitrateBps: ((facts.mediaBytes - before.bytes) * 8) / seconds,
            }
          : { framesPerSecond: facts.framesPerSecond, bitrateBps: facts.bitrateBps };
      print(describeSession(facts, rates));
      seen.set(facts.number, { state: facts.state, frames: facts.videoFrames, bytes: facts.mediaBytes, atMs: nowMs });
    }
  }, everySeconds * 1000);
  timer.unref();
  return () => clearInterval(timer);
}

/** One line about a session, with no more of the stream key than its last four characters. */
export function describeSession(
  facts: SessionFacts,
  rates: { framesPerSecond: number; bitrateBps: number } = facts,
): string {
  const name = `#${facts.number} ${facts.app || '?'}/${hideKey(facts.streamName)}`;
  if (facts.state === 'connecting') return `${name}  connecting`;
  if (facts.state === 'ended') {
    return `${name}  ended ${facts.cleanUnpublish ? 'cleanly' : 'without goodbye'} after ${facts.videoFrames} frames`;
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

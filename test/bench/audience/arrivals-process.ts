/** A process that receives what the destinations publish and measures the pauses, also those of a starved publisher. */
import { startRtmpReceiver } from '../../../infra/local/rtmp-receiver/rtmp-receiver.ts';

export interface ArrivalsReport {
  type: 'arrivals';
  /** Connections so far; more than destinations means that one has connected again. */
  connections: number;
  /** The longest time without media at one receiver since the last report, in milliseconds. */
  longestSilenceMs: number;
  /** The longest step between two pictures, by their timestamps, of all since the start, in milliseconds. */
  longestStepMs: number;
}

const newest = new Map<object, number>();
let longestSilenceMs = 0;

function note(session: object, nowMs: number): void {
  longestSilenceMs = Math.max(longestSilenceMs, nowMs - (newest.get(session) ?? nowMs));
  newest.set(session, nowMs);
}

const receiver = await startRtmpReceiver({
  port: 0,
  onMedia: (session) => note(session, performance.now()),
});
process.on('message', () => {
  for (const session of newest.keys()) note(session, performance.now());
  const report: ArrivalsReport = {
    type: 'arrivals',
    connections: receiver.sessions.length,
    longestSilenceMs,
    longestStepMs: Math.max(0, ...receiver.sessions.map(({ largestTimestampGapMs }) => largestTimestampGapMs)),
  };
  process.send!(report);
  longestSilenceMs = 0;
});
process.on('disconnect', () => process.exit());
process.send!({ baseUrl: receiver.baseUrl });

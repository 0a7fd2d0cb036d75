/** A process that receives everything the benchmark publishes. Its CPU time is not counted. */
import { startRtmpReceiver } from '../../../infra/local/rtmp-receiver/rtmp-receiver.ts';
import { readAgeMs } from './stamp.ts';
import type { SessionFacts } from '../../../infra/local/rtmp-receiver/session-facts.ts';

export interface ReceiverSummary {
  sessions: SessionFacts[];
  /** Ages of stamped pictures, sorted. Excludes each session's first seconds, which contain cached frames. */
  agesMs: number[];
}

const SETTLING_MS = 2_000;

const agesMs: number[] = [];
const receiver = await startRtmpReceiver({
  port: 0,
  onMedia(session, kind, _timestampMs, payload) {
    if (kind !== 'video' || session.firstVideoAtMs === null) return;
    if (Date.now() - session.firstVideoAtMs < SETTLING_MS) return;
    const ageMs = readAgeMs(payload);
    if (ageMs !== null) agesMs.push(ageMs);
  },
});
process.on('message', () => {
  const summary: ReceiverSummary = { sessions: receiver.sessions, agesMs: agesMs.toSorted((a, b) => a - b) };
  process.send!(summary);
});
process.on('disconnect', () => process.exit());
process.send!({ baseUrl: receiver.baseUrl });

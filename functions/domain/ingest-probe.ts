import type { OutputProblem } from './output-problem.ts';

/** What a test of a destination's server finds. The test publishes nothing and sends no stream key. */

/** How far it came, in this order; the last two are RTMP's. SRT has no step after `answered`. */
export const PROBE_STEPS = ['nothing', 'tcp', 'tls', 'answered', 'application'] as const;
export type ProbeStep = (typeof PROBE_STEPS)[number];

export interface ProbeResult {
  /** The last step that succeeded. */
  reached: ProbeStep;
  /** Why the next one did not; null when all did. The detail is one line and safe to show. */
  failure: { code: OutputProblem; detail: string } | null;
  /** The address that was dialled; null before that. */
  address: string | null;
  /** When the server's certificate expires, RFC 3339; null without TLS. */
  certificateUntil: string | null;
}

/** Tests servers. Its time and the number of tests at once are bounded. */
export interface IngestProbe {
  /** `sender`: tests leave the machine that the stream leaves. `elsewhere`: the stream has another address. */
  from: 'sender' | 'elsewhere';
  /**
   * Connects to an RTMP(S) server as far as its answer to `connect`.
   * @param url without a stream key
   * @param signal ends the test, which then returns null
   */
  rtmp(url: string, signal: AbortSignal): Promise<ProbeResult | null>;
  /** Asks an SRT receiver for its cookie, the half of the handshake for which it keeps no session. */
  srt(target: { host: string; port: number }, signal: AbortSignal): Promise<ProbeResult | null>;
}

/** Problems of the way from one address to another. Another sender may not have them. */
const OF_THE_WAY: ReadonlySet<OutputProblem> = new Set([
  'connection_refused',
  'connect_timeout',
  'connection_lost',
  'handshake_unanswered',
]);

/** Returns true for a failure that every sender meets, wherever it is. */
export function isSameForAll({ code }: { code: OutputProblem }): boolean {
  return !OF_THE_WAY.has(code);
}

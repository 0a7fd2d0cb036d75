import type { Observation } from './destination.ts';
import { isHealthCode, type HealthCode } from './health-reasons.ts';

/**
 * MediaLive's alerts by their effect on the audience. An unlisted alert counts as a warning and never as good health.
 * @see https://docs.aws.amazon.com/medialive/latest/ug/monitor-activity-types-alerts-channels.html
 */
const OUTPUT_ALERTS: Record<string, HealthCode> = {
  'Failed to Validate Certificate Chain When Publishing': 'certificate_invalid',
  'Failed RTMP Connection': 'delivery_failed',
  'Failed to Write to Output': 'delivery_failed',
  'Failed to Create Output File or Socket': 'delivery_failed',
  'Output Group is Paused': 'delivery_failed',
  'Pipeline is Paused': 'delivery_failed',
};
export const INPUT_ALERTS = new Set([
  'Stopped Receiving UDP Input',
  'Video Not Detected',
  'Initial Probe is Taking Longer Than Expected',
]);

/**
 * AWS's messages have no code. RTMP status codes and the usual words for socket and TLS errors identify the cause; any
 * other text stays `delivery_failed`.
 */
const ALERT_WORDING: readonly [RegExp, HealthCode][] = [
  [
    /NetStream\.Publish\.(BadName|Denied|Failed|Rejected)|invalid stream ?(key|name)|auth(entication|orization)? failed/i,
    'stream_key_rejected',
  ],
  [/NetConnection\.Connect\.(InvalidApp|Rejected|Failed)/i, 'application_rejected'],
  [/(resolve|look ?up|unknown|no such) host|could not resolve|name or service not known|\bDNS\b/i, 'host_not_found'],
  [/certificate/i, 'certificate_invalid'],
  [/\b(TLS|SSL)\b/i, 'tls_failed'],
  [/connection refused/i, 'connection_refused'],
  [/timed? ?out|unreachable/i, 'connect_timeout'],
  [/connection (was )?(reset|closed|lost)|broken pipe/i, 'connection_lost'],
];

/** Classifies an output alert; returns null for other alerts. */
export function readOutputAlert({ alertType, message }: Observation['alerts'][number]): Classified | null {
  const code = OUTPUT_ALERTS[alertType];
  if (code === undefined) return null;
  // The local media engine begins its messages with one of our codes.
  const [, opening, text] = /^([a-z_]+): (.*)$/s.exec(message) ?? [];
  if (opening !== undefined && isHealthCode(opening)) return { code: opening, detail: text };
  if (code !== 'delivery_failed') return { code };
  const worded = ALERT_WORDING.find(([pattern]) => pattern.test(message))?.[1];
  return { code: worded ?? code, detail: message === '' ? alertType : `${alertType}: ${message}` };
}

export interface Classified {
  code: HealthCode;
  detail?: string | undefined;
}

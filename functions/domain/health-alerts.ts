import type { Observation, TimelineEntry } from './destination.ts';
import { HEALTH_REASONS, isHealthCode, type HealthCode } from './health-reasons.ts';
import { OUTPUT_ALERT } from './output-alerts.ts';

/** The alert of a pipeline that an action of the schedule has paused. */
export const PAUSE_ALERT = 'Pipeline is Paused';

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
  [PAUSE_ALERT]: 'pause_left',
  [OUTPUT_ALERT]: 'receiver_unreachable',
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
  const reason = parseReason(message);
  if (reason && isHealthCode(reason.code)) return { ...reason, code: reason.code };
  if (code === 'pause_left') return { code };
  if (code !== 'delivery_failed') return code === 'receiver_unreachable' ? { code, detail: message } : { code };
  const worded = ALERT_WORDING.find(([pattern]) => pattern.test(message))?.[1];
  return { code: worded ?? code, detail: message === '' ? alertType : `${alertType}: ${message}` };
}

export interface Classified extends Partial<Omit<Reason, 'code'>> {
  code: HealthCode;
}

/** A reason as it was parsed from text. */
interface Reason {
  /** Of this version or an earlier one. */
  code: string;
  /** What was observed, as a sentence. */
  detail: string;
  /** Attempts to connect that have failed so far. */
  attempt?: number;
  /** RFC 3339. */
  nextAttemptAt?: string;
}

const REASON = /^([a-z]+(?:_[a-z]+)*): (.*?)(?:,? attempt (\d+))?(?:, next attempt at (\S+))?$/s;

/** Names of system errors, such as ECONNREFUSED. The words before them say the same. */
const SYSTEM_CODE = /\s*\((?:E[A-Z]{3,}|EAI_[A-Z]+|[A-Z]+(?:_[A-Z0-9]+)+)\)/g;

/**
 * Parses the text of the local MediaLive's alerts, and of timeline rows of earlier versions:
 * `code: detail, attempt 2, next attempt at 2026-11-21T03:46:38.201Z`. AWS's alerts are text too, so this is the one
 * place that takes such text apart. Returns null for text that does not begin with a code.
 */
function parseReason(text: string): Reason | null {
  const [, code, detail, attempt, nextAttemptAt] = REASON.exec(text) ?? [];
  if (code === undefined || detail === undefined) return null;
  return {
    code,
    detail: detail.replace(SYSTEM_CODE, '').replace('.)', ')').trim(),
    ...(attempt === undefined ? {} : { attempt: Number(attempt) }),
    ...(nextAttemptAt === undefined || Number.isNaN(Date.parse(nextAttemptAt)) ? {} : { nextAttemptAt }),
  };
}

/** Returns code and words of a change of health. Entries of earlier versions have both in one text. */
export function readHealthEntry({ code, detail }: TimelineEntry): { code: string | null; detail: string } {
  const reason = code === undefined ? parseReason(detail) : { code, detail };
  if (!reason) return { code: null, detail };
  const words = isHealthCode(reason.code) ? HEALTH_REASONS[reason.code].detail : reason.code.replaceAll('_', ' ');
  return { code: reason.code, detail: reason.detail || words };
}

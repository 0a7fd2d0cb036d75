import type { Destination, Observation } from './destination.ts';

/**
 * What the far end sees, derived from the newest observation. Green needs three things at once: our status is running,
 * the evidence is good, and the evidence is fresh; whatever is missing is named.
 */

export const HEALTH_LEVELS = ['unknown', 'waiting_for_source', 'good', 'degraded', 'reconnecting', 'down'] as const;
export type HealthLevel = (typeof HEALTH_LEVELS)[number];

interface HealthReason {
  level: HealthLevel;
  severity: 'none' | 'transient' | 'fatal';
  detail: string;
  /** What a person should do; empty when nothing is needed. */
  remedy: string;
}

/** The closed list of reasons. */
export const HEALTH_REASONS = {
  not_running: { level: 'unknown', severity: 'none', detail: 'not on air', remedy: '' },
  not_observed: { level: 'unknown', severity: 'transient', detail: 'no figures yet', remedy: '' },
  no_source: {
    level: 'waiting_for_source',
    severity: 'transient',
    detail: 'the channel runs but the flow receives nothing',
    remedy: 'start the encoder; a channel that waits still costs',
  },
  no_input: {
    level: 'waiting_for_source',
    severity: 'transient',
    detail: 'the channel runs but no picture reaches its input',
    remedy:
      'check that the flow is active and that the encoder sends an MPEG transport stream with video; a channel that waits still costs',
  },
  filling: {
    level: 'waiting_for_source',
    severity: 'transient',
    detail: 'the channel fills in pictures because its input delivers none',
    remedy: 'check that the encoder sends video; a channel that waits still costs',
  },
  warned: {
    level: 'degraded',
    severity: 'transient',
    detail: 'media is arriving, and MediaLive has an alert',
    remedy: 'read the alert; MediaLive’s user guide says what it means',
  },
  delivering: { level: 'good', severity: 'none', detail: 'media is arriving', remedy: '' },
  connecting: { level: 'reconnecting', severity: 'transient', detail: 'connecting to the platform', remedy: '' },
  no_media: {
    level: 'degraded',
    severity: 'transient',
    detail: 'connected, but no media is moving',
    remedy: 'no action needed at the start; if it lasts, check that the encoder sends video',
  },
  below_target: {
    level: 'degraded',
    severity: 'transient',
    detail: 'frames are being dropped',
    remedy: 'check the upload bandwidth, or choose a preset with a lower bitrate',
  },
  stream_key_rejected: {
    level: 'down',
    severity: 'fatal',
    detail: 'the platform refuses the stream key',
    remedy: 'check the stream key: copy it again from the platform and replace it here',
  },
  application_rejected: {
    level: 'down',
    severity: 'fatal',
    detail: 'the platform refuses the application in the URL',
    remedy: 'check the RTMP URL against the one the platform shows',
  },
  host_not_found: {
    level: 'down',
    severity: 'fatal',
    detail: 'the host name of the URL does not exist',
    remedy: 'check the RTMP URL for a typing mistake',
  },
  certificate_invalid: {
    level: 'down',
    severity: 'fatal',
    detail: 'the platform’s certificate cannot be trusted',
    remedy: 'check the host in the RTMP URL; do not send the key to an unknown server',
  },
  connection_refused: {
    level: 'reconnecting',
    severity: 'transient',
    detail: 'nobody listens at the address of the platform',
    remedy: 'it keeps trying; if it lasts, check host and port of the RTMP URL',
  },
  connection_lost: {
    level: 'reconnecting',
    severity: 'transient',
    detail: 'the platform closed the connection',
    remedy: 'no action needed, it reconnects by itself',
  },
  stalled: {
    level: 'reconnecting',
    severity: 'transient',
    detail: 'the platform stopped taking data',
    remedy: 'no action needed, it reconnects by itself',
  },
  encoder_failed: {
    level: 'reconnecting',
    severity: 'transient',
    detail: 'the encoder stopped and is being restarted',
    remedy: 'no action needed; if it repeats, choose a smaller preset',
  },
  delivery_failed: {
    level: 'down',
    severity: 'fatal',
    detail: 'the channel runs but nothing reaches the platform',
    remedy: 'check the RTMP URL and the stream key',
  },
  channel_recovering: {
    level: 'reconnecting',
    severity: 'transient',
    detail: 'MediaLive restarts the channel',
    remedy: 'no action needed',
  },
  channel_not_running: {
    level: 'down',
    severity: 'fatal',
    detail: 'the channel is not running although it should',
    remedy: 'start it again; the operation log says what happened',
  },
} as const satisfies Record<string, HealthReason>;

export type HealthCode = keyof typeof HEALTH_REASONS;

export interface Health extends HealthReason {
  code: HealthCode;
  since: string | null;
  observedAt: string | null;
}

/**
 * MediaLive's alerts by what they mean for the audience. An alert that is not listed is a warning: it is shown, and it is
 * never taken for good news.
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
const INPUT_ALERTS = new Set([
  'Stopped Receiving UDP Input',
  'Video Not Detected',
  'Initial Probe is Taking Longer Than Expected',
]);

/** Codes with which the local media engine opens the message of an output alert (`<code>: text`). */
const ALERT_CODES: Record<string, HealthCode> = {
  stream_key_rejected: 'stream_key_rejected',
  application_rejected: 'application_rejected',
  host_not_found: 'host_not_found',
  certificate_invalid: 'certificate_invalid',
  tls_failed: 'certificate_invalid',
  connection_refused: 'connection_refused',
  connect_timeout: 'connection_refused',
  connection_lost: 'connection_lost',
  stalled: 'stalled',
  encoder_failed: 'encoder_failed',
};

/**
 * AWS's own messages have no code. RTMP's status codes and the usual words of sockets and TLS in them are telling; any
 * other text stays `delivery_failed`.
 */
const ALERT_WORDING: readonly [RegExp, HealthCode][] = [
  [
    /NetStream\.Publish\.(BadName|Denied|Failed|Rejected)|invalid stream ?(key|name)|auth(entication|orization)? failed/i,
    'stream_key_rejected',
  ],
  [/NetConnection\.Connect\.(InvalidApp|Rejected|Failed)/i, 'application_rejected'],
  [/(resolve|look ?up|unknown|no such) host|could not resolve|name or service not known|\bDNS\b/i, 'host_not_found'],
  [/certificate|\b(TLS|SSL)\b/i, 'certificate_invalid'],
  [/connection refused|timed? ?out|unreachable/i, 'connection_refused'],
  [/connection (was )?(reset|closed|lost)|broken pipe/i, 'connection_lost'],
];

/** What an output alert says; null for an alert that is about something else. */
function readOutputAlert({ alertType, message }: Observation['alerts'][number]): Classified | null {
  const code = OUTPUT_ALERTS[alertType];
  if (code === undefined) return null;
  const [, opening, text] = /^([a-z_]+): (.*)$/s.exec(message) ?? [];
  const known = opening === undefined ? undefined : ALERT_CODES[opening];
  if (known) return { code: known, detail: text };
  if (code !== 'delivery_failed') return { code };
  const worded = ALERT_WORDING.find(([pattern]) => pattern.test(message))?.[1];
  return { code: worded ?? code, detail: message === '' ? alertType : `${alertType}: ${message}` };
}

interface Classified {
  code: HealthCode;
  detail?: string | undefined;
}

/**
 * Classifies one observation of a destination that should be running. Only an output that is known to be written can be
 * `delivering`: a figure that is missing proves nothing. Pure.
 */
export function classify(observation: Observation): Classified {
  const { alerts, activeOutputs } = observation;
  if (observation.channelState === 'RECOVERING') return { code: 'channel_recovering' };
  if (observation.channelState !== undefined && observation.channelState !== 'RUNNING') {
    return { code: 'channel_not_running' };
  }
  if (observation.sourceConnected === false) return { code: 'no_source' };
  for (const alert of alerts) {
    const read = readOutputAlert(alert);
    if (read) return read;
  }
  if (alerts.some((alert) => INPUT_ALERTS.has(alert.alertType))) return { code: 'no_input' };
  if (activeOutputs === undefined) return { code: 'not_observed' };
  if (activeOutputs === 0) return { code: 'connecting' };
  if ((observation.fillMs ?? 0) > 0) return { code: 'filling' };
  if (observation.bitrateBps === 0) return { code: 'no_media' };
  if (observation.framesPerSecond === 0) return { code: 'no_media', detail: 'connected, but no picture is moving' };
  if ((observation.droppedFrames ?? 0) > 0) return { code: 'below_target' };
  const [alert] = alerts;
  if (alert) return { code: 'warned', detail: [alert.alertType, alert.message].filter(Boolean).join(': ') };
  return { code: 'delivering' };
}

/** Levels that do not last: what has not recovered by then will not recover by itself. */
const LASTS: Partial<Record<HealthLevel, { seconds: number; becomes: HealthLevel; remedy: string }>> = {
  reconnecting: {
    seconds: 150,
    becomes: 'down',
    remedy: 'it has not recovered by itself: check the RTMP URL, the stream key and the platform’s status page',
  },
  unknown: {
    seconds: 300,
    becomes: 'degraded',
    remedy: 'no figures arrive: check the channel in the MediaLive console, and that the monitor runs',
  },
};

function afterLasting(reason: HealthReason, since: string, observedAt: string): HealthReason {
  const lasting = LASTS[reason.level];
  if (!lasting || Date.parse(observedAt) - Date.parse(since) < lasting.seconds * 1000) return reason;
  return {
    ...reason,
    level: lasting.becomes,
    severity: lasting.becomes === 'down' ? 'fatal' : reason.severity,
    remedy: lasting.remedy,
  };
}

/** The health of a destination at its last observation. Pure. */
export function healthOf(record: Pick<Destination, 'status' | 'observation'>): Health {
  const observation = record.observation;
  if (record.status !== 'running')
    return { ...HEALTH_REASONS.not_running, code: 'not_running', since: null, observedAt: null };
  if (!observation) return { ...HEALTH_REASONS.not_observed, code: 'not_observed', since: null, observedAt: null };
  const { observedAt } = observation;
  const { code, detail } = classify(observation);
  const since = observation.healthCode === code ? (observation.healthSince ?? null) : observedAt;
  const reason = afterLasting(HEALTH_REASONS[code], since ?? observedAt, observedAt);
  return { ...reason, detail: detail ?? reason.detail, code, since, observedAt };
}

/** Carries `healthSince` from one observation to the next. Pure. */
export function withHealthSince(next: Observation, previous: Observation | null): Observation {
  const { code } = classify(next);
  const since = previous?.healthCode === code ? previous.healthSince : next.observedAt;
  return { ...next, healthCode: code, healthSince: since ?? next.observedAt };
}

/**
 * True when it is certain that no audience sees the destination: the last observation of its run is fresh and says that
 * nothing reaches the platform. What is unknown, and what reconnects by itself, counts as on air. Pure.
 */
export function isKnownOffAir(
  record: Pick<Destination, 'status' | 'observation' | 'runningSince'>,
  now: Date,
  freshSeconds: number,
): boolean {
  const { status, observation, runningSince } = record;
  if (status !== 'running') return true;
  const { level, observedAt } = healthOf(record);
  if (!observation || !observedAt) return false;
  if (Math.abs(now.getTime() - Date.parse(observedAt)) > freshSeconds * 1000) return false;
  if (runningSince !== null && Date.parse(observedAt) < Date.parse(runningSince)) return false;
  return level === 'down' || (level === 'waiting_for_source' && observation.activeOutputs === 0);
}

/** Green: running, good, and seen within `freshSeconds`; a look from the future is one before the clock was set back. */
export function isOnAir(record: Pick<Destination, 'status' | 'observation'>, now: Date, freshSeconds: number): boolean {
  const health = healthOf(record);
  if (record.status !== 'running' || health.level !== 'good' || !health.observedAt) return false;
  return Math.abs(now.getTime() - Date.parse(health.observedAt)) <= freshSeconds * 1000;
}

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
  not_observed: { level: 'unknown', severity: 'transient', detail: 'not looked at yet', remedy: '' },
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

/** Alerts older MediaLive documentation lists under ids 5302 and 5201: the input receives nothing. */
const INPUT_ALERTS = new Set(['Stopped Receiving UDP Input', 'Video Not Detected']);
const CERTIFICATE_ALERT = 'Failed to Validate Certificate Chain When Publishing';
const RTMP_ALERT = 'Failed RTMP Connection';

/** Codes a `Failed RTMP Connection` message may open with (`<code>: text`). AWS's own wording has none. */
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

/** Classifies one observation of a destination that should be running. Pure. */
export function classify(observation: Observation): { code: HealthCode; detail?: string } {
  if (observation.channelState === 'RECOVERING') return { code: 'channel_recovering' };
  if (observation.channelState !== undefined && observation.channelState !== 'RUNNING') {
    return { code: 'channel_not_running' };
  }
  if (observation.sourceConnected === false) return { code: 'no_source' };
  for (const alert of observation.alerts) {
    if (alert.alertType === CERTIFICATE_ALERT) return { code: 'certificate_invalid' };
    if (alert.alertType === RTMP_ALERT) {
      const [, opening, text] = /^([a-z_]+): (.*)$/s.exec(alert.message) ?? [];
      const code = opening === undefined ? undefined : ALERT_CODES[opening];
      return code ? { code, detail: text } : { code: 'delivery_failed', detail: alert.message };
    }
  }
  if (observation.alerts.some((alert) => INPUT_ALERTS.has(alert.alertType))) return { code: 'no_input' };
  if (observation.activeOutputs === 0) return { code: 'connecting' };
  if (observation.activeOutputs === undefined && observation.bitrateBps === undefined) return { code: 'not_observed' };
  if (observation.bitrateBps === 0) return { code: 'no_media' };
  if (observation.framesPerSecond === 0) return { code: 'no_media', detail: 'connected, but no picture is moving' };
  if ((observation.droppedFrames ?? 0) > 0) return { code: 'below_target' };
  return { code: 'delivering' };
}

/** The health of a destination at its last observation. Pure. */
export function healthOf(record: Pick<Destination, 'status' | 'observation'>): Health {
  const observation = record.observation;
  if (record.status !== 'running')
    return { ...HEALTH_REASONS.not_running, code: 'not_running', since: null, observedAt: null };
  if (!observation) return { ...HEALTH_REASONS.not_observed, code: 'not_observed', since: null, observedAt: null };
  const { code, detail } = classify(observation);
  const reason: HealthReason = HEALTH_REASONS[code];
  return {
    ...reason,
    detail: detail ?? reason.detail,
    code,
    since: observation.healthCode === code ? (observation.healthSince ?? null) : observation.observedAt,
    observedAt: observation.observedAt,
  };
}

/** Carries `healthSince` from one observation to the next. Pure. */
export function withHealthSince(next: Observation, previous: Observation | null): Observation {
  const { code } = classify(next);
  const since = previous?.healthCode === code ? previous.healthSince : next.observedAt;
  return { ...next, healthCode: code, healthSince: since ?? next.observedAt };
}

/** Green: running, good, and seen within `freshSeconds`; a look from the future is one before the clock was set back. */
export function isOnAir(record: Pick<Destination, 'status' | 'observation'>, now: Date, freshSeconds: number): boolean {
  const health = healthOf(record);
  if (record.status !== 'running' || health.level !== 'good' || !health.observedAt) return false;
  return Math.abs(now.getTime() - Date.parse(health.observedAt)) <= freshSeconds * 1000;
}

import type { Destination, Observation } from './destination.ts';
import { INPUT_ALERTS, readOutputAlert, type Classified } from './health-alerts.ts';
import { HEALTH_REASONS, type HealthCode, type HealthLevel, type HealthReason } from './health-reasons.ts';

/**
 * What the far end sees, derived from the newest observation. Green needs three things at once: our status is running,
 * the evidence is good, and the evidence is fresh; whatever is missing is named.
 */

export interface Health extends HealthReason {
  code: HealthCode;
  /** Attempts to connect that have failed so far; null when they are not counted. */
  attempt: number | null;
  /** When the next attempt begins, RFC 3339; null when none is announced. */
  nextAttemptAt: string | null;
  since: string | null;
  observedAt: string | null;
}

/** What a health has that was not observed. */
const UNOBSERVED = { attempt: null, nextAttemptAt: null, since: null, observedAt: null };

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
  // Before the connection: without a signal there is nothing to connect for.
  if ((observation.fillMs ?? 0) > 0) return { code: 'filling' };
  if (activeOutputs === 0) return { code: 'connecting' };
  const { bitrateBps, framesPerSecond, wantedFramesPerSecond } = observation;
  if (bitrateBps === 0 || framesPerSecond === 0) return { code: 'first_frames' };
  if ((observation.droppedFrames ?? 0) > 0) return { code: 'encoder_slow' };
  if ((observation.unsentFrames ?? 0) > 0) return { code: 'platform_slow' };
  if (framesPerSecond !== undefined && framesPerSecond < (wantedFramesPerSecond ?? 0) * KEEPS_UP_FROM) {
    const detail = `sending ${framesPerSecond.toFixed(1)} of ${wantedFramesPerSecond} frames per second`;
    return { code: 'below_frame_rate', detail };
  }
  const [alert] = alerts;
  if (alert) return { code: 'warned', detail: [alert.alertType, alert.message].filter(Boolean).join(': ') };
  return { code: 'delivering' };
}

/** Frames that leave, of those wanted; the rest is how figures are rounded and read. */
const KEEPS_UP_FROM = 0.9;

/** A start that waits longer than this for its first frames waits for the platform. */
const FIRST_FRAMES_SECONDS = 10;
/** Trouble that lasts this long needs a person, even while it is being handled. */
const NEEDS_PERSON_SECONDS = 30;

/** Levels that do not last: what has not recovered by then will not recover by itself. */
const LASTS: Partial<Record<HealthLevel, { seconds: number; becomes: HealthLevel; remedy: string }>> = {
  reconnecting: {
    seconds: 150,
    becomes: 'down',
    remedy: 'it has not recovered: check the RTMP URL, the stream key and the platform’s status page',
  },
  unknown: {
    seconds: 300,
    becomes: 'degraded',
    remedy: 'no figures arrive: check the channel in the MediaLive console, and that the monitor runs',
  },
};
const TROUBLED: ReadonlySet<HealthLevel> = new Set(['degraded', 'reconnecting', 'down']);

/** @param lastedSeconds of the reason itself, or of the trouble it is part of, whatever its reasons were */
function afterLasting(reason: HealthReason, lastedSeconds: number): HealthReason {
  const lasting = LASTS[reason.level];
  if (lasting && lastedSeconds >= lasting.seconds) {
    const severity = lasting.becomes === 'down' ? 'fatal' : reason.severity;
    return { ...reason, level: lasting.becomes, severity, remedy: lasting.remedy };
  }
  const needsPerson = TROUBLED.has(reason.level) && lastedSeconds >= NEEDS_PERSON_SECONDS;
  return needsPerson ? { ...reason, severity: 'fatal' } : reason;
}

/** The health of a destination at its last observation. Pure. */
export function healthOf(record: Pick<Destination, 'status' | 'observation'>): Health {
  const observation = record.observation;
  if (record.status !== 'running') return { ...HEALTH_REASONS.not_running, code: 'not_running', ...UNOBSERVED };
  if (!observation) return { ...HEALTH_REASONS.not_observed, code: 'not_observed', ...UNOBSERVED };
  const { observedAt } = observation;
  const seen = classify(observation);
  const since = observation.healthCode === seen.code ? (observation.healthSince ?? null) : observedAt;
  const secondsSince = (at: string | null | undefined) =>
    (Date.parse(observedAt) - Date.parse(at ?? observedAt)) / 1000;
  const isLate = seen.code === 'first_frames' && secondsSince(since) >= FIRST_FRAMES_SECONDS;
  const code = isLate ? 'no_media' : seen.code;
  const { level } = HEALTH_REASONS[code];
  const lasted = Math.max(secondsSince(since), TROUBLED.has(level) ? secondsSince(observation.troubledSince) : 0);
  const reason = afterLasting(HEALTH_REASONS[code], lasted);
  const { detail = reason.detail, attempt = null, nextAttemptAt = null } = seen;
  return { ...reason, detail, code, attempt, nextAttemptAt, since, observedAt };
}

/**
 * Carries from one observation of a run to the next since when it has been as it is, and since when there has been trouble:
 * a platform that fails in several ways in turn is in trouble all the while. Pure.
 */
export function withHealthSince(next: Observation, previous: Observation | null): Observation {
  const { code } = classify(next);
  const since = previous?.healthCode === code ? previous.healthSince : next.observedAt;
  const { troubledSince: _unknown, ...rest } = next;
  const troubledSince = troubledSinceOf(HEALTH_REASONS[code].level, next.observedAt, previous);
  return { ...rest, healthCode: code, healthSince: since ?? next.observedAt, ...(troubledSince && { troubledSince }) };
}

function troubledSinceOf(level: HealthLevel, observedAt: string, previous: Observation | null): string | undefined {
  if (TROUBLED.has(level)) return previous?.troubledSince ?? observedAt;
  // A moment without figures, or before the first frames of another attempt, ends no trouble.
  return level === 'starting' || level === 'unknown' ? previous?.troubledSince : undefined;
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

/** Returns the newest observation if it is of the present run: figures of an earlier one say nothing about this one. Pure. */
export function observationOfThisRun(
  record: Pick<Destination, 'status' | 'observation' | 'runningSince'>,
): Observation | null {
  const { observation, runningSince, status } = record;
  if (!observation || status !== 'running') return null;
  return runningSince !== null && Date.parse(observation.observedAt) < Date.parse(runningSince) ? null : observation;
}

import type { Destination, DestinationKind, Observation } from './destination.ts';
import { INPUT_ALERTS, PAUSE_ALERT, readOutputAlert, type Classified } from './health-alerts.ts';
import { backupPipelineOf, combinePipelines, mainPipelineOf } from './pipelines.ts';
import { HEALTH_REASONS, type HealthCode, type HealthLevel, type HealthReason } from './health-reasons.ts';

/**
 * Derives a destination's health from the newest observation. Green requires a running status and good, fresh evidence;
 * otherwise the reason names what is missing.
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
 * Classifies one observation of a destination that should be running. Only an output with proven writes is
 * `delivering`, because a missing metric proves nothing. Pure.
 */
export function classify(observation: Observation): Classified {
  const { main, backup } = classifyPipelines(observation);
  return backup ? combinePipelines(main, backup) : main;
}

/** Classifies each pipeline by itself; `backup` is null for a channel with one. Pure. */
export function classifyPipelines(observation: Observation): { main: Classified; backup: Classified | null } {
  return {
    main: classifyPipeline(mainPipelineOf(observation)),
    backup: observation.backup ? classifyPipeline(backupPipelineOf(observation)) : null,
  };
}

function classifyPipeline(observation: Observation): Classified {
  const { alerts, activeOutputs } = observation;
  if (observation.channelState === 'RECOVERING') return { code: 'channel_recovering' };
  if (observation.channelState !== undefined && observation.channelState !== 'RUNNING') {
    return { code: 'channel_not_running' };
  }
  const { slate } = observation;
  const isPaused = alerts.some(({ alertType }) => alertType === PAUSE_ALERT);
  if (isPaused && observation.isPauseMeant) return { code: 'output_paused' };
  if (observation.sourceConnected === false && !slate) return { code: 'no_source' };
  for (const alert of alerts) {
    const read = readOutputAlert(alert);
    if (read) return read;
  }
  if (slate) return { code: slate === 'break' ? 'slate_shown' : 'slate_held' };
  if (alerts.some((alert) => INPUT_ALERTS.has(alert.alertType))) return { code: 'no_input' };
  if (activeOutputs === undefined) return { code: 'not_observed' };
  // Checked before the connection, because without a signal the channel need not connect.
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

/** Share of the target frame rate; the rest allows for rounding and measurement. */
const KEEPS_UP_FROM = 0.9;

/** Time for the first frames after a connection; longer waits are the platform's. */
const FIRST_FRAMES_SECONDS = 10;
/** What a start becomes that takes longer. */
const LATE: Partial<Record<HealthCode, HealthCode>> = {
  first_frames: 'no_media',
  backup_ingest_starting: 'backup_ingest_failing',
  main_ingest_starting: 'main_ingest_failing',
};
/** A failure of this duration needs attention, even while Sluice handles it. */
const NEEDS_PERSON_SECONDS = 30;

/** Temporary levels, and what they become when they last. */
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

/** @param lastedSeconds duration of the reason, or of the failure it belongs to */
function afterLasting(reason: HealthReason, lastedSeconds: number): HealthReason {
  const lasting = LASTS[reason.level];
  if (lasting && lastedSeconds >= lasting.seconds) {
    const severity = lasting.becomes === 'down' ? 'fatal' : reason.severity;
    return { ...reason, level: lasting.becomes, severity, remedy: lasting.remedy };
  }
  const needsPerson = TROUBLED.has(reason.level) && lastedSeconds >= NEEDS_PERSON_SECONDS;
  return needsPerson ? { ...reason, severity: 'fatal' } : reason;
}

/** Returns a health as its kind of destination has it: without a channel nothing is billed while it waits. Pure. */
export function healthOfKind(health: Health, kind: DestinationKind): Health {
  return kind === 'srt' && health.code === 'no_source' ? { ...health, remedy: 'start or check the encoder' } : health;
}

/** Returns the health of a destination at its last observation. Pure. */
export function healthOf(record: Pick<Destination, 'status' | 'observation'>): Health {
  const observation = record.observation;
  if (record.status !== 'running') return { ...HEALTH_REASONS.not_running, code: 'not_running', ...UNOBSERVED };
  if (!observation) return { ...HEALTH_REASONS.not_observed, code: 'not_observed', ...UNOBSERVED };
  const { observedAt } = observation;
  const seen = classify(observation);
  const since = observation.healthCode === seen.code ? (observation.healthSince ?? null) : observedAt;
  const secondsSince = (at: string | null | undefined) =>
    (Date.parse(observedAt) - Date.parse(at ?? observedAt)) / 1000;
  const late = LATE[seen.code];
  const code = late && secondsSince(since) >= FIRST_FRAMES_SECONDS ? late : seen.code;
  const { level } = HEALTH_REASONS[code];
  const lasted = Math.max(secondsSince(since), TROUBLED.has(level) ? secondsSince(observation.troubledSince) : 0);
  const reason = afterLasting(HEALTH_REASONS[code], lasted);
  const { detail = reason.detail, attempt = null, nextAttemptAt = null } = seen;
  return { ...reason, detail, code, attempt, nextAttemptAt, since, observedAt };
}

/**
 * Carries the start of the present reason and of the present failure from one observation of a run to the next.
 * Alternating reasons count as one failure. Pure.
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
  // Missing metrics and the wait for the first frames of another attempt do not end a failure.
  return level === 'starting' || level === 'unknown' ? previous?.troubledSince : undefined;
}

/** What one of two pipelines delivers. Null figures were not reported. */
export interface IngestHealth extends Pick<
  Health,
  'level' | 'code' | 'detail' | 'remedy' | 'attempt' | 'nextAttemptAt'
> {
  ingest: 'main' | 'backup';
  bitrateBps: number | null;
  framesPerSecond: number | null;
  reconnects: number | null;
}

/** Returns what each pipeline of a running destination delivers; empty for a channel with one. Pure. */
export function ingestHealth({ status, observation }: Pick<Destination, 'status' | 'observation'>): IngestHealth[] {
  if (status !== 'running' || !observation?.backup) return [];
  const pipelines = { main: mainPipelineOf(observation), backup: backupPipelineOf(observation) };
  return (['main', 'backup'] as const).map((ingest) => {
    const { bitrateBps = null, framesPerSecond = null, reconnects = null } = pipelines[ingest];
    const { code, attempt = null, detail, nextAttemptAt = null } = classifyPipeline(pipelines[ingest]);
    const reason = HEALTH_REASONS[code];
    const { level, remedy } = reason;
    const figures = { bitrateBps, framesPerSecond, reconnects };
    return { ingest, level, code, detail: detail ?? reason.detail, remedy, attempt, nextAttemptAt, ...figures };
  });
}

/**
 * Returns true when certainly no audience sees the destination: a fresh observation of its run shows that nothing
 * reaches the platform. Unknown and reconnecting destinations count as on air. Pure.
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
  return level === 'down' || (level === 'waiting_for_source' && isWritingNothing(observation));
}

function isWritingNothing({ activeOutputs, backup }: Observation): boolean {
  return activeOutputs === 0 && (backup === undefined || backup.activeOutputs === 0);
}

/**
 * Returns true for a running destination with good health observed within `freshSeconds`. Ignores future observations.
 */
export function isOnAir(record: Pick<Destination, 'status' | 'observation'>, now: Date, freshSeconds: number): boolean {
  const health = healthOf(record);
  if (record.status !== 'running' || health.level !== 'good' || !health.observedAt) return false;
  return Math.abs(now.getTime() - Date.parse(health.observedAt)) <= freshSeconds * 1000;
}

/** Returns the newest observation if it belongs to the present run, else null. Pure. */
export function observationOfThisRun(
  record: Pick<Destination, 'status' | 'observation' | 'runningSince'>,
): Observation | null {
  const { observation, runningSince, status } = record;
  if (!observation || status !== 'running') return null;
  return runningSince !== null && Date.parse(observation.observedAt) < Date.parse(runningSince) ? null : observation;
}

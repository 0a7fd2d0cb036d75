import type { Destination, SourcePicture } from './destination.ts';
import type { HealthCode, HealthLevel } from './health-reasons.ts';
import { healthOf, observationOfThisRun } from './health.ts';
import type { SubjectObservation } from './incident-observe.ts';
import type { Incident, IncidentSubject } from './incident.ts';
import { isPrimary } from './lifecycle.ts';
import { lostConnectionsOf } from './lost-connections.ts';
import { lostFramesOf } from './lost-frames.ts';
import { isComplete, toUsd, type Money } from './money.ts';

/**
 * Turns what the monitor and the sweep have read into the signals that the rules watch. Pure. A figure that was not
 * reported becomes no signal, because it proves nothing.
 */

/** The source as it was just observed; a figure that nothing reported is absent or null. */
export interface SourceSeen {
  /** False while the flow does not run, and then nothing can arrive. */
  isFlowUp: boolean;
  connected?: boolean | null;
  lostSince?: string | null;
  packetLossPercent?: number | null;
  jitterMs?: number | null;
  roundTripMs?: number | null;
  bitrateBps?: number | null;
  /** What the encoder usually sends. */
  usualBitrateBps?: number | null;
  /** The last picture that was read. */
  picture?: SourcePicture;
  hasAudio?: boolean | null;
  /** What is wrong with the format of the feed, in words; null when nothing is. */
  formatProblem?: string | null;
  black?: boolean | null;
  frozen?: boolean | null;
  silent?: boolean | null;
  /** Since when; null where it is not known better than from when it was observed. */
  blackSince?: string | null;
  frozenSince?: string | null;
  silentSince?: string | null;
  onBackup?: boolean | null;
  /** What everything that runs costs per hour, also without a source; absent where nothing is billed. */
  costPerHour?: Money;
}

/** What is known about the deployment as a whole. */
export interface DeploymentSeen {
  quotas?: { channelQuota: number; pushInputQuota: number };
  orphans?: number;
  egressBlocked?: boolean;
  monitorRanAt?: string | null;
  sweepRanAt?: string | null;
  failingTargets?: number;
  /** Shows that start soon and whose newest preflight failed. */
  unreadyShows?: number;
  /** What the no-source limit has found; absent: not known. */
  noSource?: { unfed: boolean | null; detail: string } | undefined;
}

/** A drill: the signals it causes, and the destination if it is only one. */
export interface DrillSeen {
  signals: readonly string[];
  /** Null for the source and for all destinations. */
  destinationId: string | null;
}

const SOURCE_SUBJECT: IncidentSubject = { kind: 'source', id: 'main', name: 'Source', group: null };
const DEPLOYMENT_SUBJECT: IncidentSubject = {
  kind: 'deployment',
  id: 'deployment',
  name: 'Deployment',
  group: null,
};

/** Leaves out what was not reported. */
function reported(signals: Record<string, number | boolean | null | undefined>): Record<string, number | boolean> {
  return Object.fromEntries(
    Object.entries(signals).filter(
      (entry): entry is [string, number | boolean] => entry[1] !== null && entry[1] !== undefined,
    ),
  );
}

/** Returns the destinations that are on air for an audience. */
function onAirOf(records: readonly Destination[]): Destination[] {
  return records.filter((record) => record.status === 'running' && !isPrimary(record));
}

/** Returns the source's signals. @param records all destinations, because a source matters while something is on air */
export function sourceSignals(
  seen: SourceSeen,
  records: readonly Destination[],
  drills: readonly DrillSeen[] = [],
): SubjectObservation {
  const onAir = onAirOf(records);
  const isConnected = seen.isFlowUp ? seen.connected : false;
  const isArriving = isConnected === true;
  const isMissed = isConnected === false && onAir.length > 0;
  const share = seen.usualBitrateBps ? ((seen.bitrateBps ?? NaN) / seen.usualBitrateBps) * 100 : undefined;
  // Of a feed that does not arrive, nothing else is wrong.
  const ofFeed = (value: boolean | null | undefined) => (isConnected === false ? false : isArriving ? value : null);
  const figure = (value: number | null | undefined, good = 0) =>
    isConnected === false ? good : isArriving ? value : null;
  return {
    subject: SOURCE_SUBJECT,
    signals: reported({
      lost: onAir.length === 0 ? false : isConnected === null || isConnected === undefined ? null : isMissed,
      packetLossPercent: figure(seen.packetLossPercent),
      jitterMs: figure(seen.jitterMs),
      roundTripMs: figure(seen.roundTripMs),
      bitratePercent: figure(Number.isNaN(share) ? null : share, 100),
      audioMissing: ofFeed(seen.hasAudio === null || seen.hasAudio === undefined ? null : !seen.hasAudio),
      silent: ofFeed(seen.silent),
      black: ofFeed(seen.black),
      frozen: ofFeed(seen.frozen),
      wrongFormat: ofFeed(seen.formatProblem === undefined ? null : seen.formatProblem !== null),
      onBackup: ofFeed(seen.onBackup),
    }),
    details: {
      lost:
        (seen.isFlowUp ? 'no signal from the encoder' : 'the flow is not running') + priceOfSilence(seen.costPerHour),
      ...(seen.formatProblem ? { wrongFormat: seen.formatProblem } : {}),
    },
    since: {
      ...(isMissed && seen.lostSince ? { lost: seen.lostSince } : {}),
      ...(isArriving && seen.black && seen.blackSince ? { black: seen.blackSince } : {}),
      ...(isArriving && seen.frozen && seen.frozenSince ? { frozen: seen.frozenSince } : {}),
      ...(isArriving && seen.silent && seen.silentSince ? { silent: seen.silentSince } : {}),
    },
    drills: drills.flatMap(({ signals }) => signals),
    affected: toAffected(onAir),
  };
}

/** Channels are billed as on air while nothing arrives. Empty when the price is unknown or nothing is billed. */
function priceOfSilence(costPerHour: Money | undefined): string {
  const usd = costPerHour && toUsd(costPerHour);
  if (!usd) return '';
  return `; meanwhile what runs costs ${isComplete(costPerHour) ? 'about' : 'at least'} ${usd.toFixed(2)} USD an hour`;
}

function toAffected(records: readonly Destination[]): Incident['affected'] {
  return records.map(({ destinationId, name }) => ({ destinationId, name }));
}

/** A platform needs this long to accept a new stream; until then a start that does not deliver is no trouble. */
const START_GRACE_SECONDS = 15;

const DELIVERING_NOTHING: ReadonlySet<HealthLevel> = new Set(['waiting_for_source', 'reconnecting', 'down']);
/** A slate is delivered: what is wrong with it is the source, which another rule watches. */
const DELIVERING: ReadonlySet<HealthLevel> = new Set(['good', 'degraded', 'slate']);
const REFUSED_KEY: ReadonlySet<HealthCode> = new Set(['stream_key_rejected', 'stream_refused']);
/** Nothing arrives although the level says only degraded. */
const TAKES_NOTHING: ReadonlySet<HealthCode> = new Set(['no_media']);

const subjectOf = ({ destinationId, name, group }: Destination): IncidentSubject => ({
  kind: 'destination',
  id: destinationId,
  name,
  group,
});

/** Returns a destination's signals. A destination that does not run has none of the troubles of one that does. */
export function destinationSignals(
  record: Destination,
  now: Date,
  drills: readonly DrillSeen[] = [],
): SubjectObservation {
  const health = healthOf(record);
  const observation = observationOfThisRun(record);
  const isRunning = record.status === 'running';
  const isFailed = record.status === 'error' && record.lastError !== null && !isPrimary(record);
  const runsSeconds =
    record.runningSince === null ? Infinity : (now.getTime() - Date.parse(record.runningSince)) / 1000;
  // Without figures a health becomes a warning in the end, and still nothing was seen.
  const isSeen = observation !== null && health.level !== 'unknown' && health.code !== 'not_observed';
  const reconnects = isRunning && isSeen ? lostConnectionsOf(observation).detail : null;
  const whileRunning = (value: boolean | number | null | undefined, otherwise: boolean | null) =>
    isRunning ? (isSeen ? value : null) : otherwise;
  return {
    subject: subjectOf(record),
    signals: reported({
      keyRejected: whileRunning(REFUSED_KEY.has(health.code), false),
      // The channel's state is known without any figures.
      channelDown: isRunning && observation === null ? null : health.code === 'channel_not_running',
      deliversNothing: whileRunning(deliversNothing(health.level, health.code, runsSeconds), false),
      ...figuresOf(record, isRunning && isSeen),
      operationFailed: isFailed,
    }),
    details: {
      keyRejected: health.detail,
      channelDown: health.detail,
      deliversNothing: health.detail,
      ...(reconnects === null ? {} : { reconnects }),
      ...(record.lastError ? { operationFailed: record.lastError.detail } : {}),
    },
    drills: drills
      .filter(({ destinationId }) => destinationId === null || destinationId === record.destinationId)
      .flatMap(({ signals }) => signals),
  };
}

/** Null while it is too early to tell. */
function deliversNothing(level: HealthLevel, code: HealthCode, runsSeconds: number): boolean | null {
  if (DELIVERING_NOTHING.has(level) || TAKES_NOTHING.has(code)) return runsSeconds < START_GRACE_SECONDS ? null : true;
  return DELIVERING.has(level) ? false : null;
}

/** Figures of a destination at rest are not absent but good: what they measure has ended. */
function figuresOf(record: Destination, isOnAir: boolean): Record<string, number | null | undefined> {
  if (!isOnAir) return record.status === 'running' ? {} : { lostFrames: 0, frameRatePercent: 100, reconnects: 0 };
  const seen = record.observation!;
  const isPaced = seen.framesPerSecond !== undefined && seen.wantedFramesPerSecond;
  return {
    lostFrames: lostFramesOf(seen),
    frameRatePercent: isPaced ? (seen.framesPerSecond! / seen.wantedFramesPerSecond!) * 100 : null,
    reconnects: lostConnectionsOf(seen).count,
  };
}

/** Returns the deployment's signals. */
export function deploymentSignals(
  seen: DeploymentSeen,
  records: readonly Destination[],
  now: Date,
): SubjectObservation {
  const secondsSince = (at: string | null | undefined) =>
    at ? Math.max(0, (now.getTime() - Date.parse(at)) / 1000) : null;
  const primary = records.find(isPrimary);
  return {
    subject: DEPLOYMENT_SUBJECT,
    signals: reported({
      quotaPercent: seen.quotas ? quotaPercent(seen.quotas, records) : null,
      egressBlocked: seen.egressBlocked,
      primaryMissing: primary ? primary.desired === 'running' && primary.status === 'error' : null,
      monitorSilentSeconds: secondsSince(seen.monitorRanAt),
      sweepSilentSeconds: secondsSince(seen.sweepRanAt),
      orphans: seen.orphans,
      failingTargets: seen.failingTargets,
      unreadyShows: seen.unreadyShows,
      unfed: seen.noSource?.unfed,
    }),
    details: {
      ...(primary?.lastError ? { primaryMissing: primary.lastError.detail } : {}),
      ...(seen.noSource?.unfed ? { unfed: seen.noSource.detail } : {}),
    },
  };
}

/** Returns the share of the fuller quota that this deployment's records use. Other users of the account are unknown. */
function quotaPercent(
  { channelQuota, pushInputQuota }: NonNullable<DeploymentSeen['quotas']>,
  records: readonly Destination[],
): number {
  const channels = records.filter(({ held }) => held.channel).length;
  const inputs = records.filter(({ held }) => held.input).length;
  return Math.max(channels / channelQuota, inputs / pushInputQuota) * 100;
}

/** Says that the subjects of these incidents are gone: destinations that are in no record any more. */
export function goneSubjects(incidents: readonly Incident[], records: readonly Destination[]): SubjectObservation[] {
  const existing = new Set(records.map(({ destinationId }) => destinationId));
  const gone = incidents.filter(({ subject }) => subject.kind === 'destination' && !existing.has(subject.id));
  return gone.map(({ subject }) => ({ subject, signals: {}, isGone: true }));
}

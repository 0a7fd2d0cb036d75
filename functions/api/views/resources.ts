import {
  allowedEncodings,
  defaultEncodingOf,
  listEncodings,
  listPlatforms,
  resolveEncoding,
} from '../../../presets/index.ts';
import { backupRefusalOf } from '../../domain/backup-ingest.ts';
import { chosenEncodings } from '../../domain/chosen-encodings.ts';
import { forMinutes, MINUTES_MIN } from '../../domain/billed-time.ts';
import {
  costSoFar,
  encodingOf,
  priceOfHeld,
  priceOfIdle,
  priceOfRunning,
  settingsOf,
  totalOf,
  type PricePart,
} from '../../domain/cost.ts';
import { pauseOf } from '../../domain/output-pause.ts';
import { positionOf, type Destination, type Operation } from '../../domain/destination.ts';
import { kindOf } from '../../domain/destination-kind.ts';
import { healthOf, healthOfKind, ingestHealth, isOnAir } from '../../domain/health.ts';
import { observationNow } from '../../domain/observed-source.ts';
import { isComplete, sum, toUsd } from '../../domain/money.ts';
import type { Pricing } from '../../domain/pricing.ts';
import { ACTIONS, actionsOf, isPrimary, STEPS, stepsOf, type ResourceStep } from '../../domain/lifecycle.ts';
import type { DestinationCost } from '../schemas/costs.ts';
import { defaultSourceLossOf, HOLD_MINUTES_DEFAULT, onSourceLossOf, stopDueAt } from '../../domain/source-loss.ts';
import { hasPendingChanges } from '../../domain/requests.ts';
import { keyWarnings } from '../../domain/key-terms.ts';
import { runWarnings } from '../../domain/source-warnings.ts';
import { refusalFor, type Role } from '../auth/roles.ts';
import type { DestinationResource } from '../schemas/destinations.ts';
import type { OperationResource } from '../schemas/operations.ts';
import type { PresetsResource } from '../schemas/presets.ts';

/**
 * Converts records to API resources. Pure. Copies field by field, so that a new field of a record is not exposed by
 * accident.
 */

/** Inputs of a view besides the record. */
export interface ResourceView {
  /** Role of the caller, which decides the refused actions. */
  role: Role | null;
  now: Date;
  freshSeconds: number;
  pricing: Pricing;
  /** False on one machine. */
  isBilled: boolean;
}

/** Returns the slate that an operator requested, or that the newest observation showed on air. */
function toSlate(record: Destination): DestinationResource['slate'] {
  const { observation, slateBreak, status } = record;
  const until = stopDueAt(record)?.toISOString() ?? null;
  if (slateBreak && status === 'running') {
    return { reason: 'break', state: slateBreak.state, since: slateBreak.requestedAt, until };
  }
  if (!observation?.slate) return null;
  return { reason: 'source_lost', state: 'shown', since: observation.sourceLostSince ?? observation.observedAt, until };
}

/** Returns the pause of a running destination. */
function toPause(record: Destination): DestinationResource['pause'] {
  const pause = record.status === 'running' ? pauseOf(record) : null;
  return pause && { state: pause.state === 'ending' ? 'ending' : 'paused', until: pause.until };
}

/** Returns a destination as a resource. */
export function toDestinationResource(stored: Destination, view: ResourceView): DestinationResource {
  const { now, freshSeconds } = view;
  const record = { ...stored, observation: observationNow(stored) };
  const { allowed, refused } = actionsFor(record, view.role);
  const kind = kindOf(record);
  const isSrt = kind === 'srt';
  return {
    destinationId: record.destinationId,
    reference: record.reference ?? null,
    name: record.name,
    group: record.group,
    platform: record.platform,
    rtmpUrl: record.rtmpUrl,
    streamKeySet: !isSrt && record.streamKeyCiphertext !== null,
    streamKeyLast4: record.streamKeyLast4,
    kind,
    streamId: record.streamId ?? null,
    latencyMs: record.latencyMs ?? null,
    passphraseSet: isSrt && record.streamKeyCiphertext !== null,
    backupIngest: !!record.backupRtmpUrl,
    backupRtmpUrl: record.backupRtmpUrl ?? null,
    backupStreamKeySet: !!record.backupStreamKeyCiphertext,
    backupStreamKeyLast4: record.backupStreamKeyLast4 ?? null,
    keyValidUntil: record.keyValidUntil ?? null,
    keyUse: record.keyUse ?? 'reusable',
    keyUsedAt: record.keyUsedAt ?? null,
    preset: record.preset,
    standby: record.standby,
    sound: record.sound ?? null,
    onSourceLoss: onSourceLossOf(record),
    holdMinutes: record.holdMinutes ?? HOLD_MINUTES_DEFAULT,
    slate: toSlate(record),
    pause: toPause(record),
    primary: isPrimary(record),
    desired: record.desired,
    status: record.status,
    health: healthOfKind(healthOf(record), kind),
    onAir: isOnAir(record, now, freshSeconds),
    runningSince: record.runningSince,
    bitrateBps: record.observation?.bitrateBps ?? null,
    framesPerSecond: record.observation?.framesPerSecond ?? null,
    ingests: ingestHealth(record).map((each) => ({ ...each })),
    line: toLine(record),
    targetBitrateBps: targetBitrateBps(record),
    operation: record.operation && toOperationResource(record.destinationId, record.operation),
    lastError: record.lastError && { ...record.lastError },
    warnings: [...runWarnings(record), ...keyWarnings(record, now)],
    detailedLogUntil: isLater(record.detailedLogUntil, now) ? record.detailedLogUntil : null,
    mediaLiveChannelId: record.held.channel?.channelId ?? null,
    mediaConnectOutputArn: record.held.flowOutput?.flowOutputArn ?? null,
    allowedActions: allowed,
    refusedActions: refused as Record<string, string>,
    pendingChanges: hasPendingChanges(record),
    cost: toDestinationCost(record, view),
    position: positionOf(record),
    revision: record.revision,
    createdAt: record.createdAt,
    lastModified: record.lastModified,
  };
}

/** Returns the quality of the line to an SRT receiver; null while it is unknown, and for any other destination. */
function toLine({ observation }: Destination): DestinationResource['line'] {
  const { resentPercent, roundTripMs } = observation ?? {};
  if (resentPercent === undefined && roundTripMs === undefined) return null;
  return { resentPercent: resentPercent ?? null, roundTripMs: roundTripMs ?? null };
}

/** Returns true for a time in the future. */
function isLater(at: string | null | undefined, now: Date): at is string {
  return at !== null && at !== undefined && Date.parse(at) > now.getTime();
}

/**
 * Returns the possible actions for a role. A weak role is the first reason for a refusal, because it does not change.
 */
function actionsFor(record: Destination, role: Role | null): ReturnType<typeof actionsOf> {
  const { allowed, refused } = actionsOf(record);
  const tooWeak = ACTIONS.flatMap((action) => {
    const reason = refusalFor(role, action);
    return reason === null ? [] : [[action, reason] as const];
  });
  const all = { ...refused, ...Object.fromEntries(tooWeak) };
  return { allowed: allowed.filter((action) => all[action] === undefined), refused: all };
}

/** Reads only the record, because lists show the cost of every row. */
function toDestinationCost(record: Destination, { now, pricing, isBilled }: ResourceView): DestinationCost {
  const parts = priceOfRunning(pricing, settingsOf(record));
  const perHour = totalOf(parts);
  const minimum = forMinutes(encodingOf(parts), MINUTES_MIN);
  const thisRun = costSoFar(pricing, record, now);
  const running = sum([perHour, ...(thisRun ? [thisRun] : [])]);
  return {
    currency: 'USD',
    perHourRunning: toUsd(perHour),
    perHourIdle: toUsd(priceOfIdle(pricing, record)),
    perHourNow: toUsd(priceOfHeld(pricing, record)),
    minimumPerStart: toUsd(minimum),
    isMinimumComplete: isComplete(minimum),
    thisRun: thisRun && toUsd(thisRun),
    parts: toShownParts(parts),
    isComplete: isComplete(running),
    isAbout: running.isAbout,
    unknownParts: [...running.unknownParts],
    isBilled,
  };
}

/** Converts the parts of a channel's price to their form in the API. */
export function toShownParts(parts: readonly PricePart[]): DestinationCost['parts'] {
  return parts.map(({ part, perHour }) => ({
    part,
    perHour: toUsd(perHour),
    isComplete: isComplete(perHour),
    isAbout: perHour.isAbout,
  }));
}

/** Returns the preset's bitrate including audio; null when it follows the source. A ladder counts as its sum. */
function targetBitrateBps(record: Destination): number | null {
  let sumBps = 0;
  for (const { encoding } of chosenEncodings(record)) {
    if (!encoding || encoding.width === null) return null;
    sumBps += encoding.videoBitrateBps + encoding.audioBitrateBps;
  }
  return sumBps;
}

/** Returns an operation as a resource. */
export function toOperationResource(destinationId: string, operation: Operation): OperationResource {
  return {
    operationId: operation.operationId,
    destinationId,
    kind: operation.kind,
    state: operation.outcome ?? 'running',
    requestedBy: operation.requestedBy,
    startedAt: operation.startedAt,
    endedAt: operation.endedAt ?? null,
    deadlineAt: operation.deadlineAt,
    ...progressOf(operation),
    steps: operation.steps.map(({ step, startedAt, endedAt, attempts }) => ({
      step,
      label: step in STEPS ? STEPS[step as ResourceStep].label : step,
      startedAt,
      endedAt: endedAt ?? null,
      attempts,
    })),
    error: operation.error ? { ...operation.error } : null,
  };
}

/** Counts from 1. When an operation undoes its steps, the undo steps continue the count. */
function progressOf({ kind, destinationKind = 'channel', steps }: Operation): {
  stepNumber: number;
  stepCount: number;
} {
  const { steps: planned, undo } = stepsOf(kind, destinationKind);
  const forward = steps.filter(({ step }) => planned.some((each) => each === step)).length;
  const undoing = steps.length > forward;
  const stepCount = undoing ? forward + undo.length : planned.length;
  return { stepNumber: Math.min(Math.max(steps.length, 1), stepCount), stepCount };
}

/** Returns the video bitrate of each encoding of a platform, in bits per second. */
function videoBitratesOf(platformId: string): Record<string, number> {
  return Object.fromEntries(
    allowedEncodings(platformId).map((id) => [id, resolveEncoding(platformId, id)!.videoBitrateBps]),
  );
}

/** Returns all presets as a resource. */
export function toPresetsResource(deployment: { copiesSource: boolean }): PresetsResource {
  return {
    platforms: listPlatforms().map((platform) => ({
      platformId: platform.platformId,
      name: platform.name,
      rtmpUrl: platform.rtmpUrl,
      rtmpUrlHint: platform.rtmpUrlHint,
      streamKeyHint: platform.streamKeyHint,
      protocols: [...platform.protocols],
      backupRefusal: backupRefusalOf(platform),
      backupRtmpUrl: platform.backupRtmpUrl,
      backupRtmpUrlHint: platform.backupRtmpUrlHint ?? null,
      defaultEncoding: defaultEncodingOf(platform, deployment),
      onSourceLoss: defaultSourceLossOf(platform.platformId),
      encodings: allowedEncodings(platform.platformId),
      videoBitrateBpsByEncoding: videoBitratesOf(platform.platformId),
      videoBitrateBpsMax: platform.caps.videoBitrateBpsMax,
      notes: [...platform.notes],
      source: platform.source,
      seenOn: platform.seenOn,
    })),
    encodings: listEncodings().map((encoding) => ({
      encodingId: encoding.encodingId,
      name: encoding.name,
      width: encoding.width,
      height: encoding.height,
      framesPerSecond: encoding.framesPerSecond,
      videoBitrateBps: encoding.videoBitrateBps,
      audioBitrateBps: encoding.audioBitrateBps,
      gopSeconds: encoding.gopSeconds,
    })),
  };
}

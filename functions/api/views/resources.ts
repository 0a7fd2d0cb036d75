import {
  allowedEncodings,
  defaultEncodingOf,
  listEncodings,
  listPlatforms,
  resolveEncoding,
} from '../../../presets/index.ts';
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
import type { Destination, Operation } from '../../domain/destination.ts';
import { healthOf, isOnAir, observationOfThisRun } from '../../domain/health.ts';
import { isComplete, sum, toUsd } from '../../domain/money.ts';
import type { Pricing } from '../../domain/pricing.ts';
import { ACTIONS, actionsOf, isPrimary, OPERATIONS, STEPS, type ResourceStep } from '../../domain/lifecycle.ts';
import type { DestinationCost } from '../schemas/costs.ts';
import { hasPendingChanges } from '../../domain/requests.ts';
import { runWarnings } from '../../domain/source-warnings.ts';
import { refusalFor, type Role } from '../auth/roles.ts';
import type { DestinationResource, OperationResource, PresetsResource } from '../schemas/answers.ts';

/**
 * From the record to what the API shows. Pure. A resource is put together field by field, so that nothing of the record
 * gets out by being added to it.
 */

/** What a view depends on besides the record. */
export interface ResourceView {
  /** Of who looks: what they may not do is refused. */
  role: Role | null;
  now: Date;
  freshSeconds: number;
  pricing: Pricing;
  /** False on one machine. */
  isBilled: boolean;
}

/** One destination as the API shows it. */
export function toDestinationResource(stored: Destination, view: ResourceView): DestinationResource {
  const { now, freshSeconds } = view;
  const record = { ...stored, observation: observationOfThisRun(stored) };
  const { allowed, refused } = actionsFor(record, view.role);
  return {
    destinationId: record.destinationId,
    name: record.name,
    group: record.group,
    platform: record.platform,
    rtmpUrl: record.rtmpUrl,
    streamKeySet: record.streamKeyCiphertext !== null,
    streamKeyLast4: record.streamKeyLast4,
    preset: record.preset,
    standby: record.standby,
    primary: isPrimary(record),
    desired: record.desired,
    status: record.status,
    health: healthOf(record),
    onAir: isOnAir(record, now, freshSeconds),
    runningSince: record.runningSince,
    bitrateBps: record.observation?.bitrateBps ?? null,
    framesPerSecond: record.observation?.framesPerSecond ?? null,
    targetBitrateBps: targetBitrateBps(record),
    operation: record.operation && toOperationResource(record.destinationId, record.operation),
    lastError: record.lastError && { ...record.lastError },
    warnings: runWarnings(record),
    detailedLogUntil: isLater(record.detailedLogUntil, now) ? record.detailedLogUntil : null,
    mediaLiveChannelId: record.held.channel?.channelId ?? null,
    mediaConnectOutputArn: record.held.flowOutput?.flowOutputArn ?? null,
    allowedActions: allowed,
    refusedActions: refused as Record<string, string>,
    pendingChanges: hasPendingChanges(record),
    cost: toDestinationCost(record, view),
    position: record.position ?? Date.parse(record.createdAt),
    revision: record.revision,
    createdAt: record.createdAt,
    lastModified: record.lastModified,
  };
}

/** True for a time that is still to come. */
function isLater(at: string | null | undefined, now: Date): at is string {
  return at !== null && at !== undefined && Date.parse(at) > now.getTime();
}

/** What makes sense now, without what the role is too weak for: that reason is told first, it does not pass. */
function actionsFor(record: Destination, role: Role | null): ReturnType<typeof actionsOf> {
  const { allowed, refused } = actionsOf(record);
  const tooWeak = ACTIONS.flatMap((action) => {
    const reason = refusalFor(role, action);
    return reason === null ? [] : [[action, reason] as const];
  });
  const all = { ...refused, ...Object.fromEntries(tooWeak) };
  return { allowed: allowed.filter((action) => all[action] === undefined), refused: all };
}

/** Reads nothing but the record: a list shows it for every row. */
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

/** The parts of a channel's price as answers give them. */
export function toShownParts(parts: readonly PricePart[]): DestinationCost['parts'] {
  return parts.map(({ part, perHour }) => ({
    part,
    perHour: toUsd(perHour),
    isComplete: isComplete(perHour),
    isAbout: perHour.isAbout,
  }));
}

/** What the preset asks for, sound included; null when it follows the source. A ladder counts as its sum. */
function targetBitrateBps(record: Destination): number | null {
  let sumBps = 0;
  for (const { encoding } of chosenEncodings(record)) {
    if (!encoding || encoding.width === null) return null;
    sumBps += encoding.videoBitrateBps + encoding.audioBitrateBps;
  }
  return sumBps;
}

/** An operation as the API shows it. */
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

/** Counts from 1. Once an operation takes back what it made, the steps of taking back are counted on. */
function progressOf({ kind, steps }: Operation): { stepNumber: number; stepCount: number } {
  const { steps: planned, undo } = OPERATIONS[kind];
  const forward = steps.filter(({ step }) => planned.some((each) => each === step)).length;
  const undoing = steps.length > forward;
  const stepCount = undoing ? forward + undo.length : planned.length;
  return { stepNumber: Math.min(Math.max(steps.length, 1), stepCount), stepCount };
}

/** Video bitrate of each encoding a platform takes, in bits per second. */
function videoBitratesOf(platformId: string): Record<string, number> {
  return Object.fromEntries(
    allowedEncodings(platformId).map((id) => [id, resolveEncoding(platformId, id)!.videoBitrateBps]),
  );
}

/** All presets as the API shows them. */
export function toPresetsResource(deployment: { copiesSource: boolean }): PresetsResource {
  return {
    platforms: listPlatforms().map((platform) => ({
      platformId: platform.platformId,
      name: platform.name,
      rtmpUrl: platform.rtmpUrl,
      rtmpUrlHint: platform.rtmpUrlHint,
      streamKeyHint: platform.streamKeyHint,
      backupRtmpUrl: platform.backupRtmpUrl,
      defaultEncoding: defaultEncodingOf(platform, deployment),
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

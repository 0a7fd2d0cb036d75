import type { Destination, Operation, OperationKind } from './destination.ts';
import type { HealthLevel } from './health-reasons.ts';
import { isPrimary } from './lifecycle.ts';
import { ABOUT_NOTHING, eventIdOf, type EventData, type EventType, type SluiceEvent } from './webhook-events.ts';

/** The events of the source and of a destination’s life. Pure. The preview has none. */

/** Returns the event of a new destination. */
export function createdEvent(record: Destination): SluiceEvent {
  return toEvent(record, {
    type: 'destination.created',
    key: 'created',
    at: record.createdAt,
    title: `${record.name} was created`,
  });
}

/** Returns the events of an operation that begins. */
export function beginningEvents(record: Destination, { kind, operationId, startedAt }: Operation): SluiceEvent[] {
  if (isPrimary(record) || kind !== 'start') return [];
  const title = `${record.name} is starting`;
  return [
    toEvent(record, { type: 'destination.started', key: operationId, at: startedAt, title, data: { operationId } }),
  ];
}

const DONE: Partial<Record<OperationKind, { type: EventType; title: string }>> = {
  stop: { type: 'destination.stopped', title: 'is off air' },
  teardown: { type: 'destination.deleted', title: 'was deleted' },
};

/** Returns the events of an operation that ended. @param finished with its outcome */
export function endingEvents(record: Destination, finished: Operation): SluiceEvent[] {
  if (isPrimary(record)) return [];
  const { kind, operationId, outcome = 'superseded', error, endedAt, startedAt } = finished;
  const about = { key: operationId, at: endedAt ?? startedAt };
  const data = { operationId, kind, outcome, code: error?.code ?? null };
  const lines = error ? [error.detail, error.remedy] : [];
  const done = outcome === 'succeeded' ? DONE[kind] : undefined;
  const title = `${record.name}: ${kind} ${outcome}`;
  return [
    toEvent(record, { ...about, type: 'operation.ended', title, lines, data }),
    ...(done ? [toEvent(record, { ...about, type: done.type, title: `${record.name} ${done.title}` })] : []),
    ...(outcome === 'failed' ? [toEvent(record, { ...about, type: 'destination.failed', title, lines, data })] : []),
  ];
}

/** Levels at which viewers get too little, and the level at which they get everything. */
const BAD: ReadonlySet<HealthLevel> = new Set(['degraded', 'reconnecting', 'down']);

/**
 * Returns the event of a change of health, if it is one: on air, degraded or recovered.
 * @param before null at the beginning of a run
 */
export function healthEvents(
  record: Destination,
  before: HealthLevel | null,
  { at, level, code, detail }: { at: string; level: HealthLevel; code: string; detail: string },
): SluiceEvent[] {
  const wasBad = before !== null && BAD.has(before);
  if (isPrimary(record) || level === before || (wasBad && BAD.has(level))) return [];
  const about = { key: at, at, data: { level, code } };
  if (BAD.has(level)) {
    const title = `${record.name} is ${level}`;
    return [toEvent(record, { ...about, type: 'destination.degraded', title, lines: [detail] })];
  }
  if (level !== 'good') return [];
  return wasBad
    ? [toEvent(record, { ...about, type: 'destination.recovered', title: `${record.name} delivers again` })]
    : [toEvent(record, { ...about, type: 'destination.on_air', title: `${record.name} is on air` })];
}

/** Returns the event of the source's connection, if it changed. @param before the observation that this one replaced */
export function sourceEvents(
  before: { connected: boolean | null; observedAt: string } | null,
  { connected, observedAt }: { connected: boolean | null; observedAt: string },
): SluiceEvent[] {
  if (before === null || connected === null || connected === before.connected) return [];
  // The first figures after a start of the flow without an encoder are no loss.
  if (!connected && before.connected !== true) return [];
  const type = connected ? 'source.connected' : 'source.lost';
  return [
    {
      eventId: eventIdOf(type, before.observedAt),
      type,
      at: observedAt,
      about: ABOUT_NOTHING,
      title: connected ? 'The source is connected' : 'The source is lost',
      lines: [],
      data: { sourceId: 'main' },
    },
  ];
}

interface Happening {
  type: EventType;
  /** Distinguishes the events of one type and destination, the same at each repeat. */
  key: string;
  at: string;
  title: string;
  lines?: string[];
  data?: EventData;
}

function toEvent(
  { destinationId, name, group }: Destination,
  { type, key, at, title, lines = [], data = {} }: Happening,
): SluiceEvent {
  return {
    eventId: eventIdOf(type, destinationId, key),
    type,
    at,
    about: { ...ABOUT_NOTHING, destinationId, group },
    title,
    lines,
    data: { destinationId, name, group, ...data },
  };
}

import type { Destination, Operation, OperationKind } from './destination.ts';
import { isPrimary } from './lifecycle.ts';
import { ABOUT_NOTHING, eventIdOf, type EventData, type EventType, type SluiceEvent } from './webhook-events.ts';

/** The events of a destination’s life. Pure. The preview has none. */

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

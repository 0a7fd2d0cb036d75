import { describe, expect, it } from 'vitest';
import { makeRecord } from '../../test/support/api.ts';
import type { Operation } from './destination.ts';
import { beginningEvents, createdEvent, endingEvents, healthEvents, sourceEvents } from './destination-events.ts';

const record = makeRecord({ group: 'Sunday', streamKeyCiphertext: 'canary-cipher' });
const operation = (changes: Partial<Operation> = {}): Operation => ({
  operationId: `${record.destinationId}-stop-4`,
  kind: 'stop',
  generation: 4,
  requestedBy: 'anna',
  startedAt: '2026-11-21T18:00:00.000Z',
  deadlineAt: '2026-11-21T18:10:00.000Z',
  steps: [],
  endedAt: '2026-11-21T18:00:09.000Z',
  outcome: 'succeeded',
  ...changes,
});
const typesOf = (changes: Partial<Operation>) => endingEvents(record, operation(changes)).map(({ type }) => type);

describe('the events of a change of health', () => {
  const at = '2026-11-21T18:00:00.000Z';
  it.each([
    [null, 'good', 'destination.on_air'],
    ['starting', 'good', 'destination.on_air'],
    ['waiting_for_source', 'good', 'destination.on_air'],
    ['degraded', 'good', 'destination.recovered'],
    ['down', 'good', 'destination.recovered'],
    ['good', 'degraded', 'destination.degraded'],
    ['starting', 'down', 'destination.degraded'],
    ['degraded', 'down', undefined],
    ['good', 'good', undefined],
    ['good', 'waiting_for_source', undefined],
    [null, 'starting', undefined],
  ] as const)('from %s to %s are %s', (before, level, type) => {
    const [event] = healthEvents(record, before, { at, level, code: 'x', detail: 'y' });
    expect(event?.type).toBe(type);
    expect(
      healthEvents({ ...record, destinationId: 'primary' }, before, { at, level, code: 'x', detail: 'y' }),
    ).toEqual([]);
  });
});

describe('the events of the source', () => {
  const seen = (connected: boolean | null, second = 0) => ({
    connected,
    observedAt: `2026-11-21T18:00:0${second}.000Z`,
  });

  it('tell a loss and a connection', () => {
    expect(sourceEvents(seen(true), seen(false, 1))[0]).toMatchObject({ type: 'source.lost' });
    expect(sourceEvents(seen(false), seen(true, 1))[0]).toMatchObject({ type: 'source.connected' });
  });

  it('are none without a change, and none for what is unknown', () => {
    for (const [before, after] of [
      [null, seen(true)],
      [seen(true), seen(true, 1)],
      [seen(true), seen(null, 1)],
      [seen(null), seen(false, 1)],
    ] as const) {
      expect(sourceEvents(before, after as ReturnType<typeof seen>)).toEqual([]);
    }
  });
});

describe('the events of a destination', () => {
  it('name it for the filters, and carry no secret', () => {
    const events = [createdEvent(record), ...endingEvents(record, operation())];
    for (const event of events) {
      expect(event.about).toMatchObject({ destinationId: record.destinationId, group: 'Sunday', isDrill: false });
      expect(JSON.stringify(event)).not.toMatch(/canary|rtmp|streamKey/);
    }
    expect(new Set(events.map(({ eventId }) => eventId)).size).toBe(events.length);
  });

  it('are the same at each repeat', () => {
    expect(endingEvents(record, operation())).toEqual(endingEvents(record, operation()));
    const [other] = endingEvents(record, operation({ operationId: `${record.destinationId}-stop-5` }));
    expect(endingEvents(record, operation())[0]!.eventId).not.toBe(other!.eventId);
  });

  it('follow how an operation ended', () => {
    expect(typesOf({})).toEqual(['operation.ended', 'destination.stopped']);
    expect(typesOf({ kind: 'teardown' })).toEqual(['operation.ended', 'destination.deleted']);
    expect(typesOf({ kind: 'start' })).toEqual(['operation.ended']);
    expect(typesOf({ outcome: 'superseded' })).toEqual(['operation.ended']);
    expect(typesOf({ outcome: 'failed' })).toEqual(['operation.ended', 'destination.failed']);
  });

  it('begin with a start only', () => {
    expect(beginningEvents(record, operation({ kind: 'start' })).map(({ type }) => type)).toEqual([
      'destination.started',
    ]);
    expect(beginningEvents(record, operation())).toEqual([]);
  });

  it('leave the preview out', () => {
    const primary = { ...record, destinationId: 'primary' };
    expect(endingEvents(primary, operation())).toEqual([]);
    expect(beginningEvents(primary, operation({ kind: 'start' }))).toEqual([]);
  });
});

import { describe, expect, it } from 'vitest';
import { makeRecord } from '../../test/support/api.ts';
import type { Operation } from './destination.ts';
import { beginningEvents, createdEvent, endingEvents } from './destination-events.ts';

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

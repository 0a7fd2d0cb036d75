import { expect, it } from 'vitest';
import { makeRecord } from '../../../test/support/api.ts';
import type { Operation } from '../../domain/destination.ts';
import {
  beginningEvents,
  createdEvent,
  endingEvents,
  healthEvents,
  sourceEvents,
} from '../../domain/destination-events.ts';
import { testEvent } from '../../domain/webhook-events.ts';
import { EVENT_EXAMPLES } from './webhooks.ts';

const at = '2026-11-21T18:00:00.000Z';
const record = makeRecord();
const operation = (changes: Partial<Operation>): Operation => ({
  operationId: `${record.destinationId}-start-4`,
  kind: 'start',
  generation: 4,
  requestedBy: 'anna',
  startedAt: at,
  deadlineAt: at,
  steps: [],
  endedAt: at,
  ...changes,
});

it('the example of an event has the fields that are sent', () => {
  const sent = [
    createdEvent(record),
    ...beginningEvents(record, operation({})),
    ...endingEvents(record, operation({ outcome: 'failed' })),
    ...endingEvents(record, operation({ kind: 'stop', outcome: 'succeeded' })),
    ...endingEvents(record, operation({ kind: 'teardown', outcome: 'succeeded' })),
    ...healthEvents(record, null, { at, level: 'good', code: 'x', detail: '' }),
    ...healthEvents(record, 'down', { at, level: 'good', code: 'x', detail: '' }),
    ...healthEvents(record, 'good', { at, level: 'down', code: 'x', detail: '' }),
    ...sourceEvents({ connected: true, observedAt: at }, { connected: false, observedAt: at }),
    ...sourceEvents({ connected: false, observedAt: at }, { connected: true, observedAt: at }),
    testEvent('tgt_1', 'Studio', new Date(at)),
  ];
  for (const { data, type } of sent) expect(Object.keys(EVENT_EXAMPLES[type]), type).toEqual(Object.keys(data));
  expect(new Set(sent.map(({ type }) => type)).size).toBe(12);
});

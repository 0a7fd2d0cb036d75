import { describe, expect, it } from 'vitest';
import { bulkOutcome, destinationsFor } from './bulk-action.ts';
import { makeDestination } from './make-destination.fixture.ts';
import { isOverdue } from './overdue.ts';

const result = {
  destinationId: 'dst_1',
  outcome: 'accepted',
  status: 'starting',
  operationId: 'op_1',
  code: null,
  detail: null,
} as const;

describe('destinationsFor', () => {
  it('takes the API’s word for it, whatever the status says', () => {
    const allowed = makeDestination({ name: 'a', status: 'error', allowedActions: ['start'] });
    const refused = makeDestination({ name: 'b', status: 'idle', allowedActions: ['edit'] });
    expect(destinationsFor('start', [allowed, refused])).toEqual([allowed]);
    expect(destinationsFor('stop', [allowed, refused])).toEqual([]);
  });
});

describe('bulkOutcome', () => {
  it('tells a refusal with its reason', () => {
    const refused = { ...result, outcome: 'refused', code: 'quota_exceeded', detail: 'no channel left' } as const;
    expect(bulkOutcome('start', refused)).toBe('Refused: no channel left');
    expect(bulkOutcome('start', { ...refused, detail: null })).toBe('Refused: Quota exceeded');
  });

  it('does not claim that something happened where nothing had to', () => {
    expect(bulkOutcome('stop', { ...result, outcome: 'unchanged' })).toBe('Nothing to do');
    expect(bulkOutcome('stop', result)).toBe('Stops');
  });
});

describe('isOverdue', () => {
  const operation = {
    operationId: 'op_1',
    destinationId: 'dst_1',
    kind: 'stop',
    state: 'running',
    requestedBy: 'operator',
    startedAt: '2026-11-21T18:00:00.000Z',
    endedAt: null,
    deadlineAt: '2026-11-21T18:05:00.000Z',
    stepNumber: 1,
    stepCount: 3,
    steps: [],
    error: null,
  } as const;
  const stopping = makeDestination({ status: 'stopping', operation: { ...operation, steps: [] } });
  const at = (time: string): number => Date.parse(`2026-11-21T${time}Z`);

  it('waits for the deadline of the API', () => {
    expect(isOverdue(stopping, at('18:05:00'))).toBe(false);
    expect(isOverdue(stopping, at('18:05:01'))).toBe(true);
  });

  it('has nothing to say where nothing is in flight', () => {
    const ended = makeDestination({ operation: { ...operation, steps: [], state: 'failed' } });
    expect(isOverdue(makeDestination(), at('19:00:00'))).toBe(false);
    expect(isOverdue(ended, at('19:00:00'))).toBe(false);
  });
});

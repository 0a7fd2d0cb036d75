import { describe, expect, it } from 'vitest';
import { stopProgress, destinationsFor, isLastRunning } from './bulk-action.ts';
import { makeDestination } from '../../../test/support/make-destination.ts';
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
  it('follows the API’s allowed actions, whatever the status', () => {
    const allowed = makeDestination({ name: 'a', status: 'error', allowedActions: ['start'] });
    const refused = makeDestination({ name: 'b', status: 'idle', allowedActions: ['edit'] });
    expect(destinationsFor('start', [allowed, refused])).toEqual([allowed]);
    expect(destinationsFor('stop', [allowed, refused])).toEqual([]);
  });
});

describe('isLastRunning', () => {
  const running = makeDestination({ destinationId: 'dst_1', status: 'running' });

  it('ignores the preview, stopped destinations and itself', () => {
    const primary = makeDestination({ destinationId: 'primary', primary: true, status: 'running' });
    expect(isLastRunning(running, [primary, running, makeDestination({ destinationId: 'dst_2' })])).toBe(true);
  });

  it('is false beside another running destination, and for a stopped one', () => {
    expect(isLastRunning(running, [running, { ...running, destinationId: 'dst_2' }])).toBe(false);
    expect(isLastRunning(makeDestination(), [])).toBe(false);
  });
});

describe('stopProgress', () => {
  const one = makeDestination({ destinationId: 'dst_1', name: 'One' });
  const two = makeDestination({ destinationId: 'dst_2', name: 'Two' });
  const results = [result, { ...result, destinationId: 'dst_2' }];
  const stopping = { status: 'stopping', desired: 'idle' } as const;
  const stopped = { status: 'idle', desired: 'idle' } as const;

  it('waits for the result, not for the acceptance', () => {
    const newest = [
      { ...one, ...stopped },
      { ...two, ...stopping },
    ];
    expect(stopProgress([one, two], results, newest)).toMatchObject({ isDone: false, failed: 0 });
  });

  it('shows a refusal with its reason', () => {
    const refused = { ...result, outcome: 'refused', code: 'quota_exceeded' } as const;
    const progress = (each: typeof refused) => stopProgress([one], [each], [one]);
    expect(progress(refused)).toMatchObject({ isDone: true, failed: 1, items: [{ detail: 'Quota exceeded' }] });
    const withDetail = { ...refused, detail: 'no channel left' } as unknown as typeof refused;
    expect(progress(withDetail).items[0]?.detail).toBe('No channel left');
  });

  it('counts a destination as failed that ended in an error or was started by someone else', () => {
    const newest = [
      { ...one, status: 'error', desired: 'idle' } as const,
      { ...two, status: 'running', desired: 'running' } as const,
    ];
    expect(stopProgress([one, two], results, newest)).toMatchObject({ isDone: true, failed: 2 });
  });

  it('is undecided until a poll after the answer', () => {
    const refused = { ...result, destinationId: 'dst_2', outcome: 'refused' } as const;
    const progress = stopProgress([one, two], [result, refused], null);
    expect(progress).toMatchObject({ isDone: false, failed: 1 });
    expect(progress.items.map(({ word }) => word)).toEqual(['Checking', 'Refused']);
  });

  it('does not wait for a deleted destination', () => {
    expect(stopProgress([one], [result], [])).toMatchObject({ isDone: true, failed: 0 });
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

  it('is false before the API’s deadline', () => {
    expect(isOverdue(stopping, at('18:05:00'))).toBe(false);
    expect(isOverdue(stopping, at('18:05:01'))).toBe(true);
  });

  it('is false without a running operation', () => {
    const ended = makeDestination({ operation: { ...operation, steps: [], state: 'failed' } });
    expect(isOverdue(makeDestination(), at('19:00:00'))).toBe(false);
    expect(isOverdue(ended, at('19:00:00'))).toBe(false);
  });
});

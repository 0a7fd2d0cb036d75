import { describe, expect, it } from 'vitest';
import { makePrimary } from '../../test/support/api.ts';
import type { Destination, Operation } from './destination.ts';
import { firstDelivery, laterStart, previewRuns } from './recording-start.ts';

const at = (second: number) => new Date(Date.UTC(2026, 10, 21, 18, 0, second)).toISOString();

function operation(kind: Operation['kind'], from: number, to: number, outcome: Operation['outcome'] = 'succeeded') {
  const common = { generation: from, requestedBy: 'test', deadlineAt: at(9_000), steps: [] };
  return { ...common, operationId: `op-${from}`, kind, startedAt: at(from), endedAt: at(to), outcome } as Operation;
}

const idle = (change: Partial<Destination> = {}): Destination => ({
  ...makePrimary(),
  ...{ status: 'idle', desired: 'idle', runningSince: null, lastModified: at(500) },
  ...change,
});

describe('the runs of the preview', () => {
  it('begin when a start has succeeded and end with the next operation', () => {
    const operations = [operation('stop', 100, 110), operation('start', 5, 9), operation('start', 200, 220, 'failed')];
    expect(previewRuns(idle(), operations)).toEqual([{ since: at(9), until: at(100) }]);
  });

  it('include the one in progress, also before its operation is in the history', () => {
    const running = { ...makePrimary(), runningSince: at(300) };
    const before = [operation('start', 5, 9), operation('stop', 100, 110)];
    const expected = [
      { since: at(9), until: at(100) },
      { since: at(300), until: null },
    ];
    expect(previewRuns(running, before)).toEqual(expected);
    expect(previewRuns(running, [...before, operation('start', 290, 300)])).toEqual(expected);
  });

  it('end with the operation in flight, or when the record was found off', () => {
    const started = [operation('start', 5, 9)];
    const stopping = idle({ status: 'stopping', operation: operation('stop', 50, 60) });
    expect(previewRuns(stopping, started)).toEqual([{ since: at(9), until: at(50) }]);
    expect(previewRuns(idle(), started)).toEqual([{ since: at(9), until: at(500) }]);
  });

  it('are none without a record', () => expect(previewRuns(null, [])).toEqual([]));
});

describe('the beginning of a recording', () => {
  const runs = [
    { since: at(10), until: at(100) },
    { since: at(200), until: null },
  ];

  it.each([
    ['during a run is what was asked for', 50, 50],
    ['before the first run is its start', 5, 10],
    ['between two runs is the start of the next one', 150, 200],
    ['in the last run is what was asked for', 300, 300],
  ])('%s', (_what, asked, expected) => expect(firstDelivery(runs, at(asked))).toBe(at(expected)));

  it('is not known after a run that has ended', () => {
    expect(firstDelivery(runs.slice(0, 1), at(100))).toBeNull();
    expect(firstDelivery([], at(1))).toBeNull();
  });

  it('moves by a segment while the run may not have delivered one yet', () => {
    const from = (second: number, end = 900) => laterStart({ startedAt: at(second), endedAt: at(end) }, runs);
    expect([from(200), from(229), from(230), from(5)]).toEqual([at(202), at(231), null, null]);
    expect(from(200, 202)).toBeNull();
  });
});

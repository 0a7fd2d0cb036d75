import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DESIRED_STATES, DESTINATION_STATUSES, OPERATION_KINDS, type Destination } from './destination.ts';
import {
  ACTIONS,
  actionsOf,
  heldAfter,
  isKept,
  isSuperseded,
  nextOperation,
  operationIdOf,
  OPERATIONS,
  parseOperationId,
  settle,
  STEPS,
  withOperation,
} from './lifecycle.ts';

const NOW = new Date('2026-11-21T12:00:00Z');

function makeDestination(change: Partial<Destination> = {}): Destination {
  return {
    destinationId: 'dst_01k8m3v0s5n2q8w4x6y7z9a1bc',
    name: 'Main',
    group: null,
    platform: 'custom',
    rtmpUrl: 'rtmp://live.example.com/app',
    streamKeyCiphertext: 'c2VhbGVk',
    streamKeyLast4: null,
    streamKeyFingerprint: null,
    preset: '720p30',
    standby: 'warm',
    desired: 'idle',
    status: 'idle',
    generation: 3,
    revision: 1,
    writeCount: 0,
    operation: null,
    held: {},
    restartRequested: false,
    lastError: null,
    observation: null,
    runningSince: null,
    createdAt: NOW.toISOString(),
    lastModified: NOW.toISOString(),
    ...change,
  };
}

const begin = (record: Destination, kind: (typeof OPERATION_KINDS)[number]) =>
  withOperation(record, kind, { now: NOW, requestedBy: 'test' });

const error = { code: 'aws_refused', detail: 'no', remedy: 'try again', at: NOW.toISOString() };

describe('nextOperation', () => {
  it('starts a destination that should run and stops one that should not', () => {
    expect(nextOperation(makeDestination({ desired: 'running' }))).toBe('start');
    expect(nextOperation(makeDestination({ desired: 'idle', status: 'running' }))).toBe('stop');
  });

  it('returns null for a destination that has reached its desired state', () => {
    expect(nextOperation(makeDestination({ desired: 'running', status: 'running' }))).toBeNull();
    expect(nextOperation(makeDestination({ desired: 'idle', status: 'idle' }))).toBeNull();
  });

  it('tears down a destination to be deleted, in every status', () => {
    for (const status of DESTINATION_STATUSES) {
      expect(nextOperation(makeDestination({ desired: 'deleted', status }))).toBe('teardown');
    }
  });

  it('never begins a second operation while one is in flight', () => {
    for (const desired of DESIRED_STATES) {
      expect(nextOperation({ ...begin(makeDestination(), 'start'), desired })).toBeNull();
    }
  });

  it('does not repeat a failed start, because each start costs, except for the primary', () => {
    expect(nextOperation(makeDestination({ desired: 'running', status: 'error' }))).toBeNull();
    expect(nextOperation(makeDestination({ desired: 'running', status: 'error', destinationId: 'primary' }))).toBe(
      'start',
    );
  });

  it('stops a failed destination that still holds a billable resource', () => {
    const held = { channelRun: { startedAt: NOW.toISOString(), generation: 3 } };
    expect(nextOperation(makeDestination({ status: 'error', held }))).toBe('stop');
    expect(nextOperation(makeDestination({ status: 'error' }))).toBeNull();
  });

  it('restarts by stopping once and starting again', () => {
    const running = makeDestination({ desired: 'running', status: 'running', restartRequested: true });
    expect(nextOperation(running)).toBe('stop');
    const stopped = settle(begin(running, 'stop'), { outcome: 'succeeded' }, NOW).record!;
    expect(stopped.restartRequested).toBe(false);
    expect(nextOperation(stopped)).toBe('start');
  });
});

describe('an operation', () => {
  it('has a new generation, a transitional status and an id that Step Functions accepts', () => {
    const record = begin(makeDestination(), 'teardown');
    expect(record).toMatchObject({ generation: 4, status: 'deleting' });
    expect(record.operation!.operationId).toMatch(/^[0-9A-Za-z_-]{1,80}$/);
  });

  it('is superseded when the desired state no longer calls for it, except for a stop', () => {
    const starting = begin(makeDestination({ desired: 'running' }), 'start');
    expect(isSuperseded(starting, starting.operation!)).toBe(false);
    expect(isSuperseded({ ...starting, desired: 'idle' }, starting.operation!)).toBe(true);
    const creating = begin(makeDestination(), 'create');
    expect(isSuperseded({ ...creating, desired: 'running' }, creating.operation!)).toBe(false);
    const stopping = begin(makeDestination(), 'stop');
    expect(isSuperseded({ ...stopping, desired: 'running' }, stopping.operation!)).toBe(false);
  });

  it('has an id that can be parsed', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('primary', 'dst_01k8m3v0s5n2q8w4x6y7z9a1bc'),
        fc.constantFrom(...OPERATION_KINDS),
        fc.integer({ min: 1, max: 999_999_999 }),
        (destinationId, kind, generation) => {
          expect(parseOperationId(operationIdOf(destinationId, kind, generation))).toEqual({
            destinationId,
            kind,
            generation,
          });
        },
      ),
    );
  });
});

describe('settle', () => {
  it('reaches the status in the table', () => {
    for (const kind of OPERATION_KINDS) {
      const { record } = settle(begin(makeDestination(), kind), { outcome: 'succeeded' }, NOW);
      expect(record?.status ?? 'gone').toBe(OPERATIONS[kind].reached);
      expect(record?.operation ?? null).toBeNull();
    }
  });

  it('keeps the held resources when an operation fails', () => {
    const held = { input: { inputId: '1', address: '127.0.0.1', port: 5000 } };
    const { record, operation } = settle(
      { ...begin(makeDestination(), 'teardown'), held },
      { outcome: 'failed', error },
      NOW,
    );
    expect(record).toMatchObject({ status: 'error', held, lastError: error });
    expect(operation).toMatchObject({ outcome: 'failed', error });
  });

  it('holds what the steps created, without what they released', () => {
    const input = { inputId: '1', address: '127.0.0.1', port: 5000 };
    const flowOutput = { flowOutputArn: 'arn', flowOutputName: 'name' };
    const at = NOW.toISOString();
    const time = { startedAt: at, endedAt: at, attempts: 1 };
    expect(heldAfter({ input }, { EnsureFlowOutput: { ...time, held: { flowOutput } } })).toEqual({
      input,
      flowOutput,
    });
    const released = { ReleaseFlowOutput: { ...time, released: 'flowOutput' } } as const;
    expect(heldAfter({ input, flowOutput }, released)).toEqual({ input });
    const { record } = settle(
      { ...begin(makeDestination(), 'stop'), held: { input, flowOutput } },
      { outcome: 'succeeded' },
      NOW,
      released,
    );
    expect(record!.held).toEqual({ input });
  });

  it('keeps the steps in the order they ran, including the failed one', () => {
    const at = (seconds: number) => new Date(NOW.getTime() + seconds * 1000).toISOString();
    const begun = begin(makeDestination({ desired: 'running' }), 'start');
    const failing = {
      ...begun,
      operation: { ...begun.operation!, steps: [{ step: 'EnsureChannel', startedAt: at(1), attempts: 3 }] },
    };
    const { operation } = settle(failing, { outcome: 'failed', error }, new Date(at(9)), {
      ReleaseInput: { startedAt: at(8), endedAt: at(9), attempts: 1 },
      EnsureInput: { startedAt: at(0), endedAt: at(1), attempts: 1 },
    });
    expect(operation.steps.map(({ step }) => step)).toEqual(['EnsureInput', 'EnsureChannel', 'ReleaseInput']);
    expect(operation.steps[1]).toMatchObject({ attempts: 3, endedAt: at(9) });
  });

  it('counts running time from the end of the start', () => {
    expect(settle(begin(makeDestination(), 'start'), { outcome: 'succeeded' }, NOW).record!.runningSince).toBe(
      NOW.toISOString(),
    );
    expect(settle(begin(makeDestination(), 'stop'), { outcome: 'succeeded' }, NOW).record!.runningSince).toBeNull();
  });
});

describe('the time AWS took', () => {
  const at = (seconds: number) => new Date(NOW.getTime() + seconds * 1000).toISOString();
  const step = (from: number, to: number, attempts: number) => ({ startedAt: at(from), endedAt: at(to), attempts });

  it('is recorded for steps that had to wait', () => {
    const known = makeDestination({ tookMs: { EnsureInput: 3_000, EnsureChannelRun: 60_000 } });
    const results = { EnsureInput: step(0, 1, 1), EnsureChannel: step(1, 7, 6), EnsureChannelRun: step(7, 97, 30) };
    const { record } = settle(begin(known, 'start'), { outcome: 'succeeded' }, NOW, results);
    expect(record!.tookMs).toEqual({ EnsureInput: 3_000, EnsureChannel: 6_000, EnsureChannelRun: 90_000 });
  });

  it('is not recorded from a failed start, nor from a stop', () => {
    const waited = { EnsureChannelRun: step(0, 90, 30) };
    const failed = settle(begin(makeDestination(), 'start'), { outcome: 'failed', error }, NOW, waited);
    expect(failed.record!.tookMs).toBeUndefined();
    const released = { ReleaseChannelRun: step(0, 30, 12) };
    const stopped = settle(begin(makeDestination(), 'stop'), { outcome: 'succeeded' }, NOW, released);
    expect(stopped.record!.tookMs).toBeUndefined();
  });
});

describe('standby', () => {
  it('keeps channel and input of a warm destination after a stop or a failed start, and nothing of a cold one', () => {
    for (const kind of ['start', 'stop'] as const) {
      const warm = begin(makeDestination(), kind);
      const cold = begin(makeDestination({ standby: 'cold' }), kind);
      expect(['input', 'channel', 'flowOutput', 'channelRun'].filter((r) => isKept(warm, r as never))).toEqual([
        'input',
        'channel',
      ]);
      expect(['input', 'channel', 'flowOutput', 'channelRun'].filter((r) => isKept(cold, r as never))).toEqual([]);
    }
  });

  it('keeps nothing of a destination that is to be deleted', () => {
    expect(isKept({ ...begin(makeDestination(), 'start'), desired: 'deleted' }, 'channel')).toBe(false);
    expect(isKept(begin(makeDestination(), 'teardown'), 'input')).toBe(false);
  });
});

describe('actionsOf', () => {
  it('gives a reason for every action it refuses', () => {
    for (const status of DESTINATION_STATUSES) {
      for (const desired of DESIRED_STATES) {
        const { allowed, refused } = actionsOf(makeDestination({ status, desired }));
        for (const action of ACTIONS) expect(allowed.includes(action)).toBe(refused[action] === undefined);
      }
    }
  });

  it('allows stop during a start and start during a stop', () => {
    expect(actionsOf(begin(makeDestination({ desired: 'running' }), 'start')).allowed).toContain('stop');
    expect(actionsOf(begin(makeDestination({ desired: 'idle' }), 'stop')).allowed).toContain('start');
  });

  it('allows every way out of error', () => {
    expect(actionsOf(makeDestination({ status: 'error', desired: 'running' })).allowed).toEqual([
      'start',
      'stop',
      'edit',
      'delete',
    ]);
  });

  it('allows one restart of a destination on air', () => {
    const running = makeDestination({ status: 'running', desired: 'running' });
    expect(actionsOf(running).allowed).toEqual(['stop', 'restart', 'edit', 'delete']);
    expect(actionsOf({ ...running, restartRequested: true }).refused.restart).toBe(
      'it is about to be restarted already',
    );
    expect(actionsOf({ ...running, desired: 'idle' }).refused.restart).toBe('it is off air, or about to be');
    expect(actionsOf(makeDestination()).refused.restart).toBe('it is off air, or about to be');
    expect(actionsOf(begin(makeDestination({ desired: 'running' }), 'start')).refused.restart).toBe(
      'it is starting; restart is possible when running',
    );
  });

  it('allows nothing for the primary', () => {
    expect(
      actionsOf(makeDestination({ destinationId: 'primary', desired: 'running', status: 'running' })).allowed,
    ).toEqual([]);
  });
});

describe('the lifecycle tables', () => {
  it('release in the reverse order of creation', () => {
    const made = OPERATIONS.start.steps.map((step) => STEPS[step].resource);
    const undone = OPERATIONS.start.undo.map((step) => STEPS[step].resource);
    expect(undone).toEqual(made.toReversed());
    expect(OPERATIONS.teardown.steps).toEqual(OPERATIONS.start.undo);
  });
});

import { describe, expect, it } from 'vitest';
import type { DestinationResource } from '../../../functions/api/schemas/destinations.ts';
import type { FlowStatusResource } from '../../../functions/api/schemas/flow.ts';
import type { GroupStartResource } from '../../../functions/api/schemas/group-starts.ts';
import { paceOf } from './pace.ts';

const QUIET = { primary: false, desired: 'idle', status: 'idle', operation: null };
const pace = (
  changes: { destination?: object; flow?: string; groupStart?: string } = {},
  secondsAgo = 3600,
): ReturnType<typeof paceOf> =>
  paceOf(
    {
      destinations: [{ ...QUIET, ...changes.destination } as DestinationResource],
      flow: { status: changes.flow ?? 'ACTIVE' } as FlowStatusResource,
      groupStarts: changes.groupStart ? [{ state: changes.groupStart } as GroupStartResource] : undefined,
    },
    { nowMs: 10_000_000, activeAtMs: 10_000_000 - secondsAgo * 1000 },
  );

describe('paceOf', () => {
  it.each([
    [{ destination: { status: 'running' } }],
    [{ destination: { status: 'starting' } }],
    [{ destination: { status: 'error', desired: 'running' } }],
    [{ destination: { operation: { state: 'running' } } }],
    [{ flow: 'STARTING' }],
    [{ groupStart: 'running' }],
  ])('is busy with %o', (changes) => {
    expect(pace(changes)).toBe('busy');
  });

  it('is busy before the first answer', () => {
    const unknown = { destinations: undefined, flow: undefined, groupStarts: undefined };
    expect(paceOf(unknown, { nowMs: 0, activeAtMs: 0 })).toBe('busy');
  });

  it('is idle with nothing but the primary', () => {
    expect(pace({ destination: { primary: true, status: 'running', desired: 'running' } })).toBe('idle');
    expect(pace({ groupStart: 'ended' })).toBe('idle');
  });

  it('is quiet for a minute after something happened', () => {
    expect([pace({}, 59), pace({}, 61)]).toEqual(['quiet', 'idle']);
  });
});

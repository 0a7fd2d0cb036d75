import { describe, expect, it } from 'vitest';
import { makeRecord } from '../../test/support/api.ts';
import { showActorOf } from './show-handover.ts';
import { decideShowStart } from './show-start.ts';

const at = (time: string) => new Date(`2026-12-06T${time}Z`);
const BEFORE = at('09:00:00').toISOString();
const LATER = at('09:57:05').toISOString();
const show = { showId: 'shw_1', title: 'Service' };
const other = { showId: 'shw_2', title: 'Concert' };
const request = (desiredAtDecision?: string | null) => ({
  show,
  destination: desiredAtDecision === undefined ? {} : { desiredAtDecision },
  decidedAt: at('09:57:00'),
  now: at('09:57:10'),
});
const idle = makeRecord({ status: 'idle', desired: 'idle', operation: null });

describe('a start that a show requests', () => {
  it('begins when the desired state is as it was at the decision', () => {
    for (const desiredAt of [BEFORE, undefined]) {
      const { record, begins } = decideShowStart({ ...idle, desiredAt }, request(desiredAt ?? null));
      expect([record.desired, begins]).toEqual(['running', 'start']);
    }
  });

  it('repeats a failed start once, and not when its own start has failed', () => {
    const failed = { ...idle, status: 'error', desired: 'running' } as const;
    expect(decideShowStart({ ...failed, desiredAt: BEFORE }, request(BEFORE)).begins).toBe('start');
    expect(decideShowStart({ ...failed, desiredAt: LATER }, request(BEFORE)).begins).toBeNull();
  });

  it('is refused for a destination that was stopped since', () => {
    const stopped = { ...idle, desiredAt: LATER, desiredBy: 'operator' };
    expect(() => decideShowStart(stopped, request(BEFORE))).toThrow('it was stopped meanwhile by operator');
    expect(() => decideShowStart(stopped, request(null))).toThrow('it was stopped meanwhile by operator');
  });

  it('takes what another show has on air, once', () => {
    const onAir = { ...idle, status: 'running', desired: 'running', desiredBy: showActorOf(other, 'start') } as const;
    const { record, begins } = decideShowStart({ ...onAir, desiredAt: BEFORE }, request(BEFORE));
    expect([record.desiredBy, record.desiredAt, begins]).toEqual([
      showActorOf(show, 'start'),
      at('09:57:10').toISOString(),
      null,
    ]);
    expect(decideShowStart(record, { ...request(BEFORE), now: at('09:57:20') }).record).toBe(record);
  });

  it('starts what another show stopped since, and is refused what another show took since', () => {
    const stopped = { ...idle, desiredAt: LATER, desiredBy: showActorOf(other, 'end by the clock') };
    expect(decideShowStart(stopped, request(BEFORE)).begins).toBe('start');
    const taken = { ...idle, desired: 'running', desiredAt: LATER, desiredBy: showActorOf(other, 'start') } as const;
    expect(() => decideShowStart(taken, request(BEFORE))).toThrow('the show "Concert" has taken it meanwhile');
  });

  it('does not start again what its own end has stopped', () => {
    const stopped = { ...idle, desiredAt: LATER, desiredBy: showActorOf(show, 'cancelled') };
    expect(() => decideShowStart(stopped, request(BEFORE))).toThrow('it was stopped meanwhile');
  });

  it('is decided again when its process slept', () => {
    const late = { ...request(BEFORE), now: at('09:58:01') };
    expect(() => decideShowStart({ ...idle, desiredAt: BEFORE }, late)).toThrow('more than a minute after');
  });

  it('begins for a show that was stored without the time of the decision', () => {
    expect(decideShowStart({ ...idle, desiredAt: LATER }, request()).begins).toBe('start');
  });
});

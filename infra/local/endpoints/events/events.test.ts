import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Clock } from '../../host/clock.ts';
import type { AwsEvent } from '../wire/local-service.ts';
import { createEventBus } from './event-bus.ts';
import { createScheduler } from './scheduler.ts';

/** Creates a clock that moves only on `advance`, and runs due timers on the way. */
function makeManualClock(): Clock & { advance(byMs: number): Promise<void> } {
  let nowMs = 0;
  let timers: { atMs: number; action: () => void }[] = [];
  return {
    now: () => nowMs,
    after(delayMs, action) {
      const timer = { atMs: nowMs + delayMs, action };
      timers.push(timer);
      return () => (timers = timers.filter((other) => other !== timer));
    },
    async advance(byMs) {
      const endMs = nowMs + byMs;
      for (;;) {
        await new Promise((resolve) => setImmediate(resolve));
        const due = timers.filter((timer) => timer.atMs <= endMs).sort((a, b) => a.atMs - b.atMs)[0];
        if (due === undefined) break;
        nowMs = due.atMs;
        timers = timers.filter((timer) => timer !== due);
        due.action();
      }
      nowMs = endMs;
    },
  };
}

function makeEvent(source: string, detailType: string): AwsEvent {
  return {
    version: '0',
    id: '1',
    source,
    'detail-type': detailType,
    account: '000000000000',
    region: 'us-east-1',
    time: '2026-11-21T00:00:00Z',
    resources: [],
    detail: { state: 'RUNNING' },
  };
}

beforeEach(() => void vi.spyOn(console, 'error').mockImplementation(() => {}));
afterEach(() => vi.restoreAllMocks());

describe('createEventBus', () => {
  it('delivers an event only to targets whose pattern it matches', async () => {
    const clock = makeManualClock();
    const bus = createEventBus({ clock });
    const got: string[] = [];
    const note = (name: string) => async (event: AwsEvent) => void got.push(`${name} ${event.source}`);
    bus.subscribe({}, note('all'));
    bus.subscribe({ source: ['aws.medialive'] }, note('medialive'));
    bus.subscribe({ source: ['aws.medialive'], detailType: ['other'] }, note('never'));
    const end = bus.subscribe({ detailType: ['change'] }, note('ended'));
    end();
    bus.put(makeEvent('aws.medialive', 'change'));
    bus.put(makeEvent('aws.mediaconnect', 'change'));
    expect(got).toEqual([]);
    await clock.advance(0);
    expect(got).toEqual(['all aws.medialive', 'medialive aws.medialive', 'all aws.mediaconnect']);
  });

  it('retries a failing target, gives up with a log line, and spares the publisher and other targets', async () => {
    const clock = makeManualClock();
    const bus = createEventBus({ clock });
    let attempts = 0;
    let second = 0;
    bus.subscribe({}, () => {
      attempts += 1;
      throw new Error('down');
    });
    bus.subscribe({}, async () => {
      second += 1;
      if (second === 1) throw new Error('once');
    });
    bus.put(makeEvent('aws.medialive', 'change'));
    await clock.advance(60_000);
    expect([attempts, second]).toEqual([4, 2]);
    expect(vi.mocked(console.error).mock.calls).toHaveLength(1);
  });

  it('gives each target its own copy of the event', async () => {
    const clock = makeManualClock();
    const bus = createEventBus({ clock });
    const states: unknown[] = [];
    for (let index = 0; index < 2; index += 1) {
      bus.subscribe({}, async (event) => {
        states.push(event.detail['state']);
        event.detail['state'] = 'CHANGED';
      });
    }
    bus.put(makeEvent('aws.medialive', 'change'));
    await clock.advance(0);
    expect(states).toEqual(['RUNNING', 'RUNNING']);
  });

  it('delivers nothing after close', async () => {
    const clock = makeManualClock();
    const bus = createEventBus({ clock });
    let attempts = 0;
    bus.subscribe({}, async () => {
      attempts += 1;
      throw new Error('down');
    });
    bus.put(makeEvent('aws.medialive', 'change'));
    await bus.close();
    bus.put(makeEvent('aws.medialive', 'change'));
    await clock.advance(60_000);
    expect(attempts).toBe(1);
  });
});

describe('createScheduler', () => {
  it('runs each action at its own interval, even after errors', async () => {
    const clock = makeManualClock();
    const scheduler = createScheduler({ clock });
    const runs: string[] = [];
    scheduler.every(10, 'sweep', async () => void runs.push(`sweep ${clock.now()}`));
    scheduler.every(15, 'report', () => {
      runs.push(`report ${clock.now()}`);
      throw new Error('down');
    });
    await clock.advance(25_000);
    expect(runs).toEqual(['sweep 10000', 'report 15000', 'sweep 20000']);
    expect(vi.mocked(console.error).mock.calls).toHaveLength(1);
    await clock.advance(5_000);
    expect(runs).toHaveLength(5);
  });

  it('never overlaps two runs of the same name', async () => {
    const clock = makeManualClock();
    const scheduler = createScheduler({ clock });
    let started = 0;
    const { promise: work, resolve: finish } = Promise.withResolvers<void>();
    scheduler.every(1, 'sweep', () => {
      started += 1;
      return work;
    });
    await clock.advance(5_000);
    expect(started).toBe(1);
    finish();
    await clock.advance(1_000);
    expect(started).toBe(2);
  });

  it('skips the runs that are due while it is paused', async () => {
    const clock = makeManualClock();
    let isPaused = false;
    const scheduler = createScheduler({ clock, isPaused: () => isPaused });
    const runs: number[] = [];
    scheduler.every(1, 'monitor', async () => void runs.push(clock.now()));
    await clock.advance(1_000);
    isPaused = true;
    await clock.advance(3_000);
    isPaused = false;
    await clock.advance(1_000);
    expect(runs).toEqual([1_000, 5_000]);
  });

  it('close waits for the run in progress and starts no other', async () => {
    const clock = makeManualClock();
    const scheduler = createScheduler({ clock });
    let started = 0;
    const { promise: work, resolve: finish } = Promise.withResolvers<void>();
    scheduler.every(1, 'sweep', () => {
      started += 1;
      return work;
    });
    await clock.advance(1_000);
    let isClosed = false;
    const closed = scheduler.close().then(() => (isClosed = true));
    await clock.advance(5_000);
    expect(isClosed).toBe(false);
    finish();
    await closed;
    await clock.advance(5_000);
    expect(started).toBe(1);
  });
});

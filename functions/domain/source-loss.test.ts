import { describe, expect, it } from 'vitest';
import { makeRunning } from '../../test/support/api.ts';
import { classify, healthOf, isOnAir } from './health.ts';
import type { Destination, Observation, PipelineFigures } from './destination.ts';
import { destinationSignals } from './incident-signals.ts';
import { withSource } from './observed-source.ts';
import { holdMinutesOf, onSourceLossOf, stopDueAt } from './source-loss.ts';
import { toUptimeChanges, uptimeWithin } from './uptime.ts';

const AT = '2026-11-21T18:30:00.000Z';
const seen = (changes: Partial<Observation> = {}): Observation => ({ observedAt: AT, alerts: [], ...changes });
const LIVE = { channelState: 'RUNNING', sourceConnected: true, activeOutputs: 1 };
const LOST = { channelState: 'RUNNING', sourceConnected: false, activeOutputs: 1 };
const later = (minutes: number) => new Date(Date.parse(AT) + minutes * 60_000).toISOString();
const channel = (holds: boolean): Pick<Destination, 'held'> => ({
  held: { channel: { channelId: '1', channelArn: 'arn', configurationHash: 'h', holds } },
});

describe('what happens at the loss of the source', () => {
  it('follows the platform where the record does not say: hold where losing the connection ends the broadcast', () => {
    const at = (platform: string) => onSourceLossOf(makeRunning({ platform }));
    expect(['youtube', 'facebook', 'twitch', 'kick', 'linkedin'].map(at)).toEqual(Array(5).fill('hold'));
    expect(['x', 'custom', 'srt'].map(at)).toEqual(Array(3).fill('wait'));
    expect(onSourceLossOf(makeRunning({ platform: 'youtube', onSourceLoss: 'wait' }))).toBe('wait');
    expect(onSourceLossOf({ ...makeRunning({ platform: 'youtube' }), destinationId: 'primary' })).toBe('wait');
  });

  it('is limited to ten minutes, unless the record says otherwise or waits', () => {
    expect(holdMinutesOf(makeRunning({ onSourceLoss: 'hold' }))).toBe(10);
    expect(holdMinutesOf(makeRunning({ onSourceLoss: 'stop', holdMinutes: 3 }))).toBe(3);
    expect(holdMinutesOf(makeRunning({ onSourceLoss: 'hold', holdMinutes: 0 }))).toBeNull();
    expect(holdMinutesOf(makeRunning({ onSourceLoss: 'wait', holdMinutes: 3 }))).toBeNull();
    const lost = { ...seen(LOST), sourceLostSince: AT };
    expect(stopDueAt(makeRunning({ onSourceLoss: 'hold', holdMinutes: 0, observation: lost }))).toBeNull();
    expect(stopDueAt(makeRunning({ onSourceLoss: 'hold', holdMinutes: 1, observation: lost }))).not.toBeNull();
  });

  it('counts the time from the loss of a source that had delivered in this run', () => {
    const lostAt = (observation: Observation) =>
      stopDueAt(makeRunning({ onSourceLoss: 'hold', observation }))?.toISOString() ?? null;
    const live = withSource(seen(LIVE), channel(true), null);
    const lost = withSource(seen({ ...LOST, observedAt: later(1) }), channel(true), live);
    const still = withSource(seen({ ...LOST, observedAt: later(5) }), channel(true), lost);
    expect(lostAt(still)).toBe(later(11));
    const unknown = withSource(seen({ observedAt: later(6) }), channel(true), still);
    expect(lostAt(unknown)).toBe(later(11));
    expect(lostAt(withSource(seen({ ...LIVE, observedAt: later(7) }), channel(true), unknown))).toBeNull();
    expect(lostAt(withSource(seen(LOST), channel(true), null))).toBeNull();
  });

  it('does not count a loss that an earlier run saw', () => {
    const observation = { ...seen(LOST), hadSource: true, sourceLostSince: AT };
    expect(stopDueAt(makeRunning({ onSourceLoss: 'hold', observation }))?.toISOString()).toBe(later(10));
    expect(stopDueAt(makeRunning({ onSourceLoss: 'hold', observation, runningSince: later(1) }))).toBeNull();
  });
});

describe('a slate for a lost source', () => {
  it('is on air only while an output is written and the channel holds', () => {
    expect(withSource(seen(LOST), channel(true), null).slate).toBe('hold');
    expect(withSource(seen({ ...LOST, activeOutputs: 0 }), channel(true), null).slate).toBeUndefined();
    expect(withSource(seen(LOST), channel(false), null).slate).toBeUndefined();
    expect(withSource(seen(LIVE), channel(true), null).slate).toBeUndefined();
    expect(withSource(seen({ ...LIVE, fillMs: 1_000 }), channel(true), null).slate).toBe('hold');
  });

  it('is never green, and no trouble of the destination', () => {
    const observation = withSource(seen(LOST), channel(true), null);
    const record = makeRunning({ observation, runningSince: null });
    expect(healthOf(record)).toMatchObject({ code: 'slate_held', level: 'slate' });
    expect(isOnAir(record, new Date(AT), 60)).toBe(false);
    expect(destinationSignals(record, new Date(AT)).signals).toMatchObject({ deliversNothing: false });
  });

  it('counts as waiting in the uptime', () => {
    const health = { at: AT, kind: 'health' as const, code: 'slate_held' as const };
    const changes = toUptimeChanges([{ at: AT, kind: 'requested' }, health, { at: later(1), kind: 'released' }]);
    const { seconds } = uptimeWithin(changes, { from: new Date(AT), to: new Date(later(2)) });
    expect(seconds).toMatchObject({ waiting: 60, delivering: 0 });
  });

  it('is on air with a backup ingest only while neither pipeline has the source', () => {
    const filled = { activeOutputs: 1, fillMs: 1_000 };
    const fed = { activeOutputs: 1, fillMs: 0 };
    const of = (main: object, backup: PipelineFigures) =>
      withSource(seen({ channelState: 'RUNNING', sourceConnected: true, ...main, backup }), channel(true), null);
    const both = of(filled, filled);
    expect(both.slate).toBe('hold');
    expect(classify(both).code).toBe('slate_held');
    expect(of(filled, fed)).toMatchObject({ hadSource: true });
    for (const one of [of(filled, fed), of(fed, filled)]) {
      expect([one.slate, one.sourceLostSince]).toEqual([undefined, undefined]);
    }
    expect(classify(of(filled, fed)).code).toBe('main_ingest_failing');
    expect(classify(of(fed, filled)).code).toBe('backup_ingest_failing');
  });

  it('gives way to a failure of the platform', () => {
    const alerts = [{ alertType: 'Failed RTMP Connection', message: '', setAt: AT }];
    expect(classify({ ...withSource(seen(LOST), channel(true), null), alerts }).code).not.toBe('slate_held');
  });
});

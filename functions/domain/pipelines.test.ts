import { describe, expect, it } from 'vitest';
import type { Observation } from './destination.ts';
import { classify, healthOf, ingestHealth, isKnownOffAir, isOnAir, withHealthSince } from './health.ts';

const AT = '2026-12-01T12:00:00.000Z';
const NOW = new Date(AT);
const figures = { activeOutputs: 1, bitrateBps: 4_500_000, framesPerSecond: 30 };
const good: Observation = {
  ...figures,
  observedAt: AT,
  channelState: 'RUNNING',
  alerts: [],
  sourceConnected: true,
  backup: figures,
};
const failed = (pipelineId: '0' | '1') => ({
  alertType: 'Failed RTMP Connection',
  message: 'connection_refused: nothing listens there, attempt 3, next attempt at 2026-12-01T12:00:30.000Z',
  setAt: AT,
  ...(pipelineId === '1' ? { pipelineId } : {}),
});
const mainDown = { ...good, activeOutputs: 0, alerts: [failed('0')] };
const backupDown = { ...good, backup: { activeOutputs: 0 }, alerts: [failed('1')] };
const bothDown = { ...good, activeOutputs: 0, backup: { activeOutputs: 0 }, alerts: [failed('0'), failed('1')] };
const running = (observation: Observation) => ({ status: 'running' as const, observation, runningSince: AT });

describe('the health of a destination with a backup ingest', () => {
  it('is good only when both pipelines deliver', () => {
    expect(classify(good).code).toBe('delivering');
    expect(isOnAir(running(good), NOW, 60)).toBe(true);
  });

  it('is degraded and names the backup ingest when only that one fails', () => {
    expect(healthOf(running(backupDown))).toMatchObject({
      ...{ level: 'degraded', code: 'backup_ingest_failing', attempt: 3, nextAttemptAt: '2026-12-01T12:00:30.000Z' },
      detail: 'backup ingest not accepting: nothing listens there',
      remedy: expect.stringContaining('main ingest continues'),
    });
    expect(isOnAir(running(backupDown), NOW, 60)).toBe(false);
  });

  it('is degraded and names the main ingest when only that one fails', () => {
    expect(healthOf(running(mainDown))).toMatchObject({
      ...{ level: 'degraded', code: 'main_ingest_failing' },
      detail: 'main ingest not accepting: nothing listens there',
    });
  });

  it('never becomes down while one pipeline delivers, however long the other fails', () => {
    const hours = new Date(NOW.getTime() + 7_200_000).toISOString();
    const observation = withHealthSince({ ...backupDown, observedAt: hours }, withHealthSince(backupDown, null));
    expect(healthOf(running(observation))).toMatchObject({ level: 'degraded', severity: 'fatal' });
    expect(isKnownOffAir(running(observation), new Date(hours), 60)).toBe(false);
  });

  it('becomes down as that of one pipeline when both fail', () => {
    expect(classify(bothDown)).toMatchObject({ code: 'connection_refused', detail: 'nothing listens there' });
    const later = new Date(NOW.getTime() + 200_000).toISOString();
    const observation = withHealthSince({ ...bothDown, observedAt: later }, withHealthSince(bothDown, null));
    expect(healthOf(running(observation)).level).toBe('down');
  });

  it('is unknown while nothing is known of the backup ingest', () => {
    expect(classify({ ...good, backup: {} }).code).toBe('not_observed');
    expect(isOnAir(running({ ...good, backup: {} }), NOW, 60)).toBe(false);
  });

  it('is starting while one pipeline connects, and degraded when that takes too long', () => {
    const connecting = { ...good, backup: { activeOutputs: 0 } };
    expect(healthOf(running(connecting))).toMatchObject({ level: 'starting', code: 'backup_ingest_starting' });
    const later = new Date(NOW.getTime() + 10_000).toISOString();
    const observation = withHealthSince({ ...connecting, observedAt: later }, withHealthSince(connecting, null));
    expect(healthOf(running(observation))).toMatchObject({ level: 'degraded', code: 'backup_ingest_failing' });
  });

  it('says that an ingest delivers badly without saying that it does not accept', () => {
    const slow = { ...good, backup: { ...figures, unsentFrames: 12 } };
    expect(classify(slow)).toMatchObject({
      code: 'backup_ingest_failing',
      detail: 'backup ingest: the platform accepts the stream more slowly than it is sent',
    });
  });

  it('is waiting for the source when neither pipeline has one', () => {
    expect(classify({ ...good, sourceConnected: false, backup: {} }).code).toBe('no_source');
    const filled = { ...good, fillMs: 1000, activeOutputs: 0, backup: { fillMs: 1000, activeOutputs: 1 } };
    expect(classify(filled).code).toBe('filling');
    expect(isKnownOffAir(running(filled), NOW, 60)).toBe(false);
    expect(isKnownOffAir(running({ ...filled, backup: { fillMs: 1000, activeOutputs: 0 } }), NOW, 60)).toBe(true);
  });
});

describe('the ingests of a destination', () => {
  it('are shown each on its own', () => {
    expect(ingestHealth(running(backupDown))).toMatchObject([
      { ingest: 'main', level: 'good', code: 'delivering', bitrateBps: 4_500_000, framesPerSecond: 30 },
      { ingest: 'backup', level: 'reconnecting', code: 'connection_refused', attempt: 3, bitrateBps: null },
    ]);
  });

  it('are not listed for one pipeline, and not off air', () => {
    const { backup: _backup, ...single } = good;
    expect(ingestHealth(running(single))).toEqual([]);
    expect(ingestHealth({ ...running(good), status: 'idle' })).toEqual([]);
  });
});

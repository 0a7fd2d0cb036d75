import { describe, expect, it } from 'vitest';
import type { Observation } from './destination.ts';
import { destinationSignals } from './incident-signals.ts';
import { lostConnectionsOf, withLostConnections } from './lost-connections.ts';
import { newDestination } from './new-destination.ts';

const START = Date.parse('2026-11-21T18:00:00Z');
const at = (seconds: number) => new Date(START + seconds * 1000);
const writing = { activeOutputs: 1, bitrateBps: 4_000_000, framesPerSecond: 30 };

const lost = (pipelineId: string) => ({
  alertType: 'Failed RTMP Connection',
  message: 'connection_lost: the far end closed the connection, attempt 1',
  setAt: at(0).toISOString(),
  pipelineId,
});
const UP: Partial<Observation> = {};
const DOWN: Partial<Observation> = { alerts: [lost('0')] };
const BACKUP_UP: Partial<Observation> = { backup: writing };
const BACKUP_DOWN: Partial<Observation> = { backup: writing, alerts: [lost('1')] };
const BOTH_DOWN: Partial<Observation> = { backup: writing, alerts: [lost('0'), lost('1')] };

/** Plays observations, given with their second, and returns the last. */
function play(steps: [number, Partial<Observation>][]): Observation {
  return steps.reduce<Observation | null>((before, [seconds, change]) => {
    const next = { observedAt: at(seconds).toISOString(), channelState: 'RUNNING', alerts: [], ...writing, ...change };
    return withLostConnections(next, before);
  }, null)!;
}

const backupCounts = (reconnects: number): Partial<Observation> => ({ backup: { ...writing, reconnects } });

describe('the lost connections of a destination', () => {
  it('are counted once per trouble, and forgotten after five minutes', () => {
    const twice = play([
      [0, UP],
      [1, DOWN],
      [2, DOWN],
      [3, UP],
      [4, DOWN],
      [5, UP],
    ]);
    expect(lostConnectionsOf(twice)).toEqual({ count: 2, detail: null });
    const over = play([
      [0, UP],
      [1, DOWN],
      [2, UP],
      [301, UP],
    ]);
    expect(over.lostConnections).toBeUndefined();
  });

  it('follow the rise of the engine’s count', () => {
    const counted = play([0, 1, 1, 2, 0].map((reconnects, second) => [second, { reconnects }]));
    expect(counted.lostConnections).toHaveLength(2);
  });

  it('are none for the first connection of a run', () => {
    const connecting = { activeOutputs: 0 };
    expect(
      play([
        [0, connecting],
        [1, UP],
      ]).lostConnections,
    ).toBeUndefined();
    const backupConnecting = { backup: { activeOutputs: 0 } };
    expect(
      play([
        [0, backupConnecting],
        [1, BACKUP_UP],
      ]).lostBackupConnections,
    ).toBeUndefined();
  });

  it('of the backup ingest are counted by its alerts and by the engine’s count', () => {
    const steps = [BACKUP_UP, BACKUP_DOWN, BACKUP_UP, BACKUP_DOWN].map((change, second) => [second, change]);
    expect(lostConnectionsOf(play(steps as [number, Partial<Observation>][]))).toEqual({
      count: 2,
      detail: 'connections lost in five minutes: main ingest 0, backup ingest 2',
    });
    const counted = play([0, 1, 2].map((reconnects, second) => [second, backupCounts(reconnects)]));
    expect([counted.lostBackupConnections?.length, counted.lostConnections]).toEqual([2, undefined]);
  });

  it('of the main ingest are counted while the backup ingest delivers', () => {
    const seen = play([
      [0, BACKUP_UP],
      [1, { ...BACKUP_UP, alerts: [lost('0')] }],
    ]);
    expect(seen.lostConnections).toHaveLength(1);
  });

  it('count a fault that interrupts both ingests once', () => {
    const seen = play([
      [0, BACKUP_UP],
      [1, BOTH_DOWN],
    ]);
    expect(lostConnectionsOf(seen)).toMatchObject({
      count: 1,
      detail: expect.stringContaining('main ingest 1, backup'),
    });
  });

  it('are a signal that names the ingest', () => {
    const observation = play([0, 1, 2, 3].map((reconnects, second) => [second, backupCounts(reconnects)]));
    const chosen = { destinationId: 'dst_00000000000000000000000001', name: 'Main', platform: 'youtube' } as const;
    const more = { rtmpUrl: 'rtmp://a.example/live', preset: '720p30', standby: 'warm', status: 'running' } as const;
    const record = newDestination({ ...chosen, ...more, runningSince: at(0).toISOString(), observation }, at(0));
    const { signals, details } = destinationSignals(record, at(4));
    expect([signals['reconnects'], details?.['reconnects']]).toEqual([
      3,
      'connections lost in five minutes: main ingest 0, backup ingest 3',
    ]);
  });
});

import { describe, expect, it } from 'vitest';
import type { Destination, Observation } from './destination.ts';
import { deploymentSignals, destinationSignals, goneSubjects, sourceSignals } from './incident-signals.ts';
import { makeCeiling, makeSpending } from '../../test/support/make-ceiling.ts';
import { ceilingSignals, moneySubjectOf } from './ceiling-signals.ts';
import { RULE_IDS, INCIDENT_RULES, ruleOf } from './incident-rules.ts';
import { known, sum, unknown, type Money } from './money.ts';
import { newDestination } from './new-destination.ts';

const START = Date.parse('2026-11-21T18:00:00Z');
const at = (seconds: number) => new Date(START + seconds * 1000);

function destination(change: Partial<Destination> = {}): Destination {
  const chosen = {
    destinationId: 'dst_00000000000000000000000001',
    name: 'Main YouTube',
    platform: 'youtube',
    rtmpUrl: 'rtmp://ingest.example/live',
    preset: '720p30',
    standby: 'warm',
    status: 'running',
    runningSince: at(0).toISOString(),
  } as const;
  return newDestination({ ...chosen, ...change }, at(0));
}

const observed = (seconds: number, change: Partial<Observation> = {}): Observation => ({
  observedAt: at(seconds).toISOString(),
  channelState: 'RUNNING',
  alerts: [],
  activeOutputs: 1,
  bitrateBps: 4_000_000,
  framesPerSecond: 30,
  ...change,
});

describe('the source’s signals', () => {
  const running = [destination()];
  const arriving = { isFlowUp: true, connected: true };
  const lostOf = (seen: Parameters<typeof sourceSignals>[0], records = running) =>
    sourceSignals(seen, records).signals['lost'];

  it('report a loss only while something is on air', () => {
    expect(lostOf({ isFlowUp: true, connected: false })).toBe(true);
    expect(lostOf({ isFlowUp: true, connected: false }, [])).toBe(false);
    expect(lostOf({ isFlowUp: true, connected: false }, [destination({ status: 'idle' })])).toBe(false);
    expect(lostOf(arriving)).toBe(false);
  });

  it('report a loss when the flow is stopped under what is on air', () => {
    const { signals, details } = sourceSignals({ isFlowUp: false }, running);
    expect([signals['lost'], details?.['lost']]).toEqual([true, 'the flow is not running']);
  });

  it('say what is paid while nothing arrives, unless nothing is billed or the price is unknown', () => {
    const lostFor = (costPerHour?: Money) =>
      sourceSignals({ isFlowUp: true, connected: false, ...(costPerHour ? { costPerHour } : {}) }, running).details![
        'lost'
      ];
    expect(lostFor()).toBe('no signal from the encoder');
    expect(lostFor(unknown('x'))).toBe('no signal from the encoder');
    expect(lostFor(known(1.384))).toBe('no signal from the encoder; meanwhile what runs costs about 1.38 USD an hour');
    expect(lostFor(sum([known(1), unknown('x')]))).toContain('at least 1.00 USD an hour');
  });

  it('say nothing of what was not observed', () => {
    expect(sourceSignals({ isFlowUp: true, connected: null }, running).signals).toEqual({});
    expect(sourceSignals(arriving, running).signals).toEqual({ lost: false });
  });

  it('name the destinations that suffer and since when', () => {
    const lostSince = at(-10).toISOString();
    const seen = sourceSignals({ isFlowUp: true, connected: false, lostSince }, running);
    expect([seen.affected, seen.since]).toEqual([
      [{ destinationId: running[0]!.destinationId, name: 'Main YouTube' }],
      { lost: lostSince },
    ]);
  });

  it('compare the bitrate with the usual one, and only while something arrives', () => {
    const figures = { bitrateBps: 1_000_000, usualBitrateBps: 4_000_000, packetLossPercent: 2 };
    expect(sourceSignals({ ...arriving, ...figures }, running).signals).toMatchObject({
      bitratePercent: 25,
      packetLossPercent: 2,
    });
    const { signals } = sourceSignals(
      { isFlowUp: true, connected: false, ...figures, black: true, hasAudio: false },
      running,
    );
    expect(signals).toEqual({
      lost: true,
      packetLossPercent: 0,
      jitterMs: 0,
      roundTripMs: 0,
      bitratePercent: 100,
      audioMissing: false,
      black: false,
      wrongFormat: false,
      silent: false,
      frozen: false,
      onBackup: false,
    });
  });
});

describe('a destination’s signals', () => {
  const of = (record: Destination, seconds = 60) => destinationSignals(record, at(seconds)).signals;
  const alerted = (message: string) => [{ alertType: 'Failed RTMP Connection', message, setAt: '' }];

  it('of one that delivers are all good', () => {
    const record = destination({
      observation: observed(60, { droppedFrames: 0, unsentFrames: 0, wantedFramesPerSecond: 30 }),
    });
    expect(of(record)).toEqual({
      keyRejected: false,
      channelDown: false,
      deliversNothing: false,
      lostFrames: 0,
      frameRatePercent: 100,
      reconnects: 0,
      operationFailed: false,
    });
  });

  it('leave a start time to be accepted, except when the key is refused', () => {
    const connecting = destination({ observation: observed(14, { activeOutputs: 0 }) });
    expect(of(connecting, 14)['deliversNothing']).toBeUndefined();
    expect(of(connecting, 15)['deliversNothing']).toBe(true);
    const refused = destination({
      observation: observed(2, { activeOutputs: 0, alerts: alerted('stream_key_rejected: no') }),
    });
    expect(of(refused, 2)['keyRejected']).toBe(true);
  });

  it('say nothing before the first observation of a run', () => {
    expect(of(destination({ observation: observed(-60, { activeOutputs: 0 }) }))).toEqual({ operationFailed: false });
  });

  it('know the channel’s state without any figures, and nothing else', () => {
    const blind = observed(600, { healthCode: 'not_observed', healthSince: at(0).toISOString() });
    delete blind.activeOutputs;
    expect(of(destination({ observation: blind }), 600)).toEqual({ channelDown: false, operationFailed: false });
  });

  it('of one that was stopped are good, so that its incidents resolve', () => {
    const { deliversNothing, keyRejected, channelDown, lostFrames } = of(destination({ status: 'idle' }));
    expect([deliversNothing, keyRejected, channelDown, lostFrames]).toEqual([false, false, false, 0]);
  });

  it('report a failed operation with its reason until the status moves on', () => {
    const lastError = { code: 'quota_exceeded', detail: 'no channel is left', remedy: '', at: at(0).toISOString() };
    const { signals, details } = destinationSignals(destination({ status: 'error', lastError }), at(1));
    expect([signals['operationFailed'], details?.['operationFailed']]).toEqual([true, 'no channel is left']);
    expect(of(destination({ status: 'starting', lastError }))['operationFailed']).toBe(false);
  });
});

describe('the deployment’s signals', () => {
  it('report the fuller of two quotas', () => {
    const held = { input: { inputId: '1', address: '', port: 1 } };
    const quotas = { channelQuota: 5, pushInputQuota: 4 };
    const records = [destination({ held }), destination({ held }), destination({ held })];
    expect(deploymentSignals({ quotas }, records, at(0)).signals['quotaPercent']).toBe(75);
  });

  it('report how long the monitor and the sweep have been silent, and nothing of one that never ran', () => {
    const seen = deploymentSignals({ monitorRanAt: at(0).toISOString(), sweepRanAt: null }, [], at(301));
    expect(seen.signals).toEqual({ monitorSilentSeconds: 301 });
  });

  it('report a preview that should run and failed', () => {
    const primary = destination({ destinationId: 'primary', desired: 'running', status: 'error' });
    expect(deploymentSignals({}, [primary], at(0)).signals).toEqual({ primaryMissing: true });
    expect(deploymentSignals({}, [{ ...primary, status: 'running' }], at(0)).signals).toEqual({
      primaryMissing: false,
    });
  });
});

it('a destination that is in no record any more is gone', () => {
  const { subject } = destinationSignals(destination(), at(0));
  const incidents = [{ subject }] as never[];
  expect(goneSubjects(incidents, [])).toMatchObject([{ subject, isGone: true }]);
  expect(goneSubjects(incidents, [destination()])).toEqual([]);
});

it('every rule watches a signal that is collected', () => {
  const record = destination({
    observation: observed(60, { droppedFrames: 1, wantedFramesPerSecond: 30 }),
  });
  const primary = destination({ destinationId: 'primary', desired: 'running', status: 'error' });
  const source = {
    isFlowUp: true,
    connected: true,
    packetLossPercent: 1,
    jitterMs: 1,
    roundTripMs: 1,
    bitrateBps: 1,
    usualBitrateBps: 1,
    hasAudio: true,
    formatProblem: null,
    black: false,
    frozen: false,
    silent: false,
    onBackup: false,
  };
  const deployment = {
    quotas: { channelQuota: 1, pushInputQuota: 1 },
    orphans: 0,
    egressBlocked: false,
    monitorRanAt: at(0).toISOString(),
    sweepRanAt: at(0).toISOString(),
    failingTargets: 0,
    unreadyShows: 0,
    noSource: { unfed: true, detail: 'no source for 10 min' },
  };
  const collected = {
    source: sourceSignals(source, [record]),
    destination: destinationSignals(record, at(60)),
    deployment: deploymentSignals(deployment, [primary], at(60)),
    money: ceilingSignals(
      { ceiling: makeCeiling(), spending: makeSpending(0.5), subject: moneySubjectOf('day') },
      [record],
      at(60),
    ),
  };
  for (const rule of RULE_IDS) {
    const { signals } = collected[INCIDENT_RULES[rule].subject];
    expect([rule, typeof signals[ruleOf(rule).signal]]).toEqual([rule, ruleOf(rule).threshold ? 'number' : 'boolean']);
  }
});

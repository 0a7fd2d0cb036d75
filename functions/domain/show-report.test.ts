import { describe, expect, it } from 'vitest';
import { getPrices } from '../../presets/prices.ts';
import { makeShow, makeShowDestination } from '../../test/support/make-show.ts';
import { createLedger, type LedgerRun } from './cost-ledger.ts';
import { DEFAULT_DECLARED_INPUT } from './declared-input.ts';
import type { Destination, Operation, TimelineEntry } from './destination.ts';
import { toUsd } from './money.ts';
import { newDestination } from './new-destination.ts';
import type { Recording } from './recording.ts';
import { showReportReady } from './show-events.ts';
import { reportShow, type ReportFacts, type ShowHistory } from './show-report.ts';
import type { Show } from './show.ts';
import type { HistoryLike } from './timeline.ts';

const at = (time: string) => `2026-12-06T${time}.000Z`;
const NOW = new Date(at('12:00:00'));
const pricing = { prices: getPrices('us-east-1'), region: 'us-east-1', declaredInput: DEFAULT_DECLARED_INPUT };

/** Planned for an hour, live half a second late, on air from the second on for half of it. */
const SHOW: Show = makeShow({
  state: 'ended',
  liveAt: '2026-12-06T10:00:00.500Z',
  endingAt: at('11:00:00'),
  endedAt: at('11:02:00'),
  endReason: 'clock',
  destinations: [
    makeShowDestination('a', {
      startRequestedAt: at('09:58:00'),
      readyAt: at('09:59:30'),
      onAirAt: '2026-12-06T10:00:00.250Z',
      stopRequestedAt: at('11:00:00'),
      offAirAt: at('11:01:00'),
    }),
    makeShowDestination('b', { isRequired: true, startRequestedAt: at('09:58:00'), problem: 'it failed: no key' }),
  ],
});

const entry = (
  time: string,
  change: Partial<TimelineEntry> & Pick<TimelineEntry, 'kind' | 'detail'>,
): TimelineEntry => ({
  at: at(time),
  actor: 'monitor',
  ...change,
});
const row = (destinationId: string, each: TimelineEntry): HistoryLike => ({
  ...{ destinationId, destinationName: destinationId.toUpperCase(), key: `entry#${each.at}`, at: each.at },
  ...{ operation: null, entry: each },
});
const started: HistoryLike = {
  ...{ destinationId: 'a', destinationName: 'A', key: 'operation#1', at: at('09:59:30'), entry: null },
  operation: { kind: 'start', startedAt: at('09:58:00'), endedAt: at('09:59:30'), outcome: 'succeeded' } as Operation,
};
const health = (time: string, code: 'delivering' | 'output_paused' | 'slate_held' | 'stalled') =>
  row('a', entry(time, { kind: 'health', code, detail: code }));
const ROWS: HistoryLike[] = [
  started,
  health('09:59:40', 'output_paused'),
  health('10:00:10', 'delivering'),
  health('10:30:00', 'slate_held'),
  health('10:35:00', 'delivering'),
  row(
    'source',
    entry('10:30:00', { kind: 'source', detail: 'lost', source: { state: 'lost', until: at('10:35:00') } }),
  ),
  row('source', entry('10:40:00', { kind: 'source', detail: 'backup in use', source: { state: 'switched' } })),
  row('a', entry('10:31:00', { kind: 'incident', detail: 'Source lost' })),
  row('a', entry('11:30:00', { kind: 'incident', detail: 'after the show' })),
];
const RUN: LedgerRun = {
  ...{ destinationId: 'a', name: 'A', platform: 'youtube', preset: '1080p30', isEndKnown: true },
  ...{ startedAt: at('09:58:10'), endedAt: at('11:01:00') },
};
const history: ShowHistory = {
  rows: ROWS,
  runs: [RUN, { ...RUN, startedAt: at('08:00:00'), endedAt: at('10:10:00') }],
};
const record = (destinationId: string): Destination =>
  newDestination(
    {
      ...{ destinationId, name: destinationId, platform: 'youtube', rtmpUrl: 'rtmps://a.example.com/live' },
      ...{ streamKeyCiphertext: null, streamKeyLast4: null, streamKeyFingerprint: null, preset: '1080p30' },
      standby: 'cold',
    },
    new Date(at('00:00:00')),
  );
const facts = (changes: Partial<ReportFacts> = {}): ReportFacts => ({
  ...{
    history,
    records: [record('a'), record('b')],
    recordings: [],
    pricing,
    bill: { usd: null, explanation: 'not read' },
  },
  ...changes,
});

describe('the report of a show', () => {
  it('compares what was planned with what happened', () => {
    const report = reportShow(SHOW, facts(), NOW);
    expect([report.isFinal, report.startErrorSeconds, report.endErrorSeconds]).toEqual([true, 0.5, 0]);
    expect(report.destinations[0]).toMatchObject({
      ...{ plannedAt: at('10:00:00'), onAirErrorSeconds: 0.25, onAirSeconds: 3659.75 },
      ...{ readyAt: at('09:59:30'), problem: null },
    });
    expect(report.destinations[1]).toMatchObject({ onAirAt: null, onAirSeconds: null, problem: 'it failed: no key' });
  });

  it('says how long each delivered, waited behind a slate, and had no figures', () => {
    const [a, b] = reportShow(SHOW, facts(), NOW).destinations;
    expect(a).toMatchObject({ slateSeconds: 300, observed: { waiting: 300, starting: 10, delivering: 3350 } });
    expect([b!.observed, b!.slateSeconds]).toEqual([null, null]);
  });

  it('lists incidents, what happened to the source, and failovers, of its own time only', () => {
    const { failovers, incidents, sourceEvents } = reportShow(SHOW, facts(), NOW);
    expect(incidents).toEqual([{ at: at('10:31:00'), subject: 'A', detail: 'Source lost' }]);
    expect(sourceEvents!.map(({ detail }) => detail)).toEqual(['lost', 'backup in use']);
    expect(failovers).toBe(1);
  });

  it('counts the failovers of each destination while it was on air', () => {
    const early = {
      ...SHOW,
      destinations: [{ ...SHOW.destinations[0]!, offAirAt: at('10:39:00') }, ...SHOW.destinations],
    };
    const { destinations } = reportShow(early, facts(), NOW);
    expect(destinations.map(({ failovers }) => failovers)).toEqual([0, 1, 0]);
  });

  it('adds up what its own runs cost, billed while they wait, beside the estimate', () => {
    const { bill, cost, destinations, estimate } = reportShow(SHOW, facts(), NOW);
    const window = { startMs: Date.parse(at('00:00:00')), endMs: NOW.getTime() };
    const { total } = createLedger([RUN], window, { pricing, groupBy: 'destination' });
    expect([cost!.usd, total.billedMinutes]).toEqual([toUsd(total.cost), 63]);
    expect(destinations[1]!.cost).toMatchObject({ usd: 0 });
    expect(estimate!.usd!).toBeCloseTo(2 * destinations[0]!.estimate!.usd!, 5);
    expect(bill).toEqual({ usd: null, explanation: 'not read' });
  });

  it('shows as unknown what is not known', () => {
    const gone = reportShow(SHOW, facts({ history: null, records: [record('a')] }), NOW);
    expect([gone.incidents, gone.sourceEvents, gone.failovers, gone.cost, gone.estimate]).toEqual([
      null,
      null,
      null,
      null,
      null,
    ]);
    expect(gone.destinations.map(({ cost, observed }) => [cost, observed])).toEqual([
      [null, null],
      [null, null],
    ]);
    const before = facts({ history: { ...history, rows: ROWS.filter((each) => each !== started) } });
    expect(reportShow(SHOW, before, NOW).destinations[0]!.observed).toBeNull();
    expect(reportShow({ ...SHOW, endsAt: null }, facts(), NOW).estimate).toBeNull();
    const byHand = reportShow({ ...SHOW, goLiveAt: at('09:59:00'), endReason: 'hand' }, facts(), NOW);
    expect([byHand.startErrorSeconds, byHand.endErrorSeconds, byHand.destinations[0]!.onAirErrorSeconds]).toEqual([
      null,
      null,
      null,
    ]);
  });

  it('names the recordings of its time', () => {
    const recording = (recordingId: string, startedAt: string, endedAt: string | null) =>
      ({ recordingId, name: recordingId, state: 'ready', startedAt, endedAt }) as Recording;
    const recordings = [
      recording('before', at('08:00:00'), at('09:00:00')),
      recording('during', at('09:59:00'), at('11:00:00')),
      recording('still', at('11:00:00'), null),
      recording('after', at('11:30:00'), null),
    ];
    const report = reportShow(SHOW, facts({ recordings }), NOW);
    expect(report.recordings.map(({ recordingId }) => recordingId)).toEqual(['during', 'still']);
  });
});

describe('the message about a report', () => {
  it('is one for each show that has ended and wants it', () => {
    const wanted = { ...SHOW, sendsReport: true };
    expect(showReportReady(wanted)).toMatchObject({ type: 'report.ready', data: { report: 'show' }, at: SHOW.endedAt });
    expect(showReportReady(wanted)!.eventId).toBe(showReportReady({ ...wanted, writeCount: 9 })!.eventId);
    expect(showReportReady({ ...wanted, showId: 'shw_other' })!.eventId).not.toBe(showReportReady(wanted)!.eventId);
    const others: Partial<Show>[] = [{ sendsReport: false }, { state: 'cancelled' }, { state: 'live', endedAt: null }];
    for (const change of others) expect(showReportReady({ ...wanted, ...change })).toBeNull();
  });
});

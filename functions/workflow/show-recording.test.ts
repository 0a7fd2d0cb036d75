import { beforeEach, describe, expect, it } from 'vitest';
import { makePrimary, NOW, useTestApi } from '../../test/support/api.ts';
import { makeShow } from '../../test/support/make-show.ts';
import { changeDestination } from '../aws/destination-table.ts';
import { getRecording, insertRecording, listAllRecordings, putRecordingSettings } from '../aws/recording-table.ts';
import { getShow, insertShow } from '../aws/show-table.ts';
import { PRIMARY_DESTINATION_ID, type Destination } from '../domain/destination.ts';
import { DEFAULT_RECORDING_SETTINGS, newRecording } from '../domain/recording.ts';
import { recordingIdOfShow } from '../domain/show-recording.ts';
import type { Show } from '../domain/show.ts';
import { sweepRecordings } from '../schedules/sweep-recordings.ts';
import { finishShow } from './finish-show.ts';
import { endShowRecording, recordShow } from './show-recording.ts';

const test = useTestApi();
const LIVE_AT = new Date(NOW.getTime() - 5_000).toISOString();

async function goLive(change: Partial<Show> = {}): Promise<Show> {
  const show = makeShow({ record: true, state: 'live', liveAt: LIVE_AT, ...change });
  await insertShow(test.deps, show);
  return show;
}

const changePreview = (change: Partial<Destination>) =>
  changeDestination(test.deps, PRIMARY_DESTINATION_ID, (record) => ({ ...record, ...change }));
const stored = async ({ showId }: Show) => (await getShow(test.deps, showId))!;
const details = ({ log }: Show) => log.map(({ detail }) => detail);

describe('the recording of a show', () => {
  beforeEach(() => test.put(makePrimary()));

  it('begins when the show goes live, under its title, and once however often the run sheet passes', async () => {
    const show = await goLive();
    const [one] = await Promise.all([recordShow(test.deps, show), recordShow(test.deps, show)]);
    await recordShow(test.deps, await stored(show));
    expect(await listAllRecordings(test.deps)).toMatchObject([
      {
        name: show.title,
        origin: 'show',
        showId: show.showId,
        startedAt: LIVE_AT,
        createdBy: 'run sheet',
        keepDays: 30,
      },
    ]);
    expect(one === null || one.after.log.length === one.before.log.length + 1).toBe(true);
    expect((await stored(show)).recording).toEqual({ recordingId: recordingIdOfShow(show), problem: null });
    expect(details(await stored(show))).toEqual(['records the show']);
  });

  it('begins beside the recording of another show', async () => {
    await recordShow(test.deps, await goLive());
    await recordShow(test.deps, await goLive({ showId: `shw_${'2'.repeat(26)}` }));
    expect(await listAllRecordings(test.deps)).toHaveLength(2);
  });

  it('begins not before the preview ran, because MediaPackage has nothing from then', async () => {
    const runningSince = new Date(NOW.getTime() - 1_000).toISOString();
    await changePreview({ runningSince });
    await recordShow(test.deps, await goLive());
    expect(await listAllRecordings(test.deps)).toMatchObject([{ startedAt: runningSince }]);
  });

  it('begins while the preview starts, and waits for it', async () => {
    await changePreview({ status: 'starting', runningSince: null });
    await recordShow(test.deps, await goLive());
    expect(await listAllRecordings(test.deps)).toMatchObject([{ startedAt: LIVE_AT, awaitsPreview: true }]);
  });

  it('that could not begin while the show was live begins when it has ended, once', async () => {
    const endedAt = new Date(NOW.getTime() - 1_000).toISOString();
    const show = await goLive({ state: 'ended', endedAt });
    await Promise.allSettled([finishShow(test.deps, show), finishShow(test.deps, show)]);
    await finishShow(test.deps, (await getShow(test.deps, show.showId))!);
    const recordingId = recordingIdOfShow(show);
    expect(await listAllRecordings(test.deps)).toMatchObject([
      { recordingId, state: 'finishing', startedAt: LIVE_AT, endedAt, endReason: 'show_ended' },
    ]);
    expect((await stored(show)).recording).toEqual({ recordingId, problem: null });
  });

  it('is not made up for a show that a person has taken over, or that was cancelled', async () => {
    const endedAt = NOW.toISOString();
    await finishShow(test.deps, await goLive({ state: 'ended', endedAt, automation: 'off' }));
    await finishShow(
      test.deps,
      await goLive({ showId: `shw_${'2'.repeat(26)}`, state: 'cancelled', liveAt: null, endedAt }),
    );
    expect(await listAllRecordings(test.deps)).toEqual([]);
  });

  it.each<[string, Partial<Show>]>([
    ['does not want it', { record: false }],
    ['is not live yet', { state: 'starting', liveAt: null }],
    ['was taken over', { automation: 'off' }],
  ])('does not begin for a show that %s', async (_what, change) => {
    expect(await recordShow(test.deps, await goLive(change))).toBeNull();
    expect(await listAllRecordings(test.deps)).toEqual([]);
  });

  it('that is refused leaves the show as it is and says why once, and begins when it can', async () => {
    await changePreview({ desired: 'idle', status: 'idle' });
    const show = await goLive();
    await recordShow(test.deps, show);
    await recordShow(test.deps, await stored(show));
    const refused = await stored(show);
    expect(refused.state).toBe('live');
    expect(refused.recording).toMatchObject({ recordingId: null, problem: expect.stringMatching(/preview.* is off/) });
    expect(details(refused)).toEqual([expect.stringMatching(/^does not record the show: the HLS preview/)]);

    await changePreview({ desired: 'running', status: 'running' });
    await recordShow(test.deps, refused);
    expect((await stored(show)).recording).toEqual({ recordingId: recordingIdOfShow(show), problem: null });
  });

  it('is refused while the recordings take all the space they may', async () => {
    const chosen = { recordingId: `rec_${'0'.repeat(26)}`, name: 'Old', origin: 'operator', keepDays: null } as const;
    const old = newRecording({ ...chosen, startedAt: LIVE_AT, createdBy: 'test' }, NOW);
    await insertRecording(test.deps, { ...old, state: 'ready', sizeBytes: 1_000_000 });
    await putRecordingSettings(test.deps, { ...DEFAULT_RECORDING_SETTINGS, limitBytes: 1_000_000 });
    const show = await goLive();
    await recordShow(test.deps, show);
    expect((await stored(show)).recording!.problem).toMatch(/all the space/);
  });

  it('does not stop the show when the table fails', async () => {
    const show = await goLive();
    const broken = {
      ...test.deps,
      clients: { ...test.deps.clients, table: { send: () => Promise.reject(new Error()) } },
    };
    await expect(recordShow(broken as never, show)).resolves.toBeNull();
  });

  it('ends when the show has ended, at that moment', async () => {
    const show = await goLive();
    await recordShow(test.deps, show);
    const id = recordingIdOfShow(show);
    const live = await stored(show);
    await endShowRecording(test.deps, live);
    expect((await getRecording(test.deps, id))!.state).toBe('recording');
    const endedAt = new Date(NOW.getTime() + 60_000).toISOString();
    await endShowRecording(test.deps, { ...live, state: 'ended', endedAt });
    expect(await getRecording(test.deps, id)).toMatchObject({ state: 'finishing', endedAt, endReason: 'show_ended' });
  });

  it('ends when the show is edited not to be recorded', async () => {
    const show = await goLive();
    await recordShow(test.deps, show);
    await recordShow(test.deps, { ...(await stored(show)), record: false });
    const ended = await getRecording(test.deps, recordingIdOfShow(show));
    expect(ended).toMatchObject({ state: 'finishing', endReason: 'operator' });
  });

  it('is ended by the sweep when the end of the show was lost, and left alone while the show is live', async () => {
    const show = await goLive();
    await recordShow(test.deps, show);
    await sweepRecordings(test.deps);
    const id = recordingIdOfShow(show);
    expect((await getRecording(test.deps, id))!.state).toBe('recording');
    await goLive({ showId: `shw_${'3'.repeat(26)}`, state: 'ended', endedAt: NOW.toISOString() });
    await insertRecording(test.deps, {
      ...(await getRecording(test.deps, id))!,
      ...{ recordingId: `rec_${'3'.repeat(26)}`, showId: `shw_${'3'.repeat(26)}` },
    });
    await sweepRecordings(test.deps);
    expect(await getRecording(test.deps, `rec_${'3'.repeat(26)}`)).toMatchObject({ endReason: 'show_ended' });
  });
});

describe('the choice to record a show', () => {
  it('is part of the plan, which copies, templates and repetitions keep', async () => {
    const plan = { title: 'Evening', zone: 'UTC', localStart: '2026-11-22T20:00', record: true };
    const { body } = await test.call('POST', '/api/shows', { body: plan });
    const copy = { localStart: '2026-11-23T20:00' };
    const { body: copied } = await test.call('POST', `/api/shows/${body.showId}/duplicate`, { body: copy });
    const off = await test.call('PATCH', `/api/shows/${body.showId}`, { body: { record: false } });
    expect([body.record, copied.record, off.body.record]).toEqual([true, true, false]);
    const weekly = { ...plan, localStart: '2026-12-01T20:00', recurrence: 'FREQ=WEEKLY;COUNT=2', isDraft: false };
    const { body: first } = await test.call('POST', '/api/shows', { body: weekly });
    const { body: all } = await test.call('GET', '/api/shows');
    const ids = all.data.filter(({ title }: Show) => title === 'Evening').map(({ showId }: Show) => showId);
    const shows = await Promise.all(ids.map(async (id: string) => (await test.call('GET', `/api/shows/${id}`)).body));
    const ofSeries = shows.filter(({ series }) => series?.seriesId === first.series.seriesId);
    expect(ofSeries.map(({ record }) => record)).toEqual(ofSeries.map(() => true));
    expect(ofSeries.length).toBeGreaterThan(0);
  });

  it('422 for another value', async () => {
    const plan = { title: 'Evening', zone: 'UTC', localStart: '2026-11-22T20:00', record: 'yes' };
    expect((await test.call('POST', '/api/shows', { body: plan })).status).toBe(422);
  });
});

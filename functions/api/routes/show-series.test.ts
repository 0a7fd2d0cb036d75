import { DescribeExecutionCommand } from '@aws-sdk/client-sfn';
import { beforeEach, describe, expect, it } from 'vitest';
import { DESTINATION_ID, makeRecord, useTestApi } from '../../../test/support/api.ts';
import { getSeries, listSeries } from '../../aws/show-series-table.ts';
import { changeShow, listOpenShows } from '../../aws/show-table.ts';
import { sweepShows } from '../../schedules/sweep-shows.ts';
import { planNextShows } from '../../workflow/show-series.ts';

const test = useTestApi();
const PATH = '/api/shows';
const BODY = {
  title: 'Weekly',
  zone: 'Europe/Berlin',
  localStart: '2026-11-22T20:00',
  localEnd: '2026-11-22T21:30',
  isDraft: false,
  recurrence: 'FREQ=WEEKLY;COUNT=4',
  destinations: [{ destinationId: DESTINATION_ID }],
};

const create = async (changes: object = {}) => {
  await test.put(makeRecord({ name: 'YouTube' }));
  return test.call('POST', PATH, { body: { ...BODY, ...changes } });
};
const edit = (showId: string, body: object, scope = 'following') =>
  test.call('PATCH', `${PATH}/${showId}?scope=${scope}`, { body });
beforeEach(() => void test.mocks.sfn.on(DescribeExecutionCommand).resolves({ status: 'RUNNING' }));

const starts = async () => (await listOpenShows(test.deps)).map(({ localStart }) => localStart);
const act = (showId: string, action: string) => test.call('POST', `${PATH}/${showId}/${action}`);

describe('POST /api/shows with a recurrence', () => {
  it('201 makes the next two shows, in wall-clock time', async () => {
    const { status, body } = await create();
    expect([status, body.localStart, body.series.date]).toEqual([201, '2026-11-22T20:00:00', '2026-11-22']);
    expect(await starts()).toEqual(['2026-11-22T20:00:00', '2026-11-29T20:00:00']);
    const [, second] = await listOpenShows(test.deps);
    expect(second).toMatchObject({
      state: 'scheduled',
      localEnd: '2026-11-29T21:30:00',
      series: { seriesId: body.series.seriesId },
    });
    expect(second!.log[0]!.detail).toBe('planned by its series, FREQ=WEEKLY;COUNT=4');
  });

  it.each(['FREQ=WEEKLY', 'FREQ=WEEKLY;COUNT=200', 'FREQ=YEARLY;COUNT=2'])(
    '422 for %s, and nothing is stored',
    async (recurrence) => {
      const refused = await create({ recurrence });
      expect([refused.status, refused.problem.errors![0]!.field]).toEqual([422, 'recurrence']);
      expect([await starts(), await listSeries(test.deps)]).toEqual([[], []]);
    },
  );

  it('409 show_conflict for the first date, and nothing is stored', async () => {
    await create({ recurrence: undefined });
    const refused = await create();
    expect([refused.status, refused.problem.code]).toEqual([409, 'show_conflict']);
    expect([(await starts()).length, await listSeries(test.deps)]).toEqual([1, []]);
  });
});

describe('the sweep', () => {
  it('makes the next show when one has begun, once, however often and together it runs', async () => {
    await create();
    test.time.now = new Date('2026-11-22T19:00:01.000Z');
    await Promise.all([sweepShows(test.deps), sweepShows(test.deps)]);
    await sweepShows(test.deps);
    expect(await starts()).toEqual(['2026-11-22T20:00:00', '2026-11-29T20:00:00', '2026-12-06T20:00:00']);
  });

  it('makes a show once when it was interrupted before it noted that', async () => {
    const { body } = await create();
    test.time.now = new Date('2026-11-22T19:00:01.000Z');
    const before = (await getSeries(test.deps, body.series.seriesId))!;
    await planNextShows(test.deps, before);
    await planNextShows(test.deps, before);
    expect(await starts()).toHaveLength(3);
    // Also when a person has cancelled it meanwhile.
    await act((await listOpenShows(test.deps))[2]!.showId, 'cancel');
    await planNextShows(test.deps, before);
    expect(await starts()).toHaveLength(2);
  });

  it('does not make a show again that was cancelled', async () => {
    await create();
    const [, second] = await listOpenShows(test.deps);
    await act(second!.showId, 'cancel');
    await sweepShows(test.deps);
    expect(await starts()).toEqual(['2026-11-22T20:00:00']);
  });

  it('makes a draft where another show has the destination, and says so', async () => {
    await create({
      recurrence: undefined,
      localStart: '2026-12-06T20:30',
      localEnd: '2026-12-06T21:00',
      title: 'Other',
    });
    await create();
    test.time.now = new Date('2026-11-22T19:00:01.000Z');
    await sweepShows(test.deps);
    const draft = (await listOpenShows(test.deps)).find(({ state }) => state === 'draft');
    expect(draft!.log[0]!.detail).toContain('it is a draft: the show "Other"');
  });

  it('ends a series after its last date', async () => {
    await create({ recurrence: 'FREQ=WEEKLY;COUNT=2' });
    test.time.now = new Date('2026-11-29T19:00:00.000Z');
    await sweepShows(test.deps);
    expect(await listSeries(test.deps)).toEqual([]);
  });
});

describe('PATCH /api/shows/{showId}', () => {
  it('one: changes one show only', async () => {
    const { body } = await create();
    expect((await edit(body.showId, { title: 'Special', localStart: '2026-11-22T19:00' }, 'one')).status).toBe(200);
    expect((await listOpenShows(test.deps)).map(({ title }) => title)).toEqual(['Special', 'Weekly']);
    expect(await starts()).toEqual(['2026-11-22T19:00:00', '2026-11-29T20:00:00']);
  });

  it('following: changes all from this one on, those that do not exist yet too', async () => {
    await create();
    const [first, second] = await listOpenShows(test.deps);
    expect((await edit(second!.showId, { title: 'Later', localStart: '2026-11-29T18:00' })).status).toBe(200);
    test.time.now = new Date('2026-11-22T19:00:01.000Z');
    await sweepShows(test.deps);
    const shows = await listOpenShows(test.deps);
    expect(shows.map(({ title, localStart, localEnd }) => [title, localStart, localEnd])).toEqual([
      [first!.title, '2026-11-22T20:00:00', '2026-11-22T21:30:00'],
      ['Later', '2026-11-29T18:00:00', '2026-11-29T21:30:00'],
      ['Later', '2026-12-06T18:00:00', '2026-12-06T21:30:00'],
    ]);
    const again = await edit(first!.showId, { localStart: '2026-11-22T17:00' });
    expect(again.status).toBe(422);
  });

  it('following: passes on the plan, and nothing that the run of the edited show has recorded', async () => {
    const { body } = await create();
    const checked = { occasion: 'T-60', startsAt: body.startsAt } as const;
    await changeShow(test.deps, body.showId, (show) => ({ ...show, checked }));
    await edit(body.showId, { title: 'Other' });
    test.time.now = new Date('2026-11-22T19:00:01.000Z');
    await sweepShows(test.deps);
    const shows = await listOpenShows(test.deps);
    expect(shows.map(({ title, ...show }) => [title, show.checked])).toEqual([
      ['Other', checked],
      ['Other', undefined],
      ['Other', undefined],
    ]);
  });

  it('following: moves later shows that exist', async () => {
    const { body } = await create();
    await edit(body.showId, { localStart: '2026-11-22T18:00' });
    expect(await starts()).toEqual(['2026-11-22T18:00:00', '2026-11-29T18:00:00']);
  });

  it('422 for another date or zone of all following, 409 for a show without a series', async () => {
    const { body } = await create();
    const messages = [];
    for (const change of [{ localStart: '2026-11-23T20:00' }, { zone: 'UTC' }]) {
      const refused = await edit(body.showId, change);
      messages.push([refused.status, refused.problem.errors![0]!.message]);
    }
    expect(messages).toEqual([
      [422, 'only the time of day can change for all following: keep 2026-11-22, or send scope=one'],
      [422, 'is the same for a whole series: cancel the series and plan another one'],
    ]);
    const { body: alone } = await create({ recurrence: undefined, destinations: [] });
    expect((await edit(alone.showId, { title: 'x' })).status).toBe(409);
  });
});

describe('POST /api/shows/{showId}/cancel-series', () => {
  it('200 cancels what has not started, deletes drafts, and makes no more', async () => {
    const { body } = await create();
    const [, second] = await listOpenShows(test.deps);
    await changeShow(test.deps, body.showId, (show) => ({ ...show, state: 'live', liveAt: show.startsAt }));
    const { status, body: done } = await act(second!.showId, 'cancel-series');
    expect([status, done]).toEqual([200, { seriesId: body.series.seriesId, cancelled: [second!.showId] }]);
    test.time.now = new Date('2026-11-22T19:00:01.000Z');
    await sweepShows(test.deps);
    expect(await starts()).toEqual(['2026-11-22T20:00:00']);
    expect((await act(second!.showId, 'cancel-series')).body.cancelled).toEqual([]);
  });

  it('409 for a show without a series', async () => {
    const { body } = await create({ recurrence: undefined });
    expect((await act(body.showId, 'cancel-series')).status).toBe(409);
  });
});

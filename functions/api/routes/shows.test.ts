import { describe, expect, it } from 'vitest';
import { DESTINATION_ID, makePrimary, makeRecord, NOW, OTHER_ID, useTestApi } from '../../../test/support/api.ts';
import { makeShow, makeShowDestination } from '../../../test/support/make-show.ts';
import { changeDestination } from '../../aws/destination-table.ts';
import { archiveShow, changeShow, insertShow } from '../../aws/show-table.ts';
import { getSourceControl, putSourceControl } from '../../aws/source-control-table.ts';
import { SHOW_ACTIONS } from '../../domain/show.ts';

const test = useTestApi();
const PATH = '/api/shows';
const MISSING = 'shw_01k8m3v0s5n2q8w4x6y7z9a1zz';
const BODY = { title: 'Evening', zone: 'Europe/Berlin', localStart: '2026-11-22T20:00', localEnd: '2026-11-22T21:30' };

const create = (changes: object = {}) => test.call('POST', PATH, { body: { ...BODY, ...changes } });
const act = (showId: string, action: string, headers = {}) =>
  test.call('POST', `${PATH}/${showId}/${action}`, { headers });
const get = (showId: string) => test.call('GET', `${PATH}/${showId}`);
const edit = (showId: string, body: object, headers = {}) => test.call('PATCH', `${PATH}/${showId}`, { body, headers });
const messagesOf = ({ problem }: Awaited<ReturnType<typeof create>>) =>
  problem.errors?.map(({ field, message }) => `${field}: ${message}`) ?? [];

/** Two destinations to plan with. */
async function addDestinations(): Promise<void> {
  await test.put(makeRecord({ name: 'YouTube' }));
  await test.put(makeRecord({ destinationId: OTHER_ID, name: 'Twitch' }));
}

const ONE = { destinations: [{ destinationId: DESTINATION_ID }] };

/** Makes a stored show live, as its run sheet would. */
const makeLive = (showId: string) =>
  changeShow(test.deps, showId, (show) => ({
    ...show,
    state: 'live',
    liveAt: NOW.toISOString(),
    destinations: show.destinations.map((each) => ({ ...each, startRequestedAt: NOW.toISOString() })),
  }));

describe('POST /api/shows', () => {
  it('201 with the instants of its wall-clock times, as a draft that starts nothing', async () => {
    await addDestinations();
    const destinations = [
      { destinationId: OTHER_ID, offsetSeconds: -60, isRequired: true },
      { destinationId: DESTINATION_ID },
    ];
    const { status, body, headers } = await create({
      destinations,
      tags: ['music'],
      description: 'Line one\nline two',
    });
    expect(status).toBe(201);
    expect(body).toMatchObject({
      title: 'Evening',
      state: 'draft',
      privacy: 'private',
      endRule: 'clock',
      startsAt: '2026-11-22T19:00:00.000Z',
      endsAt: '2026-11-22T20:30:00.000Z',
      allowedActions: ['edit', 'schedule', 'delete'],
      attention: [],
      destinations: [
        { name: 'Twitch', plannedAt: '2026-11-22T18:59:00.000Z', isRequired: true, onAirAt: null },
        { name: 'YouTube', plannedAt: '2026-11-22T19:00:00.000Z', isRequired: false },
      ],
    });
    expect(headers.get('location')).toBe(`${PATH}/${body.showId}`);
    expect(headers.get('etag')).toBe('"1"');
    expect((await get(body.showId)).body).toEqual(body);
    expect(test.executions()).toEqual([]);
  });

  it('starts the execution of a show within a day, and leaves a later one to the sweep', async () => {
    const { body } = await create({ isDraft: false, localStart: '2026-11-22T18:59', localEnd: null });
    expect([body.state, body.endRule]).toEqual(['scheduled', 'hand']);
    await create({ isDraft: false, localStart: '2026-11-22T19:01', localEnd: null });
    expect(test.executions()).toEqual([`${body.showId}-1`]);
  });

  it('201 once for one idempotency key', async () => {
    const headers = { 'idempotency-key': 'one' };
    const first = await test.call('POST', PATH, { body: BODY, headers });
    const second = await test.call('POST', PATH, { body: BODY, headers });
    expect([second.status, second.body.showId]).toEqual([201, first.body.showId]);
    expect((await test.call('POST', PATH, { body: { ...BODY, title: 'x' }, headers })).status).toBe(409);
  });

  it.each([
    [{ title: '' }, 'title: enter a name'],
    [{ title: 'a\u0007b' }, 'title: must not contain control characters'],
    [{ description: 'x'.repeat(5001) }, 'description: must have at most 5000 characters'],
    [{ privacy: 'secret' }, 'privacy: must be one of public, unlisted, private, not "secret"'],
    [
      { zone: 'Mars/Base' },
      'zone: "Mars/Base" is not a zone of the IANA database: send one such as Europe/Berlin or UTC',
    ],
    [
      { localStart: '2027-03-28T02:30', localEnd: '2027-03-28T05:00' },
      'localStart: "2027-03-28T02:30" does not exist in Europe/Berlin, where the clocks go forward: the next valid time is 2027-03-28T03:00:00',
    ],
    [
      { localStart: '2026-11-21T18:00' },
      'localStart: "2026-11-21T18:00" has passed: it is 2026-11-21T19:00:00 in Europe/Berlin; choose a later time',
    ],
    [
      { localEnd: '2026-11-22T19:00' },
      'localEnd: "2026-11-22T19:00" is not after the start: send a later end, or null',
    ],
    [
      { localEnd: null, endRule: 'clock' },
      'localEnd: required when the show ends by the clock: send it, or send endRule hand',
    ],
    [
      { destinations: [{ destinationId: OTHER_ID }] },
      `destinations.0.destinationId: ${OTHER_ID} is no destination: GET /api/destinations lists all`,
    ],
    [{ isDraft: 'no' }, 'isDraft: must be a boolean, not a string'],
  ])('422 for %j names field, value, what is allowed and what to do', async (changes, message) => {
    const answer = await create(changes);
    expect([answer.status, messagesOf(answer)[0]]).toEqual([422, message]);
    expect((await test.call('GET', PATH)).body.data).toEqual([]);
  });

  it('422 for the primary, which starts and stops by its mode', async () => {
    await test.put(makePrimary());
    expect((await create({ destinations: [{ destinationId: 'primary' }] })).status).toBe(422);
  });

  it('409 show_conflict names the other show, but only for planned shows', async () => {
    await addDestinations();
    const { body: other } = await create({ ...ONE, isDraft: false });
    const at = { localStart: '2026-11-22T21:00', localEnd: '2026-11-22T22:00' };
    const draft = await create({ ...ONE, ...at });
    expect(draft.status).toBe(201);
    for (const answer of [await create({ ...ONE, ...at, isDraft: false }), await act(draft.body.showId, 'schedule')]) {
      expect([answer.status, answer.problem.code]).toEqual([409, 'show_conflict']);
      expect(answer.problem.detail).toBe(
        `the show "Evening" (${other.showId}) has YouTube from 2026-11-22T20:00:00 until 2026-11-22T21:30:00, Europe/Berlin`,
      );
    }
    const later = await edit(draft.body.showId, { localStart: '2026-11-22T21:30' });
    expect(later.status).toBe(200);
    expect((await act(draft.body.showId, 'schedule')).body.state).toBe('scheduled');
    expect((await edit(draft.body.showId, { localStart: '2026-11-22T21:29' })).problem.code).toBe('show_conflict');
  });

  it('of two shows that want one destination and are planned at the same time, one is refused', async () => {
    await addDestinations();
    const answers = await Promise.all([1, 2, 3, 4].map(() => create({ ...ONE, isDraft: false })));
    expect(answers.map(({ status }) => status).toSorted()).toEqual([201, 409, 409, 409]);
  });

  it('422 when 500 shows have not ended', async () => {
    const starts = (index: number) => new Date(NOW.getTime() + index * 60_000).toISOString();
    const ids = Array.from({ length: 500 }, (_, index) => `shw_01k8m3v0s5n2q8w4x6${String(index).padStart(8, '0')}`);
    for (const [index, showId] of ids.entries()) {
      await insertShow(test.deps, makeShow({ showId, startsAt: starts(index) }));
    }
    const answer = await create();
    expect([answer.status, messagesOf(answer)[0]]).toEqual([
      422,
      'body: there are 500 shows that have not ended: cancel or delete some first',
    ]);
  }, 300_000);
});

describe('GET /api/shows', () => {
  it('pages through open shows by their start, whatever was created first', async () => {
    for (const hour of ['13', '11', '12']) {
      await create({ title: hour, localStart: `2026-11-23T${hour}:00`, localEnd: null });
    }
    const first = await test.call('GET', `${PATH}?limit=2`);
    expect(first.body.data.map(({ title }: { title: string }) => title)).toEqual(['11', '12']);
    const second = await test.call('GET', `${PATH}?limit=2&cursor=${first.body.nextCursor}`);
    expect([second.body.data.length, second.body.data[0].title, second.body.nextCursor]).toEqual([1, '13', null]);
    expect((await test.call('GET', `${PATH}?state=past&cursor=${first.body.nextCursor}`)).status).toBe(422);
    expect((await test.call('GET', `${PATH}?cursor=x`)).status).toBe(422);
  });

  it.each(['open', 'past'] as const)('lists the %s shows that start in a period, its end excluded', async (state) => {
    for (const hour of [10, 11, 12, 13]) {
      const startsAt = `2026-11-23T${hour}:00:00.000Z`;
      const show = makeShow({ showId: `shw_01k8m3v0s5n2q8w4x6000000${hour}`, title: String(hour), startsAt });
      if (state === 'open') await insertShow(test.deps, show);
      else await archiveShow(test.deps, { ...show, state: 'ended', endedAt: startsAt });
    }
    const period = 'from=2026-11-23T12:00:00%2B01:00&to=2026-11-23T13:00:00Z';
    const { body } = await test.call('GET', `${PATH}?state=${state}&${period}`);
    expect(body.data.map(({ title }: { title: string }) => title).toSorted()).toEqual(['11', '12']);
    expect((await test.call('GET', `${PATH}?state=${state}&from=yesterday`)).status).toBe(422);
  });

  it('each page of past shows is one read, the newest start first', async () => {
    const show = (index: number) => {
      const startsAt = new Date(Date.UTC(2026, 0, 1) + index * 600_000).toISOString();
      const showId = `shw_01k8m3v0s5n2q8w4x6${String(index).padStart(8, '0')}`;
      return makeShow({ showId, startsAt, state: 'ended', endedAt: startsAt });
    };
    for (let index = 0; index < 35; index += 1) await archiveShow(test.deps, show(index));
    const seen = test.watchTable();
    const starts: string[] = [];
    let cursor = '';
    for (const page of [1, 2, 3]) {
      const { body } = await test.call('GET', `${PATH}?state=past&limit=10${cursor}`);
      starts.push(...body.data.map((each: { startsAt: string }) => each.startsAt));
      cursor = `&cursor=${body.nextCursor}`;
      expect(seen.splice(0), `page ${page}`).toEqual(['PAST-SHOWS']);
    }
    expect(starts).toHaveLength(30);
    expect(starts).toEqual(starts.toSorted().toReversed());
    expect(new Set(starts).size).toBe(30);
  });
});

describe('PATCH /api/shows/{showId}', () => {
  it('200 changes texts and reschedules, and says in the log who did it', async () => {
    const { body } = await create({ isDraft: false });
    const moved = await edit(body.showId, { title: 'Night', localStart: '2026-11-22T21:00' }, { 'if-match': '"1"' });
    expect([moved.status, moved.headers.get('etag')]).toEqual([200, '"2"']);
    expect(moved.body).toMatchObject({ title: 'Night', startsAt: '2026-11-22T20:00:00.000Z', endsAt: body.endsAt });
    expect(moved.body.log.at(-1)).toEqual({
      at: NOW.toISOString(),
      actor: 'operator',
      detail: 'changed localStart, title',
    });
  });

  it('412 for a version that has been replaced', async () => {
    const { body } = await create();
    await edit(body.showId, { title: 'Night' });
    const stale = await edit(body.showId, { title: 'Day' }, { 'if-match': '"1"' });
    expect([stale.status, stale.problem.code]).toEqual([412, 'etag_mismatch']);
    for (const method of ['DELETE', 'POST']) {
      const path = method === 'POST' ? `${PATH}/${body.showId}/schedule` : `${PATH}/${body.showId}`;
      expect((await test.call(method, path, { headers: { 'if-match': '"1"' } })).status).toBe(412);
    }
  });

  it('422 for an offset that a shorter show does not have', async () => {
    await addDestinations();
    const { body } = await create({ destinations: [{ destinationId: DESTINATION_ID, offsetSeconds: 3600 }] });
    const shorter = await edit(body.showId, { localEnd: '2026-11-22T20:30' });
    expect([shorter.status, messagesOf(shorter)[0]]).toEqual([
      422,
      'destinations.0.offsetSeconds: must be from -3600 to less than 1800, the length of the show in seconds, not 3600',
    ]);
  });

  it('while a show is live its end can move, its start and destinations cannot', async () => {
    await addDestinations();
    const { body } = await create({ ...ONE, isDraft: false });
    await makeLive(body.showId);
    test.time.now = new Date('2026-11-22T19:30:00.000Z');
    const longer = await edit(body.showId, { localEnd: '2026-11-22T22:00' });
    expect([longer.status, longer.body.endsAt]).toEqual([200, '2026-11-22T21:00:00.000Z']);
    expect(longer.body.destinations[0].startRequestedAt).toBe(NOW.toISOString());
    for (const change of [{ localStart: '2026-11-22T20:30' }, { zone: 'UTC' }, { destinations: [] }]) {
      const refused = await edit(body.showId, change);
      expect([refused.status, refused.problem.code]).toEqual([409, 'illegal_transition']);
    }
    expect((await edit(body.showId, { localEnd: '2026-11-22T20:10' })).status).toBe(422);
  });

  it('a body without fields changes nothing', async () => {
    const { body } = await create();
    expect((await edit(body.showId, {})).headers.get('etag')).toBe('"1"');
  });
});

describe('DELETE and duplicate', () => {
  it('204 for a draft, 409 for a planned show, which is cancelled instead', async () => {
    const { body: draft } = await create();
    const { body: planned } = await create({ isDraft: false });
    expect((await test.call('DELETE', `${PATH}/${draft.showId}`)).status).toBe(204);
    expect((await get(draft.showId)).status).toBe(404);
    const refused = await test.call('DELETE', `${PATH}/${planned.showId}`);
    expect([refused.status, refused.problem.allowedActions]).toEqual([409, expect.arrayContaining(['cancel'])]);
  });

  it('201 for a copy that is a draft as long as the original, without what was deleted', async () => {
    await addDestinations();
    const destinations = [{ destinationId: DESTINATION_ID, isRequired: true }, { destinationId: OTHER_ID }];
    const { body } = await create({ destinations, isDraft: false });
    await changeDestination(test.deps, OTHER_ID, (record) => ({ ...record, desired: 'deleted' }));
    const copy = await test.call('POST', `${PATH}/${body.showId}/duplicate`, {
      body: { localStart: '2027-03-28T01:00' },
    });
    expect([copy.status, copy.body.state, copy.body.endsAt]).toEqual([201, 'draft', '2027-03-28T01:30:00.000Z']);
    expect(copy.body.localEnd).toBe('2027-03-28T03:30:00');
    expect(copy.body.destinations).toMatchObject([{ destinationId: DESTINATION_ID, isRequired: true }]);
  });

  it('409 for a key that was used for another copy', async () => {
    const { body } = await create();
    const path = `${PATH}/${body.showId}/duplicate`;
    const headers = { 'idempotency-key': 'copy' };
    await test.call('POST', path, { body: { localStart: '2026-12-01T10:00' }, headers });
    expect((await test.call('POST', path, { body: { localStart: '2026-12-02T10:00' }, headers })).status).toBe(409);
  });
});

describe('POST /api/shows/{showId}/{action}', () => {
  it('200 for what the state allows; each change starts the next execution', async () => {
    const { body } = await create({ localStart: '2026-11-21T20:00', localEnd: null });
    const states: unknown[] = [];
    for (const action of ['schedule', 'hold', 'resume', 'unschedule', 'schedule', 'go-live']) {
      const { status, body: show } = await act(body.showId, action);
      states.push([status, show.state, show.automation]);
    }
    expect(states).toEqual([
      [200, 'scheduled', 'on'],
      [200, 'scheduled', 'held'],
      [200, 'scheduled', 'on'],
      [200, 'draft', 'on'],
      [200, 'scheduled', 'on'],
      [200, 'scheduled', 'on'],
    ]);
    expect(test.executions()).toEqual([2, 3, 4, 6, 7].map((revision) => `${body.showId}-${revision}`));
    await makeLive(body.showId);
    expect((await act(body.showId, 'take-over')).body).toMatchObject({ state: 'live', automation: 'off' });
    expect((await act(body.showId, 'end')).body).toMatchObject({ state: 'ending', endReason: 'hand' });
  });

  it('200 goes live now with a show that is days ahead, and starts its execution', async () => {
    const { body } = await create({ isDraft: false, localStart: '2026-12-06T10:00', localEnd: null });
    expect(test.executions()).toEqual([]);
    expect((await act(body.showId, 'go-live')).body.goLiveAt).toBe(NOW.toISOString());
    expect(test.executions()).toEqual([`${body.showId}-2`]);
  });

  it('200 for a cancellation before anything was started, which moves the show to the past ones', async () => {
    const { body } = await create({ isDraft: false });
    expect((await act(body.showId, 'cancel')).body).toMatchObject({ state: 'cancelled', allowedActions: [] });
    expect((await test.call('GET', PATH)).body.data).toEqual([]);
    const past = await test.call('GET', `${PATH}?state=past`);
    expect(past.body.data).toMatchObject([{ showId: body.showId, state: 'cancelled' }]);
    expect((await get(body.showId)).body.log.at(-1).detail).toBe('cancelled the show');
    expect((await act(body.showId, 'go-live')).status).toBe(409);
  });

  it('409 illegal_transition names what is possible', async () => {
    const { body } = await create();
    for (const action of ['unschedule', 'cancel', 'go-live', 'hold', 'resume', 'take-over', 'end']) {
      const { status, problem } = await act(body.showId, action);
      expect([status, problem.code, problem.allowedActions], action).toEqual([
        409,
        'illegal_transition',
        ['edit', 'schedule', 'delete'],
      ]);
    }
    test.time.now = new Date('2026-11-22T19:00:00.000Z');
    expect((await act(body.showId, 'schedule')).problem.detail).toContain('has passed');
  });

  it('409 show_conflict for going live into the time of another show', async () => {
    await addDestinations();
    await create({ ...ONE, isDraft: false, localStart: '2026-11-21T19:30', localEnd: '2026-11-21T20:00' });
    const { body } = await create({ ...ONE, isDraft: false });
    expect((await act(body.showId, 'go-live')).problem.code).toBe('show_conflict');
  });

  it('shows on the timeline what people did, under the title of the show', async () => {
    const { body } = await create({ isDraft: false });
    test.time.now = new Date(NOW.getTime() + 1000);
    await act(body.showId, 'hold');
    test.time.now = new Date(NOW.getTime() + 2000);
    const { body: timeline } = await test.call('GET', '/api/timeline?kind=show');
    expect(timeline.data).toMatchObject([
      { actor: 'operator', detail: 'held the run sheet', destinationName: 'Evening', destinationId: body.showId },
      { actor: 'operator', detail: 'planned the show' },
    ]);
  });

  it('names what a person should know', async () => {
    await addDestinations();
    const { body } = await create({ ...ONE, isDraft: false, localEnd: null });
    await act(body.showId, 'hold');
    expect((await get(body.showId)).body.attention).toEqual(['The run sheet is held. Resume it, or act by hand.']);
    await act(body.showId, 'resume');
    await makeLive(body.showId);
    const failed = makeShowDestination(DESTINATION_ID, {
      name: 'YouTube',
      isRequired: true,
      problem: 'it failed: no key',
    });
    await changeShow(test.deps, body.showId, (show) => ({ ...show, destinations: [failed] }));
    expect((await get(body.showId)).body.attention).toEqual([
      'YouTube, which is required, is not on air: it failed: no key.',
      'The show ends only by hand.',
    ]);
  });
});

describe('the source of a show', () => {
  it('is left alone unless the plan says otherwise', async () => {
    const { body } = await create();
    expect([body.startsSource, body.source]).toEqual([false, null]);
  });

  it('is planned 15 minutes before the start, kept in a copy, and given up by an edit', async () => {
    const { body } = await create({ startsSource: true });
    const planned = { startsAt: '2026-11-22T18:45:00.000Z', state: 'planned', changedAt: null, problem: null };
    expect([body.startsSource, body.source]).toEqual([true, planned]);
    const copy = { body: { localStart: '2026-11-23T20:00' } };
    const { body: copied } = await test.call('POST', `${PATH}/${body.showId}/duplicate`, copy);
    expect(copied).toMatchObject({ startsSource: true, source: { startsAt: '2026-11-23T18:45:00.000Z' } });
    const { body: edited } = await edit(body.showId, { startsSource: false });
    expect([edited.startsSource, edited.source]).toEqual([false, null]);
  });

  it('422 for what is neither true nor false', async () => {
    const answer = await create({ startsSource: 'yes' });
    expect([answer.status, messagesOf(answer)]).toEqual([422, [expect.stringMatching(/^startsSource: .*boolean/)]]);
  });

  it('names why it was not started, until the show is live', async () => {
    const at = NOW.toISOString();
    const source = {
      startRequestedAt: at,
      plannedFor: at,
      changedAt: at,
      state: 'failed',
      problem: 'the flow is DELETING',
    } as const;
    await insertShow(test.deps, makeShow({ showId: MISSING, startsSource: true, source }));
    const attention = 'The show could not start the source: the flow is DELETING. Start it by hand.';
    expect((await get(MISSING)).body).toMatchObject({
      attention: [expect.any(String), attention],
      source: { state: 'failed' },
    });
  });

  it('is stopped before the show is cancelled, if the show has started it', async () => {
    const at = NOW.toISOString();
    const source = { startRequestedAt: at, plannedFor: at, changedAt: at, state: 'started', problem: null } as const;
    await insertShow(test.deps, makeShow({ showId: MISSING, startsSource: true, source }));
    expect((await act(MISSING, 'cancel')).body.state).toBe('ending');
  });

  it.each(['start', 'stop'] as const)('belongs to the person who sends %s, whatever its state is', async (action) => {
    const show = { showId: MISSING, title: 'Evening' };
    const control = { show, action: 'start', isByHand: false, by: 'show', at: NOW.toISOString() } as const;
    await putSourceControl(test.deps, null, control);
    await test.call('POST', `/api/mediaconnect/flow/${action}`);
    expect(await getSourceControl(test.deps)).toMatchObject({ show: null, action, isByHand: true });
  });
});

describe('the contract', () => {
  it('404 for a show that does not exist', async () => {
    const requests: [string, string, object?][] = [
      ['GET', `${PATH}/${MISSING}`],
      ['PATCH', `${PATH}/${MISSING}`, { title: 'x' }],
      ['DELETE', `${PATH}/${MISSING}`],
      ['POST', `${PATH}/${MISSING}/duplicate`, { localStart: '2026-12-01T10:00' }],
      ...SHOW_ACTIONS.filter((action) => action !== 'edit' && action !== 'delete').map((action): [string, string] => [
        'POST',
        `${PATH}/${MISSING}/${action}`,
      ]),
    ];
    for (const [method, path, body] of requests) {
      expect((await test.call(method, path, { body })).status, `${method} ${path}`).toBe(404);
    }
  });

  it('documents no status that these tests have not met', async () => {
    const unmet = await test.unmetStatuses(
      PATH,
      `${PATH}/{showId}`,
      `${PATH}/{showId}/duplicate`,
      `${PATH}/{showId}/schedule`,
    );
    // Unknown queries are refused by the same code on every route.
    expect(unmet.filter((status) => !status.endsWith(' 422'))).toEqual([]);
  });
});

import { describe, expect, it } from 'vitest';
import { DESTINATION_ID, makeRecord, NOW, OTHER_ID, useTestApi } from '../../../test/support/api.ts';
import { changeDestination } from '../../aws/destination-table.ts';
import { changeShow } from '../../aws/show-table.ts';
import type { PreflightResource } from '../schemas/preflight.ts';

const test = useTestApi();
const PATH = '/api/shows';
const BODY = {
  title: 'Evening',
  zone: 'UTC',
  localStart: '2026-11-22T20:00',
  destinations: [{ destinationId: DESTINATION_ID }],
};
const ASK = { amount: 5, action: 'ask', countdownMinutes: 5 };

const create = async (changes: object = {}) => {
  await test.put(makeRecord({ name: 'YouTube' }));
  return test.call('POST', PATH, { body: { ...BODY, ...changes } });
};
const answer = (showId: string, body: object, headers = {}) =>
  test.call('POST', `${PATH}/${showId}/ceiling/answer`, { body, headers });
const edit = (showId: string, body: object) => test.call('PATCH', `${PATH}/${showId}`, { body });

/** Makes the show live, with its destination on air since so many minutes. */
async function makeLive(showId: string, minutes = 30): Promise<void> {
  const since = new Date(NOW.getTime() - minutes * 60_000).toISOString();
  await changeShow(test.deps, showId, (show) => ({
    ...show,
    state: 'live',
    liveAt: since,
    destinations: show.destinations.map((each) => ({ ...each, startRequestedAt: since, isStartConfirmed: true })),
  }));
  const channelRun = { startedAt: since, generation: 1, platform: 'youtube', preset: '1080p30' };
  await changeDestination(test.deps, DESTINATION_ID, (record) => ({
    ...record,
    status: 'running',
    desired: 'running',
    runningSince: since,
    generation: 1,
    held: { channelRun },
  }));
}

describe('the end rules of a plan', () => {
  it('are stored, shown, copied and removed', async () => {
    const { status, body } = await create({
      sourceLostMinutes: 10,
      onFailure: 'stop-all',
      ceiling: { ...ASK, spared: [DESTINATION_ID] },
    });
    const ceiling = {
      ...{ amount: 5, action: 'ask', countdownMinutes: 5, defaultAnswer: 'stop', spared: [DESTINATION_ID] },
      ...{ limit: 5, spent: 0, committed: 0, state: 'watching', answerDueAt: null },
    };
    expect([status, body.sourceLostMinutes, body.onFailure]).toEqual([201, 10, 'stop-all']);
    expect(body.ceiling).toMatchObject(ceiling);
    const copy = await test.call('POST', `${PATH}/${body.showId}/duplicate`, {
      body: { localStart: '2026-12-01T10:00' },
    });
    expect(copy.body).toMatchObject({ sourceLostMinutes: 10, onFailure: 'stop-all', ceiling });
    const removed = await edit(body.showId, { ceiling: null, sourceLostMinutes: null });
    expect(removed.body).toMatchObject({ ceiling: null, sourceLostMinutes: null });
  });

  it.each([
    [{ sourceLostMinutes: 0 }, 'sourceLostMinutes: must be at least 1, or null'],
    [{ sourceLostMinutes: 721 }, 'sourceLostMinutes: must be at most 720'],
    [
      { ceiling: { amount: 5, action: 'ask', spared: [OTHER_ID] } },
      `ceiling.spared.0: the show has no destination ${OTHER_ID}: spare one of its own`,
    ],
    [
      { ceiling: { amount: 5, action: 'stop', countdownMinutes: 5 } },
      'ceiling.countdownMinutes: only for the action ask, not for stop: leave it out',
    ],
    [{ ceiling: { amount: 0.001, action: 'stop' } }, 'ceiling.amount: must be at least 0.01'],
  ])('422 for %j', async (changes, message) => {
    const refused = await create(changes);
    const { field, message: text } = refused.problem.errors![0]!;
    expect([refused.status, `${field}: ${text}`]).toEqual([422, message]);
    expect((await test.call('GET', PATH)).body.data).toEqual([]);
  });

  it('422 for a ceiling below the ten minutes that every planned destination costs', async () => {
    const refused = await create({ ceiling: { amount: 0.01, action: 'stop' } });
    expect([refused.status, refused.problem.errors![0]!.message]).toEqual([
      422,
      expect.stringMatching(
        /^must be at least 0\.\d\d USD, not 0\.01 USD: so much do the planned destinations cost before anything can be stopped$/,
      ),
    ]);
    const least = Number(/(0\.\d\d) USD/.exec(refused.problem.errors![0]!.message)![1]);
    expect((await create({ ceiling: { amount: least, action: 'stop' } })).status).toBe(201);
    await test.put(makeRecord({ destinationId: OTHER_ID, name: 'Twitch' }));
    const both = [{ destinationId: DESTINATION_ID }, { destinationId: OTHER_ID }];
    expect((await create({ ceiling: { amount: least, action: 'stop' }, destinations: both })).status).toBe(422);
  });

  it('422 for another destination in a show whose ceiling does not allow it', async () => {
    await test.put(makeRecord({ destinationId: OTHER_ID, name: 'Twitch' }));
    const refused = await create({ ceiling: { amount: 0.01, action: 'stop' } });
    const least = Number(/(0\.\d\d) USD/.exec(refused.problem.errors![0]!.message)![1]);
    const { body } = await create({ ceiling: { amount: least, action: 'stop' } });
    const destinations = [{ destinationId: DESTINATION_ID }, { destinationId: OTHER_ID }];
    expect((await edit(body.showId, { destinations })).problem.errors![0]!.field).toBe('ceiling.amount');
    expect((await edit(body.showId, { title: 'Other' })).status).toBe(200);
  });

  it('422 for an edit that lowers the ceiling below the least amount, which leaves it as it was', async () => {
    const { body } = await create({ ceiling: { amount: 5, action: 'stop' } });
    const refused = await edit(body.showId, { ceiling: { amount: 0.01, action: 'stop' } });
    const [error] = refused.problem.errors!;
    expect([refused.status, error!.field]).toEqual([422, 'ceiling.amount']);
    expect(error!.message).toMatch(/^must be at least 0\.\d\d USD, not 0\.01 USD: /);
    expect((await test.call('GET', `${PATH}/${body.showId}`)).body).toMatchObject({
      ceiling: { amount: 5 },
      revision: 1,
    });
  });
});

describe('the preflight of a show with a ceiling', () => {
  const ceilingOf = async (ceiling: object | null, changes: object = {}) => {
    const { body } = await create({ ceiling, localEnd: '2026-11-22T22:00', ...changes });
    const checked = await test.call('POST', `${PATH}/${body.showId}/preflight`);
    const { checks } = checked.body as PreflightResource;
    return checks.filter(({ check }) => check === 'ceiling');
  };

  it('compares it with what the plan costs', async () => {
    expect(await ceilingOf(null)).toEqual([]);
    const [enough] = await ceilingOf({ amount: 50, action: 'stop' });
    expect(enough).toMatchObject({ subject: { kind: 'show', name: 'Show' }, state: 'passed', isRequired: true });
    const [little] = await ceilingOf({ amount: 0.5, action: 'stop' });
    expect(little).toMatchObject({
      state: 'failed',
      detail: expect.stringMatching(
        /^The show ceiling of 0\.50 USD will be reached: about \d\.\d\d USD for what is planned/,
      ),
    });
    expect((await ceilingOf({ amount: 0.5, action: 'warn' }))[0]!.state).toBe('warning');
  });
});

describe('POST /api/shows/{showId}/ceiling/answer', () => {
  it('200 keeps the show running until it ends or up to an amount, and says who decided', async () => {
    const { body } = await create({ ceiling: ASK, isDraft: false });
    await makeLive(body.showId);
    const kept = await answer(body.showId, { answer: 'keep' });
    expect(kept.body.ceiling).toMatchObject({ state: 'kept', limit: null, decidedBy: 'operator' });
    expect(kept.body.ceiling.spent).toBeGreaterThan(0.1);
    expect(kept.body.log.at(-1)).toMatchObject({
      actor: 'operator',
      detail: 'show ceiling of 5.00 USD: keep running until the show ends',
    });
    expect((await answer(body.showId, { answer: 'keep' })).body.revision).toBe(kept.body.revision);
    const upTo = await answer(body.showId, { answer: 'keep', amount: 9 });
    expect(upTo.body.ceiling).toMatchObject({ state: 'kept', limit: 9 });
    expect((await answer(body.showId, { answer: 'keep', amount: 0.01 })).status).toBe(422);
  });

  it('200 stop: the next execution of the run sheet stops everything', async () => {
    const { body } = await create({ ceiling: ASK, isDraft: false });
    await makeLive(body.showId);
    const stopped = await answer(body.showId, { answer: 'stop' });
    expect(stopped.body.ceiling).toMatchObject({ state: 'stopped', decidedBy: 'operator' });
    expect(test.executions().at(-1)).toBe(`${body.showId}-2`);
    expect(stopped.body.attention).toContain('The ceiling of the show has stopped everything that it does not spare.');
  });

  it('409 when there is nothing to answer, or the run sheet cannot act', async () => {
    const { body: none } = await create();
    const { body: warns } = await create({ ceiling: { amount: 5, action: 'warn' } });
    const { body: asks } = await create({ ceiling: ASK });
    for (const { showId } of [none, warns, asks]) expect((await answer(showId, { answer: 'keep' })).status).toBe(409);
    const { body } = await create({ ceiling: ASK, isDraft: false });
    await makeLive(body.showId);
    await test.call('POST', `${PATH}/${body.showId}/hold`);
    expect((await answer(body.showId, { answer: 'stop' })).problem.detail).toBe(
      'the run sheet is held, so it stops nothing',
    );
  });

  it('412 for an answer to an older version of the show', async () => {
    const { body } = await create({ ceiling: ASK, isDraft: false });
    await makeLive(body.showId);
    await answer(body.showId, { answer: 'keep' });
    expect((await answer(body.showId, { answer: 'stop' }, { 'if-match': '"1"' })).status).toBe(412);
  });

  it('an edit of other fields keeps what was decided, another ceiling begins without it', async () => {
    const { body } = await create({ ceiling: ASK, isDraft: false });
    await makeLive(body.showId);
    await answer(body.showId, { answer: 'keep' });
    expect((await edit(body.showId, { notes: 'x', ceiling: ASK })).body.ceiling.state).toBe('kept');
    expect((await edit(body.showId, { ceiling: { ...ASK, amount: 8 } })).body.ceiling.state).toBe('watching');
  });
});

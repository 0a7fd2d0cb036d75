import { beforeEach, describe, expect, it } from 'vitest';
import {
  makePrimary,
  makeRecord,
  makeRunning,
  DESTINATION_ID,
  MISSING_ID,
  OTHER_ID,
  useTestApi,
} from '../../../test/support/api.ts';
import { getCeiling } from '../../aws/ceiling-table.ts';
import { getDestination, listAllDestinations } from '../../aws/destination-table.ts';
import { evaluateCeilings } from '../../workflow/ceilings.ts';

const test = useTestApi();

const put = (body: object, headers = {}, period = 'day') =>
  test.call('PUT', `/api/ceilings/${period}`, { body, headers });
const answer = (body: object, headers = {}) => test.call('POST', '/api/ceilings/day/answer', { body, headers });
const start = (id = DESTINATION_ID) => test.call('POST', `/api/destinations/${id}/start`);
const evaluate = async () => evaluateCeilings(test.deps, await listAllDestinations(test.deps), 60);
const pass = (minutes: number) => (test.time.now = new Date(test.time.now.getTime() + minutes * 60_000));

/** Returns what the timeline says about ceilings, oldest first. */
async function storyOf(): Promise<string[]> {
  const to = new Date(test.time.now.getTime() + 1).toISOString();
  const { body } = await test.call('GET', `/api/timeline?kind=ceiling&to=${to}`);
  return body.data.map(({ actor, detail }: { actor: string; detail: string }) => `${actor}: ${detail}`).toReversed();
}

beforeEach(async () => {
  await test.put(makePrimary());
  await test.put(makeRunning({ platform: 'twitch' }));
  await test.put(makeRecord({ destinationId: OTHER_ID, name: 'Other', streamKeyFingerprint: 'ff' }));
});

describe('setting a ceiling', () => {
  it('stores it, shows it with the spending, and notes who set it', async () => {
    const stored = await put({ amount: 12.5, action: 'ask', spared: [OTHER_ID, 'primary'] });
    expect(stored.status).toBe(200);
    expect(stored.body).toMatchObject({
      ...{ period: 'day', amount: 12.5, action: 'ask', countdownMinutes: 10, defaultAnswer: 'stop' },
      ...{ spared: [OTHER_ID, 'primary'], limit: 12.5, state: 'watching', concerned: 1, isComplete: false },
      ...{ from: '2026-11-21T00:00:00.000Z', until: '2026-11-22T00:00:00.000Z', changedBy: 'operator' },
    });
    expect(stored.body.spent).toBeGreaterThan(0);
    expect(stored.body.committed).toBeGreaterThan(0);
    const list = await test.call('GET', '/api/ceilings');
    expect(list.body).toEqual({ currency: 'USD', isBilled: false, data: [stored.body] });
    expect(await storyOf()).toEqual([
      'operator: day ceiling set to 12.50 USD; when it is reached: ask for 10 min, then stop; 2 spared',
    ]);
  });

  it('is idempotent, and conditional with If-Match', async () => {
    const first = await put({ amount: 12.5, action: 'stop' });
    const again = await put({ amount: 12.5, action: 'stop' }, { 'if-match': '"77"' });
    expect([again.status, again.headers.get('etag')]).toEqual([200, first.headers.get('etag')]);
    const stale = await put({ amount: 13, action: 'stop' }, { 'if-match': '"77"' });
    expect([stale.status, stale.problem.code]).toEqual([412, 'etag_mismatch']);
    const fresh = await put({ amount: 13, action: 'stop' }, { 'if-match': first.headers.get('etag')! });
    expect([fresh.status, fresh.body.amount]).toEqual([200, 13]);
    expect(await storyOf()).toHaveLength(2);
  });

  it('returns 422 with the field, the value and what is allowed', async () => {
    const faultsOf = async (body: object) =>
      (await put(body)).problem.errors!.map(({ field, message }) => `${field}: ${message}`);
    expect(await faultsOf({ amount: 0, action: 'stop' })).toEqual(['amount: must be at least 0.01']);
    expect(await faultsOf({ amount: 10.005, action: 'stop' })).toEqual([
      expect.stringContaining('amount: must be in whole cents'),
    ]);
    expect(await faultsOf({ amount: 10, action: 'explode' })).toEqual([
      'action: must be one of warn, ask, stop, not "explode"',
    ]);
    expect(await faultsOf({ amount: 10, action: 'stop', countdownMinutes: 5 })).toEqual([
      'countdownMinutes: only for the action ask, not for stop: leave it out',
    ]);
    expect(await faultsOf({ amount: 10, action: 'ask', countdownMinutes: 61 })).toHaveLength(1);
    expect(await faultsOf({ amount: 10, action: 'stop', spared: [OTHER_ID, OTHER_ID, MISSING_ID] })).toEqual([
      `spared.1: ${OTHER_ID} is given twice`,
      `spared.2: there is no destination ${MISSING_ID}`,
    ]);
    expect((await put({ amount: 10, action: 'stop' }, {}, 'week')).status).toBe(404);
    expect(await getCeiling(test.deps, 'day')).toBeNull();
  });

  it('refuses an amount that is spent or committed already, and says the least amount', async () => {
    const { problem, status } = await put({ amount: 0.02, action: 'stop' });
    expect([status, problem.errors![0]!.field]).toEqual([422, 'amount']);
    const [, least] = /must be at least (\d+\.\d\d) USD, not 0\.02 USD/.exec(problem.errors![0]!.message)!;
    expect((await put({ amount: Number(least) - 0.01, action: 'stop' })).status).toBe(422);
    expect((await put({ amount: Number(least), action: 'stop' })).status).toBe(200);
    // It is not exceeded from the beginning.
    expect((await evaluate())[0]!.ceiling.course).toBeNull();
  });

  it('refuses a ceiling without a price list, which nothing could be compared with', async () => {
    const flowArn = test.deps.deployment.flowArn.replaceAll('us-east-1', 'eu-north-9');
    test.rebuild({ deployment: { ...test.deps.deployment, flowArn } });
    expect((await put({ amount: 10, action: 'stop' })).problem.errors![0]!.message).toContain(
      'no price list for eu-north-9',
    );
  });

  it('can be undone', async () => {
    await put({ amount: 12.5, action: 'stop' });
    expect((await test.call('DELETE', '/api/ceilings/day', { headers: { 'if-match': '"9"' } })).status).toBe(412);
    expect((await test.call('DELETE', '/api/ceilings/day')).status).toBe(204);
    expect((await test.call('DELETE', '/api/ceilings/day')).status).toBe(404);
    expect((await test.call('GET', '/api/ceilings')).body.data).toEqual([]);
    expect((await storyOf()).at(-1)).toBe('operator: day ceiling of 12.50 USD removed');
  });
});

/** Returns the lowest ceiling possible now. */
async function leastAmount(body: object = { action: 'stop' }): Promise<number> {
  const { problem } = await put({ ...body, amount: 0.01 });
  return Number(/at least (\d+\.\d\d) USD/.exec(problem.errors![0]!.message)![1]);
}

/** Sets the lowest ceiling possible and lets it be reached. */
async function reach(body: object): Promise<void> {
  expect((await put({ ...body, amount: await leastAmount(body) })).status).toBe(200);
  pass(20);
  await evaluate();
}

const desiredOf = async (id: string) => (await getDestination(test.deps, id))!.desired;

describe('a ceiling that is reached', () => {
  it('stops everything, the preview too, and names itself in record and history', async () => {
    await reach({ action: 'stop' });
    const record = (await getDestination(test.deps, DESTINATION_ID))!;
    expect([record.desired, record.status, record.desiredBy]).toEqual(['idle', 'stopping', 'day ceiling']);
    expect(record.operation!.requestedBy).toBe('day ceiling');
    expect(await desiredOf('primary')).toBe('idle');
    expect((await storyOf()).at(-1)).toMatch(
      /^day ceiling: day ceiling of .* is reached: everything that is not spared stops$/,
    );
  });

  it('leaves alone what is spared', async () => {
    await reach({ action: 'stop', spared: [DESTINATION_ID] });
    expect([await desiredOf(DESTINATION_ID), await desiredOf('primary')]).toEqual(['running', 'idle']);
  });

  it('stops nothing twice, and again what is started in spite of it', async () => {
    await reach({ action: 'stop' });
    const { writeCount } = (await getDestination(test.deps, DESTINATION_ID))!;
    const executions = test.executions().length;
    pass(1);
    await evaluate();
    expect((await getDestination(test.deps, DESTINATION_ID))!.writeCount).toBe(writeCount);
    expect(test.executions()).toHaveLength(executions);
    await test.put(makeRunning({ destinationId: OTHER_ID, streamKeyFingerprint: 'ff' }));
    await evaluate();
    expect(await desiredOf(OTHER_ID)).toBe('idle');
  });

  it('refuses a start with 409 that says how to continue, until a person keeps everything running', async () => {
    await reach({ action: 'stop', spared: ['primary'] });
    const { status, problem } = await start();
    expect([status, problem.code]).toEqual([409, 'ceiling_reached']);
    expect(problem.remedy).toContain('POST /api/ceilings/day/answer');
    const bulk = await test.call('POST', '/api/destinations/start', { body: { ids: [DESTINATION_ID] } });
    expect([bulk.status, bulk.problem.code]).toEqual([409, 'ceiling_reached']);
    expect((await test.call('POST', `/api/destinations/${DESTINATION_ID}/restart`)).status).toBe(409);
    expect((await answer({ answer: 'keep' })).body).toMatchObject({
      state: 'kept',
      limit: null,
      decidedBy: 'operator',
    });
    expect((await start()).status).toBe(202);
  });

  it('refuses to turn the preview on from off when its start would lead above the amount', async () => {
    const setMode = (mode: string) => test.call('PUT', '/api/primary', { body: { mode } });
    expect((await setMode('off')).status).toBe(200);
    await put({ action: 'stop', amount: await leastAmount() });
    const { status, problem } = await setMode('always');
    expect([status, problem.code]).toEqual([409, 'ceiling_reached']);
    expect((await test.call('GET', '/api/primary')).body.mode).toBe('off');
    await put({ action: 'stop', amount: 500 });
    pass(2);
    expect((await setMode('always')).status).toBe(200);
    expect(await desiredOf('primary')).toBe('running');
  });

  it('starts a preview that is turned off and on at once only a minute later', async () => {
    const setMode = (mode: string) => test.call('PUT', '/api/primary', { body: { mode } });
    await put({ action: 'stop', amount: 500 });
    await setMode('off');
    expect([(await setMode('always')).body.mode, await desiredOf('primary')]).toEqual(['always', 'idle']);
    pass(2);
    await setMode('always');
    expect(await desiredOf('primary')).toBe('running');
  });

  it('allows starts again in the next period', async () => {
    await put({ amount: 5, action: 'stop' });
    await answer({ answer: 'stop' });
    expect((await start(OTHER_ID)).status).toBe(409);
    test.time.now = new Date('2026-11-22T00:00:00.000Z');
    expect((await start(OTHER_ID)).status).toBe(202);
    expect((await test.call('GET', '/api/ceilings')).body.data[0]).toMatchObject({ state: 'watching', since: null });
  });

  it('refuses a start that would lead above it, and not one that is spared', async () => {
    const least = await leastAmount();
    await put({ amount: least, action: 'stop' });
    const refused = await start(OTHER_ID);
    expect([refused.status, refused.problem.detail]).toEqual([
      409,
      expect.stringContaining('does not allow another start'),
    ]);
    await put({ amount: least, action: 'stop', spared: [OTHER_ID] });
    expect((await start(OTHER_ID)).status).toBe(202);
  });

  it('allows one of two starts at the same time that only alone are within it', async () => {
    const third = MISSING_ID;
    await test.put(makeRecord({ destinationId: third, name: 'Third', streamKeyFingerprint: 'fe' }));
    let cents = Math.round((await leastAmount()) * 100);
    test.delayWrites(20);
    const isRefused = ({ problem }: { problem: { code: string } | null }) => problem?.code === 'ceiling_reached';
    // Until the lowest ceiling that allows one more start.
    let answers = [];
    do {
      expect((await put({ amount: cents / 100, action: 'stop' })).status).toBe(200);
      answers = await Promise.all([start(OTHER_ID), start(third)]);
      cents += 1;
    } while (answers.every(isRefused));
    expect(answers.filter(isRefused)).toHaveLength(1);
    expect((await Promise.all([OTHER_ID, third].map(desiredOf))).toSorted()).toEqual(['idle', 'running']);
  });

  it('refuses an edit that restarts, which is charged as another start, and no other edit', async () => {
    await put({ amount: await leastAmount(), action: 'stop' });
    const edit = (body: object) => test.call('PATCH', `/api/destinations/${DESTINATION_ID}?apply=now`, { body });
    const { problem, status } = await edit({ preset: '480p30' });
    expect([status, problem.code]).toEqual([409, 'ceiling_reached']);
    expect((await edit({ name: 'Renamed' })).status).toBe(200);
  });

  it('only warns when it is set so', async () => {
    await reach({ action: 'warn' });
    expect(await desiredOf(DESTINATION_ID)).toBe('running');
    expect((await start(OTHER_ID)).status).toBe(202);
    expect((await answer({ answer: 'keep' })).problem.detail).toContain('only warns');
  });

  it('resumes where an earlier evaluation was interrupted', async () => {
    await reach({ action: 'stop' });
    // As if the process had ended between the decision and the stop.
    await test.put(makeRunning({ platform: 'twitch' }));
    await evaluate();
    expect(await desiredOf(DESTINATION_ID)).toBe('idle');
  });
});

describe('a question', () => {
  it('keeps everything running until its countdown ends, then stops', async () => {
    await reach({ action: 'ask', countdownMinutes: 5 });
    const { body } = await test.call('GET', '/api/ceilings');
    expect(body.data[0]).toMatchObject({
      state: 'asked',
      decidedBy: 'ceiling',
      answerDueAt: '2026-11-21T18:25:00.000Z',
    });
    pass(4);
    await evaluate();
    expect(await desiredOf(DESTINATION_ID)).toBe('running');
    pass(1);
    await evaluate();
    expect(await desiredOf(DESTINATION_ID)).toBe('idle');
  });

  it('is answered with stop at once', async () => {
    await reach({ action: 'ask' });
    expect((await answer({ answer: 'stop' })).body).toMatchObject({
      state: 'stopped',
      decidedBy: 'operator',
      concerned: 0,
    });
    const { desired, desiredBy } = (await getDestination(test.deps, DESTINATION_ID))!;
    expect([desired, desiredBy]).toEqual(['idle', 'operator']);
    expect((await storyOf()).at(-1)).toMatch(/^operator: day ceiling of .* stop everything that is not spared$/);
  });

  it('has one answer when two people give different ones at once', async () => {
    await reach({ action: 'ask' });
    const { body } = await test.call('GET', '/api/ceilings');
    expect(body.data[0].state).toBe('asked');
    const headers = { 'if-match': `"${(await getCeiling(test.deps, 'day'))!.revision}"` };
    const both = await Promise.all([answer({ answer: 'keep' }, headers), answer({ answer: 'stop' }, headers)]);
    expect(both.map(({ status }) => status).toSorted()).toEqual([200, 412]);
    const isKept = both[0]!.status === 200;
    expect(await desiredOf(DESTINATION_ID)).toBe(isKept ? 'running' : 'idle');
  });

  it('has the same answer twice with one effect', async () => {
    await reach({ action: 'ask' });
    const headers = { 'if-match': `"${(await getCeiling(test.deps, 'day'))!.revision}"` };
    const first = await answer({ answer: 'keep' }, headers);
    const again = await answer({ answer: 'keep' }, headers);
    expect([again.status, again.headers.get('etag')]).toEqual([200, first.headers.get('etag')]);
    expect((await storyOf()).filter((line) => line.includes('keep running'))).toHaveLength(1);
  });

  it('can be answered with an amount, which must be above what is spent', async () => {
    await reach({ action: 'ask' });
    expect((await answer({ answer: 'keep', amount: 0.5 })).problem.errors![0]!.field).toBe('amount');
    expect((await answer({ answer: 'stop', amount: 50 })).status).toBe(422);
    expect((await answer({ answer: 'keep', amount: 50 })).body).toMatchObject({
      state: 'kept',
      limit: 50,
      amount: expect.any(Number),
    });
  });

  it('has no answer without a ceiling', async () => {
    expect((await answer({ answer: 'stop' })).status).toBe(404);
  });
});

it('the preview stays off air while a ceiling holds it, whatever its mode is set to', async () => {
  await reach({ action: 'stop' });
  expect((await test.call('PUT', '/api/primary', { body: { mode: 'always' } })).body.destination.desired).toBe('idle');
});

it('a summary of the spending is read instead of the whole period, and gives the same amounts', async () => {
  await put({ amount: 100, action: 'stop' }, {}, 'month');
  const first = (await test.call('GET', '/api/ceilings')).body.data[0];
  const reads: object[] = [];
  const { table } = test.deps.clients;
  const send = table.send.bind(table) as (command: { input: { IndexName?: string } }) => Promise<unknown>;
  Object.assign(table, {
    send(command: { input: { IndexName?: string } }) {
      if (command.input.IndexName) reads.push(command);
      return send(command);
    },
  });
  const second = (await test.call('GET', '/api/ceilings')).body.data[0];
  Object.assign(table, { send });
  expect(second).toEqual(first);
  // One day of the index instead of twenty-one.
  expect(reads).toHaveLength(1);
});

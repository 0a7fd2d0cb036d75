import { beforeEach, describe, expect, it } from 'vitest';
import { DESTINATION_ID, makePrimary, makeRunning, OTHER_ID, useTestApi } from '../../../test/support/api.ts';
import { getDestination, listAllDestinations } from '../../aws/destination-table.ts';
import { getNoSourceLimit } from '../../aws/no-source-limit-table.ts';
import { putSourceObservation } from '../../aws/source-table.ts';
import { evaluateNoSource } from '../../workflow/no-source-limit.ts';

const test = useTestApi();
const PATH = '/api/no-source-limit';

const put = (body: object, headers = {}) => test.call('PUT', PATH, { body, headers });
const read = async () => (await test.call('GET', PATH)).body;
const answer = (given: string, headers = {}) =>
  test.call('POST', `${PATH}/answer`, { body: { answer: given }, headers });
const pass = (minutes: number) => (test.time.now = new Date(test.time.now.getTime() + minutes * 60_000));
const desiredOf = async (id: string) => (await getDestination(test.deps, id))!.desired;

/** Observes the source, as the monitor does. @param connected null: it could not be read */
async function observe(connected: boolean | null, lostSince: string | null = null): Promise<void> {
  const figures = { connectedSince: null, bitrateBps: null, continuityErrors: null };
  const more = { packetLossPercent: null, roundTripMs: null, jitterMs: null };
  await putSourceObservation(test.deps, {
    ...{ ...figures, ...more, connected, lostSince },
    observedAt: test.time.now.toISOString(),
  });
}

const evaluate = async (connected: boolean | null = false) =>
  evaluateNoSource(test.deps, await listAllDestinations(test.deps), connected);

let lostSince: string;

/** Loses the source and evaluates so many minutes later. */
async function lose(minutes: number): Promise<void> {
  lostSince = test.time.now.toISOString();
  pass(minutes);
  await observe(false, lostSince);
  await evaluate();
}

async function storyOf(): Promise<string[]> {
  const to = new Date(test.time.now.getTime() + 1).toISOString();
  const { body } = await test.call('GET', `/api/timeline?kind=source&to=${to}`);
  return body.data.map(({ actor, detail }: { actor: string; detail: string }) => `${actor}: ${detail}`).toReversed();
}

beforeEach(async () => {
  await test.put(makePrimary());
  await test.put(makeRunning({ onSourceLoss: 'wait' }));
  await test.put(
    makeRunning({ destinationId: OTHER_ID, name: 'Other', streamKeyFingerprint: 'ff', onSourceLoss: 'wait' }),
  );
});

describe('the setting of the no-source limit', () => {
  it('warns after ten minutes by default, and says that the source is unknown', async () => {
    expect(await read()).toMatchObject({
      ...{ minutes: 10, action: 'warn', spared: [], source: 'unknown', state: 'watching', channels: [] },
      ...{ revision: 0, changedBy: null, changedAt: null },
    });
    await observe(false, test.time.now.toISOString());
    expect(await read()).toMatchObject({ source: 'lost' });
    await observe(true);
    expect(await read()).toMatchObject({ source: 'delivers', lostSince: null });
  });

  it('is stored, idempotent, conditional with If-Match, and noted', async () => {
    const body = { minutes: 15, action: 'ask', countdownMinutes: 3, spared: [OTHER_ID] };
    const first = await put(body, { 'if-match': '"0"' });
    expect([first.status, first.body.defaultAnswer, first.body.changedBy]).toEqual([200, 'stop', 'operator']);
    expect((await put(body, { 'if-match': '"77"' })).body.revision).toBe(1);
    const stale = await put({ ...body, minutes: 16 }, { 'if-match': '"77"' });
    expect([stale.status, stale.problem.code]).toEqual([412, 'etag_mismatch']);
    expect(await storyOf()).toEqual([
      'operator: no-source limit set to 15 min; then: ask for 3 min, then stop; 1 spared',
    ]);
  });

  it('returns 422 with the field, the value and what is allowed', async () => {
    const faultsOf = async (body: object) =>
      (await put(body)).problem.errors!.map(({ field, message }) => `${field}: ${message}`);
    expect((await faultsOf({ minutes: -1, action: 'stop' }))[0]).toContain('minutes: ');
    expect((await faultsOf({ minutes: 1.5, action: 'stop' }))[0]).toContain('minutes: ');
    expect((await faultsOf({ minutes: 10, action: 'explode' }))[0]).toContain('action: ');
    expect(await faultsOf({ minutes: 10, action: 'stop', countdownMinutes: 3 })).toEqual([
      'countdownMinutes: only for the action ask, not for stop: leave it out',
    ]);
    expect((await faultsOf({ minutes: 10, action: 'stop', spared: ['primary'] }))[0]).toContain('by its mode');
    expect((await getNoSourceLimit(test.deps)).revision).toBe(0);
  });
});

describe('channels that run without a source', () => {
  it('are stopped at their minute, once, except spared ones and the preview, and the record names the limit', async () => {
    await put({ minutes: 10, action: 'stop', spared: [OTHER_ID] });
    await lose(9);
    expect(await desiredOf(DESTINATION_ID)).toBe('running');
    pass(1);
    await observe(false, lostSince);
    expect(await evaluate()).toMatchObject({ unfed: true });
    const record = (await getDestination(test.deps, DESTINATION_ID))!;
    expect([record.desired, record.desiredBy, record.operation!.requestedBy]).toEqual([
      ...['idle', 'no-source limit', 'no-source limit'],
    ]);
    expect([await desiredOf(OTHER_ID), await desiredOf('primary')]).toEqual(['running', 'running']);
    const executions = test.executions().length;
    await evaluate();
    expect(test.executions()).toHaveLength(executions);
    expect((await storyOf()).at(-1)).toBe(
      'no-source limit: no source for 10 min: the channels stop, except spared ones',
    );
  });

  it('stay on air while it is not known whether the source delivers', async () => {
    await put({ minutes: 10, action: 'stop' });
    await lose(9);
    pass(1);
    await observe(null);
    expect(await evaluate(null)).toMatchObject({ unfed: null });
    // The newest observation is too old.
    await observe(false, lostSince);
    pass(6);
    expect(await evaluate(null)).toMatchObject({ unfed: null });
    expect([await desiredOf(DESTINATION_ID), await read()]).toMatchObject(['running', { source: 'unknown' }]);
  });

  it('stay on air when the source returns between the decision and the stop', async () => {
    await put({ minutes: 10, action: 'stop' });
    const { clients } = test.deps;
    const send = clients.table.send.bind(clients.table);
    // The process dies right after the decision is stored.
    clients.table.send = (async (command: { input: { Item?: Record<string, unknown> } }) => {
      const result = await send(command as never);
      if (command.input.Item?.['pk'] === 'NO-SOURCE-LIMIT') throw new Error('the process died');
      return result;
    }) as typeof clients.table.send;
    await expect(lose(11)).rejects.toThrow('the process died');
    clients.table.send = send as typeof clients.table.send;
    expect([(await getNoSourceLimit(test.deps)).course?.state, await desiredOf(DESTINATION_ID)]).toEqual([
      ...['stopped', 'running'],
    ]);
    pass(1);
    await observe(true);
    expect(await evaluate(true)).toMatchObject({ unfed: false });
    expect(await desiredOf(DESTINATION_ID)).toBe('running');
    // Without the source, the next evaluation continues.
    await observe(false, lostSince);
    await evaluate();
    expect(await desiredOf(DESTINATION_ID)).toBe('idle');
  });

  it('are asked about, kept by a person until the source returns, and stopped without an answer', async () => {
    await put({ minutes: 10, action: 'ask', countdownMinutes: 5 });
    expect((await answer('keep')).problem.code).toBe('illegal_transition');
    await lose(10);
    const asked = await read();
    expect(asked).toMatchObject({
      ...{ state: 'asked', source: 'lost', answerDueAt: new Date(test.time.now.getTime() + 300_000).toISOString() },
      channels: [{ destinationId: DESTINATION_ID }, { destinationId: OTHER_ID }],
    });
    expect((await answer('stop', { 'if-match': '"1"' })).status).toBe(412);
    const kept = await answer('keep', { 'if-match': `"${asked.revision}"` });
    expect(kept.body).toMatchObject({ state: 'kept', decidedBy: 'operator' });
    pass(20);
    await observe(false, lostSince);
    await evaluate();
    expect(await desiredOf(DESTINATION_ID)).toBe('running');
    await observe(true);
    await lose(10);
    pass(5);
    await observe(false, lostSince);
    await evaluate();
    expect(await desiredOf(DESTINATION_ID)).toBe('idle');
  });

  it('are stopped at once by a person, whose name is on the record', async () => {
    await put({ minutes: 10, action: 'ask' });
    await lose(10);
    expect((await answer('stop')).body).toMatchObject({ state: 'stopped', decidedBy: 'operator', channels: [] });
    expect([await desiredOf(OTHER_ID), (await getDestination(test.deps, OTHER_ID))!.desiredBy]).toEqual([
      ...['idle', 'operator'],
    ]);
  });
});

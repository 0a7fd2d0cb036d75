import { DescribeFlowCommand, StartFlowCommand, StopFlowCommand } from '@aws-sdk/client-mediaconnect';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeShow, SHOW_ID } from '../../test/support/make-show.ts';
import { startTestDeployment, type TestDeployment } from '../../test/support/test-deployment.ts';
import { waitFor } from '../../test/support/wait-for.ts';
import { changeDestination } from '../aws/destination-table.ts';
import { listHistory } from '../aws/history-table.ts';
import { insertShow } from '../aws/show-table.ts';
import { getSourceControl, overruleShows, putSourceControl } from '../aws/source-control-table.ts';
import { SOURCE_OWNER } from '../domain/source-timeline.ts';
import type { Show } from '../domain/show.ts';
import { releaseForgottenSource, releaseShowSource, startShowSource } from './show-source.ts';

let sluice: TestDeployment;

beforeEach(async () => {
  sluice = await startTestDeployment();
});
afterEach(() => sluice.close());

const flow = () => ({ FlowArn: sluice.deps.deployment.flowArn });
const client = () => sluice.deps.clients.mediaConnect;
const status = async () => (await client().send(new DescribeFlowCommand(flow()))).Flow!.Status!;
const until = (wanted: string) => waitFor(`the flow to be ${wanted}`, async () => (await status()) === wanted);

async function turnOff(): Promise<void> {
  await until('ACTIVE');
  await client().send(new StopFlowCommand(flow()));
  await until('STANDBY');
}

const isoIn = (delayMs: number) => new Date(Date.now() + delayMs).toISOString();
/** A show that starts in ten minutes and has just decided to start the source. */
function makePlan(changes: Partial<Show> = {}): Show {
  const source = {
    startRequestedAt: isoIn(0),
    plannedFor: isoIn(-300_000),
    changedAt: isoIn(0),
    state: 'requested',
    problem: null,
  } as const;
  const times = { startsAt: isoIn(600_000), endsAt: isoIn(4_200_000) };
  return makeShow({ title: 'Sunday', startsSource: true, source, ...times, ...changes });
}
const start = (show: Show) => startShowSource(sluice.deps, show, new Date());
const release = (show: Show) => releaseShowSource(sluice.deps, show, 'end by the clock');
const byHand = (action: 'start' | 'stop') => overruleShows(sluice.deps, { action, by: 'Ann', at: isoIn(1) });
const lines = async () =>
  (await listHistory(sluice.deps, SOURCE_OWNER.destinationId))
    .map(({ entry }) => `${entry!.actor}: ${entry!.detail}`)
    .toReversed();

describe('a show that starts the source', () => {
  it('starts it once and stops it at its end, and the timeline names show and rule', async () => {
    await turnOff();
    const show = makePlan();
    const started = { state: 'started', problem: null };
    expect([await start(show), await start(show)]).toEqual([started, started]);
    await until('ACTIVE');
    expect([await release(show), await release(show)]).toEqual([
      { state: 'stopped', problem: null },
      { state: 'left_on', problem: null },
    ]);
    await until('STANDBY');
    expect(await lines()).toEqual([
      `show "Sunday" (${SHOW_ID}): start: started the source`,
      `show "Sunday" (${SHOW_ID}): end by the clock: stopped the source`,
    ]);
  });

  it('does not stop a source that was on before', async () => {
    await until('ACTIVE');
    const show = makePlan();
    expect(await start(show)).toEqual({ state: 'already_on', problem: null });
    expect(await release(show)).toEqual({ state: 'left_on', problem: null });
    expect(await status()).toBe('ACTIVE');
  });

  it('continues what a crash interrupted before or after the call to MediaConnect', async () => {
    await turnOff();
    const show = makePlan();
    const { showId, title } = show;
    const claim = { show: { showId, title }, action: 'start', isByHand: false, by: 'x', at: isoIn(0) } as const;
    await putSourceControl(sluice.deps, null, claim);
    expect(await start(show)).toMatchObject({ state: 'started' });
    await until('ACTIVE');
    expect(await start(show)).toMatchObject({ state: 'started' });
    await client().send(new StopFlowCommand(flow()));
    await until('STANDBY');
    await putSourceControl(sluice.deps, await getSourceControl(sluice.deps), { ...claim, action: 'stop' });
    expect(await release(show)).toEqual({ state: 'stopped', problem: null });
  });

  it('leaves the source as a person has it who starts or stops it meanwhile', async () => {
    await turnOff();
    const show = makePlan();
    await byHand('stop');
    expect(await start(show)).toEqual({ state: 'failed', problem: 'Ann stopped it meanwhile' });
    expect(await status()).toBe('STANDBY');
    const next = makePlan({ source: { ...show.source!, startRequestedAt: isoIn(60_000) } });
    expect(await start(next)).toMatchObject({ state: 'started' });
    await byHand('start');
    expect(await release(next)).toEqual({ state: 'left_on', problem: null });
    await until('ACTIVE');
  });

  it('waits while a person starts the source', async () => {
    await turnOff();
    await byHand('start');
    await expect(start(makePlan())).rejects.toMatchObject({ code: 'concurrent_change' });
  });

  it('undoes its start when a person stopped the source at the same moment', async () => {
    await turnOff();
    const send = client().send.bind(client());
    const hand = async (command: never) => {
      if ((command as object) instanceof StartFlowCommand) await byHand('stop');
      return send(command);
    };
    const between = { ...sluice.deps, clients: { ...sluice.deps.clients, mediaConnect: { send: hand } as never } };
    expect(await startShowSource(between, makePlan(), new Date())).toMatchObject({ state: 'failed' });
    await until('STANDBY');
  });

  it('does not start it long after the decision', async () => {
    await turnOff();
    const slept = new Date(Date.now() - 61_000);
    await expect(startShowSource(sluice.deps, makePlan(), slept)).rejects.toMatchObject({ code: 'concurrent_change' });
    expect([await status(), await getSourceControl(sluice.deps)]).toEqual(['STANDBY', null]);
  });

  it('leaves it on for a destination that runs, and says so', async () => {
    await turnOff();
    const show = makePlan();
    await start(show);
    const { destinationId, name } = await sluice.addDestination();
    await changeDestination(sluice.deps, destinationId, (record) => ({ ...record, desired: 'running' }));
    expect(await release(show)).toEqual({
      state: 'left_on',
      problem: `${name} needs it; stop it by hand when it is done`,
    });
    await until('ACTIVE');
    expect(await getSourceControl(sluice.deps)).toMatchObject({ show: null });
  });

  it('hands it to the show that starts next, which stops it at its end', async () => {
    await turnOff();
    const show = makePlan();
    await start(show);
    const next = makePlan({ showId: `shw_${'2'.repeat(26)}`, title: 'Evening', source: undefined as never });
    await insertShow(sluice.deps, next);
    expect(await release(show)).toMatchObject({ state: 'left_on', problem: expect.stringContaining('"Evening"') });
    await until('ACTIVE');
    expect(await start(next)).toMatchObject({ state: 'started' });
    expect(await release(next)).toMatchObject({ state: 'stopped' });
    await until('STANDBY');
    expect(await lines()).toHaveLength(2);
  });

  it('is not stopped by a show that was there before, while that show stops it', async () => {
    await turnOff();
    const show = makePlan();
    await start(show);
    const control = (await getSourceControl(sluice.deps))!;
    await putSourceControl(sluice.deps, control, { ...control, action: 'stop' });
    const next = makePlan({ showId: `shw_${'2'.repeat(26)}` });
    await expect(start(next)).rejects.toMatchObject({ code: 'concurrent_change' });
  });
});

describe('the sweep', () => {
  it.each([
    ['a show that was deleted', null],
    ['a show that is a draft again', { state: 'draft' }],
    ['a show that was moved', { startsAt: isoIn(86_400_000), endsAt: isoIn(90_000_000) }],
    ['a show that does without it', { startsSource: false }],
  ] as const)('stops the source of %s', async (_, changes) => {
    await turnOff();
    const show = makePlan();
    await start(show);
    if (changes) await insertShow(sluice.deps, { ...show, ...changes });
    await releaseForgottenSource(sluice.deps);
    await until('STANDBY');
    expect(await lines()).toContain(`show "Sunday" (${SHOW_ID}): not needed any more: stopped the source`);
  });

  it('keeps the source of a show that is to begin', async () => {
    await turnOff();
    const show = makePlan();
    await start(show);
    await insertShow(sluice.deps, show);
    await releaseForgottenSource(sluice.deps);
    await until('ACTIVE');
    expect(await getSourceControl(sluice.deps)).toMatchObject({ show: { showId: SHOW_ID }, action: 'start' });
  });
});

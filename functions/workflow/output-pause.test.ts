import { BatchUpdateScheduleCommand, DescribeScheduleCommand, type ScheduleAction } from '@aws-sdk/client-medialive';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeShow, makeShowDestination } from '../../test/support/make-show.ts';
import { makeRecordingEngine, type RecordingEngine } from '../../test/support/media-endpoint.ts';
import { startTestDeployment, type TestDeployment } from '../../test/support/test-deployment.ts';
import { waitFor } from '../../test/support/wait-for.ts';
import { changeDestination, getDestination } from '../aws/destination-table.ts';
import { changeShow, getShow, insertShow } from '../aws/show-table.ts';
import { decideStart, decideStop } from '../domain/requests.ts';
import { requestShowAction, type Show } from '../domain/show.ts';
import { requestChange } from './operations.ts';
import { letOutputGo, planPause } from './output-pause.ts';
import { runShow } from './run-show.ts';

let sluice: TestDeployment;
let engine: RecordingEngine;

beforeEach(async () => {
  engine = makeRecordingEngine();
  sluice = await startTestDeployment({ engine, pausesOutputs: true });
});
afterEach(() => sluice.close());

/** So far ahead of the real time, which MediaLive goes by, that no load of the machine makes a difference. */
const AHEAD_MS = 600_000;

/** Plans a show and plays its first pass, shortly before its second by the run sheet's own clock. */
async function begin(pausesOutputs = true) {
  const { destinationId } = await sluice.addDestination({ standby: 'warm' });
  const startsMs = Date.now() + AHEAD_MS;
  const startsAt = new Date(startsMs).toISOString();
  const endsAt = new Date(startsMs + 3_600_000).toISOString();
  const show = makeShow({ startsAt, endsAt, destinations: [makeShowDestination(destinationId)] });
  await insertShow(sluice.deps, show);
  let nowMs = startsMs - (pausesOutputs ? 25_000 : 1_000);
  const deps = { ...sluice.deps, pausesOutputs, now: () => new Date(nowMs) };
  const pass = async () => (await runShow(deps, show.showId))!.show;
  await pass();
  const record = await sluice.until(destinationId, 'the channel to run', ({ status }) => status === 'running');
  const channelId = record.held.channel!.channelId;
  const act = (action: 'hold' | 'go-live' | 'cancel' | 'resume' | 'take-over') =>
    changeShow(deps, show.showId, (found: Show) =>
      requestShowAction(found, action, { by: 'operator', now: deps.now() }),
    );
  return {
    ...{ channelId, deps, destinationId, startsAt, pass, act },
    show: async () => (await getShow(deps, show.showId))!,
    record: async () => (await getDestination(deps, destinationId))!,
    isSending: () => engine.channels.has(channelId),
    /** Moves the run sheet's clock to so long after the planned second. */
    passSecond: (byMs = 0) => void (nowMs = startsMs + byMs),
  };
}

async function scheduleOf(channelId: string): Promise<[string, string | null][]> {
  const { ScheduleActions = [] } = await sluice.deps.clients.mediaLive.send(
    new DescribeScheduleCommand({ ChannelId: channelId }),
  );
  return ScheduleActions.map(({ ActionName, ScheduleActionStartSettings: start }: ScheduleAction) => [
    ActionName!.replace(/\d{13}$/, 'T'),
    start?.FixedModeScheduleActionStartSettings?.Time ?? null,
  ]);
}

describe('the channel of a show', () => {
  it('is paused from its start, and its schedule has the planned second', async () => {
    const made = await begin();
    expect((await made.record()).outputPause).toMatchObject({ state: 'paused', plannedFor: made.startsAt });
    expect(await scheduleOf(made.channelId)).toEqual([
      ['pause-1', null],
      ['unpause-1-T', made.startsAt],
    ]);
    expect(made.isSending()).toBe(false);
  });

  it('is let go at its second, once, however often that is asked', async () => {
    const made = await begin();
    await made.pass();
    expect((await made.show()).destinations[0]).toMatchObject({ readyAt: expect.any(String), onAirAt: null });
    made.passSecond();
    await made.pass();
    await waitFor('the picture', () => made.isSending());
    await Promise.all([made.pass(), letOutputGo(made.deps, made.destinationId), made.pass()]);
    expect((await made.record()).outputPause).toMatchObject({ state: 'ended', endedAt: made.startsAt });
    expect((await made.show()).destinations[0]).toMatchObject({ onAirAt: made.startsAt });
    expect(engine.log.filter((line) => line === `startChannel ${made.channelId}`)).toHaveLength(1);
  });

  it('without the setting, the picture is sent as soon as it runs', async () => {
    const made = await begin(false);
    await waitFor('the picture', () => made.isSending());
    expect(await scheduleOf(made.channelId)).toEqual([]);
  });

  it('that a person goes live with is let go at once', async () => {
    const made = await begin();
    await made.act('go-live');
    await made.pass();
    await waitFor('the picture', () => made.isSending());
    expect((await made.record()).outputPause!.state).toBe('ended');
  });

  it.each(['hold', 'take-over'] as const)(
    'that a person keeps with %s has no planned second any more',
    async (action) => {
      const made = await begin();
      await made.act(action);
      await made.pass();
      expect((await made.record()).outputPause).toMatchObject({ state: 'paused', until: null, plannedFor: null });
      expect(await scheduleOf(made.channelId)).toEqual([['pause-1', null]]);
      made.passSecond(600_000);
      await made.pass();
      expect(made.isSending()).toBe(false);
    },
  );

  it('resumes with its second planned again', async () => {
    const made = await begin();
    await made.act('hold');
    await made.pass();
    await made.act('resume');
    await made.pass();
    expect((await made.record()).outputPause).toMatchObject({ until: made.startsAt, plannedFor: made.startsAt });
    expect(await scheduleOf(made.channelId)).toContainEqual(['unpause-1-T', made.startsAt]);
  });
});

describe('a stop', () => {
  it('of a paused channel sends nothing, and the next start by hand is not paused', async () => {
    const made = await begin();
    await made.act('cancel');
    await made.pass();
    const idle = await sluice.until(made.destinationId, 'the stop', ({ status }) => status === 'idle');
    expect([made.isSending(), idle.outputPause]).toEqual([false, null]);
    expect(engine.log).not.toContain(`startChannel ${made.channelId}`);
    await requestChange(sluice.deps, made.destinationId, { requestedBy: 'operator', decide: decideStart });
    await sluice.until(made.destinationId, 'the start', ({ status }) => status === 'running');
    await waitFor('the picture', () => made.isSending());
  });

  it('leaves no action behind that would let the next pause go too early', async () => {
    const made = await begin();
    await requestChange(sluice.deps, made.destinationId, { requestedBy: 'operator', decide: decideStop });
    await sluice.until(made.destinationId, 'the stop', ({ status }) => status === 'idle');
    const until = new Date(Date.now() + 3_600_000).toISOString();
    const outputPause = { until, state: 'paused' as const, plannedFor: null, endedAt: null };
    await changeDestination(sluice.deps, made.destinationId, (found) => ({ ...found, outputPause }));
    await requestChange(sluice.deps, made.destinationId, { requestedBy: 'operator', decide: decideStart });
    await sluice.until(made.destinationId, 'the start', ({ status }) => status === 'running');
    const fixed = (await scheduleOf(made.channelId)).filter(([, time]) => time !== null);
    expect(fixed).toEqual([['unpause-3-T', until]]);
    expect(made.isSending()).toBe(false);
  });
});

describe('lost answers', () => {
  it('a pause whose answer was lost counts as made', async () => {
    const { destinationId } = await sluice.addDestination();
    const { mediaLive } = sluice.deps.clients;
    const send = mediaLive.send.bind(mediaLive);
    let lost = 0;
    mediaLive.send = (async (command: object) => {
      const answer = await (send as (command: object) => Promise<unknown>)(command);
      if (command instanceof BatchUpdateScheduleCommand && lost++ === 0) {
        throw Object.assign(new Error('reset'), { name: 'TimeoutError', $metadata: {} });
      }
      return answer;
    }) as typeof mediaLive.send;
    const until = new Date(Date.now() + 3_600_000).toISOString();
    const outputPause = { until, state: 'paused' as const, plannedFor: null, endedAt: null };
    await changeDestination(sluice.deps, destinationId, (found) => ({ ...found, outputPause }));
    await requestChange(sluice.deps, destinationId, { requestedBy: 'operator', decide: decideStart });
    const record = await sluice.until(destinationId, 'the start', ({ status }) => status === 'running');
    expect([lost > 0, record.outputPause!.plannedFor, engine.channels.size]).toEqual([true, until, 0]);
  });

  it('a request that lets the output go while the channel starts is made again', async () => {
    const { destinationId } = await sluice.addDestination();
    const outputPause = { until: null, state: 'paused' as const, plannedFor: null, endedAt: null };
    await changeDestination(sluice.deps, destinationId, (found) => ({ ...found, outputPause }));
    expect(await letOutputGo(sluice.deps, destinationId)).toBe(false);
    await requestChange(sluice.deps, destinationId, { requestedBy: 'operator', decide: decideStart });
    await sluice.until(destinationId, 'the start', ({ status }) => status === 'running');
    expect(await letOutputGo(sluice.deps, destinationId)).toBe(true);
    await waitFor('the picture', () => engine.channels.size === 1);
  });

  it('a pause that is over is not planned again', async () => {
    const made = await begin();
    await letOutputGo(sluice.deps, made.destinationId);
    await planPause(sluice.deps, made.destinationId, null);
    expect((await made.record()).outputPause!.state).toBe('ended');
  });
});

describe('a refused pause', () => {
  it('leaves the show without it: the picture is sent as soon as the channel runs, and the timeline says so', async () => {
    const { mediaLive } = sluice.deps.clients;
    const send = mediaLive.send.bind(mediaLive);
    mediaLive.send = (async (command: object) => {
      if (command instanceof BatchUpdateScheduleCommand) {
        throw Object.assign(new Error('no'), {
          name: 'UnprocessableEntityException',
          $metadata: { httpStatusCode: 422 },
        });
      }
      return (send as (command: object) => Promise<unknown>)(command);
    }) as typeof mediaLive.send;
    const made = await begin();
    await waitFor('the picture', () => made.isSending());
    expect((await made.record()).outputPause).toMatchObject({ state: 'ended', plannedFor: null });
    await made.pass();
    expect((await made.show()).destinations[0]!.onAirAt).not.toBeNull();
    expect(sluice.logLines.some((line) => line.includes('MediaLive refused a pause'))).toBe(true);
  });
});

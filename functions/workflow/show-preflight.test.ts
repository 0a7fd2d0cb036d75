import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeProbe } from '../../test/support/make-probe.ts';
import { makeShow, makeShowDestination } from '../../test/support/make-show.ts';
import { makeTarget } from '../../test/support/make-target.ts';
import { startTestDeployment, type TestDeployment } from '../../test/support/test-deployment.ts';
import { listDeliveries } from '../aws/delivery-table.ts';
import { insertTarget } from '../aws/notification-target-table.ts';
import { getPreflight } from '../aws/preflight-table.ts';
import { getShow, insertShow } from '../aws/show-table.ts';
import { sweepShows } from '../schedules/sweep-shows.ts';
import { DEFAULT_FILTER } from '../domain/notification-target.ts';
import { runShowStep } from './show-steps.ts';

let sluice: TestDeployment;
const MINUTE_MS = 60_000;
const NOW = new Date('2026-12-06T08:00:00.000Z');
const REFUSED = {
  reached: 'nothing',
  failure: { code: 'connection_refused', detail: 'nothing accepts connections at that host and port' },
  address: null,
  certificateUntil: null,
} as const;
const URL = 'rtmp://127.0.0.1:1935/live';

beforeEach(async () => {
  sluice = await startTestDeployment();
});
afterEach(() => sluice.close());

/** Plans a show with a required destination that starts after some minutes. */
async function plan(minutes: number) {
  const { destinationId } = await sluice.addDestination();
  const startsAt = new Date(NOW.getTime() + minutes * MINUTE_MS).toISOString();
  const endsAt = new Date(NOW.getTime() + (minutes + 60) * MINUTE_MS).toISOString();
  const show = makeShow({ startsAt, endsAt, destinations: [makeShowDestination(destinationId, { isRequired: true })] });
  await insertShow(sluice.deps, show);
  return show;
}

/** Runs the step of the show's execution some minutes later. */
async function wake(showId: string, minutes = 0, probe = makeProbe()) {
  const deps = {
    ...sluice.deps,
    preflight: { ...sluice.deps.preflight, probe },
    now: () => new Date(NOW.getTime() + minutes * MINUTE_MS),
  };
  const verdict = await runShowStep(deps, { step: 'AdvanceShow', showId, revision: 1, rounds: 0 });
  const show = (await getShow(deps, showId))!;
  return { deps, show, probe, minutes: (Date.parse(verdict.waitUntil) - NOW.getTime()) / MINUTE_MS };
}

describe('the run sheet', () => {
  it('sleeps until the first check, then until the second, then until the start', async () => {
    const { showId } = await plan(90);
    const early = await wake(showId);
    expect([early.minutes, early.show.preflight, early.probe.urls]).toEqual([30, undefined, []]);
    const first = await wake(showId, 30);
    expect([first.minutes, first.probe.urls]).toEqual([80, [URL]]);
    expect(first.show.preflight).toMatchObject({ occasion: 'T-60', requestedBy: 'run sheet' });
    const between = await wake(showId, 50);
    expect([between.minutes, between.probe.urls]).toEqual([80, []]);
    const second = await wake(showId, 80);
    expect(second.show.preflight).toMatchObject({ occasion: 'T-10' });
    expect(second.minutes).toBeGreaterThan(89);
    expect(second.show.log.map(({ actor, detail }) => `${actor} ${detail.split(':')[0]}`)).toEqual([
      'run sheet checked the show at T-60',
      'run sheet checked the show at T-10',
    ]);
    expect(await getPreflight(second.deps, showId)).toMatchObject({ occasion: 'T-10' });
  });

  it('reads the input security group on AWS', async () => {
    const { showId } = await plan(30);
    const { deps } = await wake(showId, 0, makeProbe({}, 'elsewhere'));
    const egress = (await getPreflight(deps, showId))!.checks.find(({ check }) => check === 'egress');
    expect(egress?.detail).not.toContain('Only the workflow');
  });

  it('sends what failed to the notification targets once, and the sweep counts the show as not ready', async () => {
    const eventTypes = ['show.preflight_failed' as const];
    const target = await makeTarget(sluice.deps, { filter: { ...DEFAULT_FILTER, eventTypes } });
    await insertTarget(sluice.deps, target);
    const { showId } = await plan(5);
    const { deps } = await wake(showId, 0, makeProbe({ [URL]: REFUSED }));
    await wake(showId, 0, makeProbe({ [URL]: REFUSED }));
    const deliveries = await listDeliveries(deps, target.targetId, 10);
    expect(deliveries).toHaveLength(1);
    expect(deliveries[0]!.event.lines.join('\n')).toContain('Nothing accepts connections');
    expect(await sweepShows(deps)).toBe(1);
  });

  it('does not check right before it acts', async () => {
    const { showId } = await plan(0.5);
    const { probe } = await wake(showId);
    expect(probe.urls).toEqual([]);
  });

  it('goes live although the checks themselves fail, and tries them again a minute later', async () => {
    const { showId } = await plan(5);
    const broken = makeProbe();
    broken.rtmp = () => Promise.reject(new Error('broken'));
    const failed = await wake(showId, 0, broken);
    expect([failed.minutes, failed.show.state, failed.show.preflight]).toEqual([1, 'scheduled', undefined]);
    expect((await wake(showId, 1)).show.preflight).toMatchObject({ occasion: 'T-10' });
    expect((await wake(showId, 5, broken)).show.state).toBe('live');
  });
});

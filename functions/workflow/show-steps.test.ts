import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeShow, makeShowDestination } from '../../test/support/make-show.ts';
import { startTestDeployment, type TestDeployment } from '../../test/support/test-deployment.ts';
import { getDestination } from '../aws/destination-table.ts';
import { getShow, insertShow } from '../aws/show-table.ts';
import { runShowStep } from './show-steps.ts';

let sluice: TestDeployment;

beforeEach(async () => {
  sluice = await startTestDeployment();
});
afterEach(() => sluice.close());

/** Plans a show that is to go live now, and runs the step of one of its executions. */
async function wake(revision: number) {
  const { destinationId } = await sluice.addDestination();
  const startsAt = new Date().toISOString();
  const endsAt = new Date(Date.now() + 3_600_000).toISOString();
  const destinations = [makeShowDestination(destinationId)];
  const show = makeShow({ startsAt, endsAt, destinations, executionRevision: 2 });
  await insertShow(sluice.deps, show);
  const verdict = await runShowStep(sluice.deps, { step: 'AdvanceShow', showId: show.showId, revision, rounds: 0 });
  const record = await getDestination(sluice.deps, destinationId);
  return { verdict, show: await getShow(sluice.deps, show.showId), desired: record!.desired };
}

describe('a wake-up of a show', () => {
  it('goes live and says when to wake up next', async () => {
    expect(await wake(2)).toMatchObject({ verdict: { next: 'wait' }, show: { state: 'live' }, desired: 'running' });
  });

  it.each([1, 3])('does nothing for an execution that does not run it: revision %i of 2', async (revision) => {
    const { verdict, show, desired } = await wake(revision);
    expect([verdict.next, show!.state, show!.log, desired]).toEqual(['finish', 'scheduled', [], 'idle']);
  });
});

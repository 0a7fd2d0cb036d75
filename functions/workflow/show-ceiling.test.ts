import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeShow, makeShowDestination } from '../../test/support/make-show.ts';
import { startTestDeployment, type TestDeployment } from '../../test/support/test-deployment.ts';
import { getDestination } from '../aws/destination-table.ts';
import { insertShow } from '../aws/show-table.ts';
import type { ShowCeiling } from '../domain/ceiling.ts';
import type { Show } from '../domain/show.ts';
import { runShow } from './run-show.ts';
import { readShowCeilings } from './show-ceiling.ts';

let sluice: TestDeployment;

beforeEach(async () => {
  sluice = await startTestDeployment();
});
afterEach(() => sluice.close());

const stopAt = (usd: number, spared: string[] = []): ShowCeiling => ({
  ...{ period: 'show', microUsd: usd * 1e6, atLimit: { action: 'stop' }, spared, course: null },
});

/** Plans a show that is to go live now. */
async function plan(ids: readonly string[], changes: Partial<Show>): Promise<Show> {
  const startsAt = new Date().toISOString();
  const endsAt = new Date(Date.now() + 12 * 3_600_000).toISOString();
  const destinations = ids.map((id) => makeShowDestination(id));
  const show = makeShow({ startsAt, endsAt, destinations, ...changes });
  await insertShow(sluice.deps, show);
  return show;
}

const desiredOf = async (id: string) => (await getDestination(sluice.deps, id))!.desired;

describe('a show with a ceiling', () => {
  it('starts as many destinations as its ceiling allows, and says which it does not start', async () => {
    const [one, two] = [await sluice.addDestination(), await sluice.addDestination()];
    const { showId } = await plan([one.destinationId, two.destinationId], { ceiling: stopAt(0.15) });
    const ran = await runShow(sluice.deps, showId);
    expect(ran!.show.state).toBe('live');
    expect([await desiredOf(one.destinationId), await desiredOf(two.destinationId)]).toEqual(['running', 'idle']);
    expect(ran!.show.destinations[1]!.problem).toMatch(
      /^its start was refused: the show ceiling of 0\.15 USD does not allow another start: 0\.\d\d USD are spent$/,
    );
  });

  it('stops what it has started, names show and rule, and leaves what it spares', async () => {
    const [one, two] = [await sluice.addDestination(), await sluice.addDestination()];
    const ids = [one.destinationId, two.destinationId];
    const { showId, title } = await plan(ids, { ceiling: stopAt(5, [two.destinationId]) });
    await runShow(sluice.deps, showId);
    for (const id of ids) await sluice.until(id, 'running', ({ status }) => status === 'running');
    const records = await Promise.all(ids.map(async (id) => (await getDestination(sluice.deps, id))!));
    const [report] = await readShowCeilings(sluice.deps, records);
    expect(report!.subject).toMatchObject({ kind: 'money', id: showId, name: `Ceiling of the show "${title}"` });

    const later = { ...sluice.deps, now: () => new Date(Date.now() + 8 * 3_600_000) };
    const ran = await runShow(later, showId);
    expect(ran!.show).toMatchObject({ state: 'live', ceiling: { course: { state: 'stopped' } } });
    expect(await desiredOf(ids[1]!)).toBe('running');
    expect(await getDestination(sluice.deps, ids[0]!)).toMatchObject({
      desired: 'idle',
      desiredBy: `show "${title}" (${showId}): ceiling`,
    });
  });
});

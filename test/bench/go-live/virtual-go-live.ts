import { startShowExecution } from '../../../functions/aws/executions.ts';
import { insertShow } from '../../../functions/aws/show-table.ts';
import { addDestination } from '../../faults/act.ts';
import { idOf } from '../../faults/destination-ids.ts';
import type { Production } from '../../faults/production.ts';
import type { Snapshot } from '../../faults/template.ts';
import { inWorld } from '../../faults/world.ts';
import { makeShow, makeShowDestination } from '../../support/make-show.ts';
import { liveOnce, toDurations, type AwsTimes } from '../lifecycle/clean-lifecycle.ts';

/** How far from its planned second a destination of a show is on air, under the virtual clock with AWS's times. */

export interface VirtualOptions {
  times: AwsTimes;
  /** Whether the channel starts early and is paused. */
  isPaused: boolean;
  /** True: its last start is known. False: it was never started. */
  isLearned: boolean;
  /** What AWS takes this time, relative to its last start. */
  shares: readonly number[];
}

const AHEAD_MS = 1_800_000;

/** @returns seconds from the planned second to the first output, negative for early, one for each share */
export async function measureVirtual(production: Production, options: VirtualOptions): Promise<number[]> {
  const before = options.isLearned ? await liveOnce(production, options.times) : null;
  const errors: number[] = [];
  for (const share of options.shares) errors.push(await goLiveOnce(production, options, { before, share }));
  return errors;
}

async function goLiveOnce(
  production: Production,
  { isPaused, times }: VirtualOptions,
  { before, share }: { before: Snapshot | null; share: number },
): Promise<number> {
  const durations = toDurations(times, share);
  const from = before ? { from: before } : {};
  return inWorld({ production, seed: 1, durations, sweepEverySeconds: null, ...from }, async (world) => {
    world.deps.pausesOutputs = isPaused;
    if (!before) await world.drive(addDestination(world, 1, { standby: 'cold' }));
    const startsMs = Math.ceil((world.clock.now() + AHEAD_MS) / 1000) * 1000;
    const show = makeShow({
      startsAt: new Date(startsMs).toISOString(),
      endsAt: new Date(startsMs + 3_600_000).toISOString(),
      destinations: [makeShowDestination(idOf(1))],
    });
    await world.drive(insertShow(world.deps, show));
    await world.drive(startShowExecution(world.deps, show));
    const isSending = () =>
      Object.values(world.media.channels).some(({ isPaused: held, state }) => state === 'RUNNING' && !held);
    if (!(await world.until(isSending, AHEAD_MS * 2))) throw new Error('the destination never went live');
    return (world.clock.now() - startsMs) / 1000;
  });
}

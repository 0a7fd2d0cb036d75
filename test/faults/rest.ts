import { nextOperation } from '../../functions/domain/lifecycle.ts';
import type { Destination } from '../../functions/domain/destination.ts';
import type { Invariants } from './invariants.ts';
import { Violation } from './violation.ts';
import type { World } from './world.ts';

/** Liveness: once the faults have stopped, everything must come to rest, and stay there. */

const REST_WITHIN_MS = 900_000;
/** Two sightings ten minutes apart, then one step down per sweep: output, stop, channel, input. */
const ORPHANS_GONE_WITHIN_MS = 3_600_000;
/** A little more than the time between two sweeps. */
const ONE_SWEEP_MS = 330_000;

interface RestOptions {
  invariants: Invariants;
  /** When it holds at rest, nobody needs to see that it stays so. */
  isDone?: () => boolean;
  withinMs?: number;
}

/**
 * Lets a world come to rest.
 * @throws {Violation} when it is not at rest within 15 minutes, does not stay so, or keeps what belongs to nothing
 */
export async function rest(
  world: World,
  { invariants, isDone, withinMs = REST_WITHIN_MS }: RestOptions,
): Promise<void> {
  // A primary in error that waits out its pause is still on its way.
  const isMoving = (record: Destination) => record.operation !== null || nextOperation(record) !== null;
  const isAtRest = () =>
    !world.records().some(isMoving) && world.runningInvocations() === 0 && world.callsUnderWay === 0;
  await world.until(() => false, 1_000);
  if (!(await world.until(isAtRest, withinMs))) {
    const moving = world.records().filter(isMoving);
    const what = moving.map(({ destinationId, status, desired }) => `${destinationId} ${status}, wants ${desired}`);
    throw new Violation(
      'I3 no stuck state',
      `not at rest ${withinMs / 60_000} minutes after the last fault: ${what.join('; ') || 'a process'}`,
    );
  }
  if (isDone?.() && invariants.listLost().length === 0) return;
  const generations = () =>
    world
      .records()
      .map(({ generation }) => generation)
      .join();
  const before = generations();
  await world.until(() => false, ONE_SWEEP_MS);
  if (before !== generations() || !isAtRest()) {
    // The sweep has found something to do. It must not find something each time.
    await world.until(() => false, 2 * ONE_SWEEP_MS);
    const later = generations();
    await world.until(() => false, ONE_SWEEP_MS);
    if (!isAtRest() || later !== generations()) {
      throw new Violation('I3 no stuck state', 'the sweep begins something again and again');
    }
  }
  await world.until(() => invariants.listLost().length === 0, ORPHANS_GONE_WITHIN_MS);
}

import { nextOperation } from '../../functions/domain/lifecycle.ts';
import type { Destination } from '../../functions/domain/destination.ts';
import type { Invariants } from './invariants.ts';
import { Violation } from './violation.ts';
import type { World } from './world.ts';

/** Checks liveness: when the faults have stopped, everything must come to rest and stay there. */

const REST_WITHIN_MS = 900_000;
/** Two sightings ten minutes apart, then one release step per sweep: output, stop, channel, input. */
const ORPHANS_GONE_WITHIN_MS = 3_600_000;
/** Slightly more than the interval between two sweeps. */
const ONE_SWEEP_MS = 330_000;

interface RestOptions {
  invariants: Invariants;
  /** If it returns true at rest, the check that the world stays at rest is skipped. */
  isDone?: () => boolean;
  withinMs?: number;
}

/**
 * Waits until a world comes to rest.
 * @throws {Violation} if it is not at rest within 15 minutes, or the sweep keeps starting operations
 */
export async function rest(
  world: World,
  { invariants, isDone, withinMs = REST_WITHIN_MS }: RestOptions,
): Promise<void> {
  // A primary in error that waits for its next attempt is still moving.
  const isMoving = (record: Destination) => record.operation !== null || nextOperation(record) !== null;
  const isGroupStarting = () =>
    [...world.items].some(([key, { endedAt }]) => key.startsWith('GROUP-STARTS/') && endedAt === null);
  const isAtRest = () =>
    !world.records().some(isMoving) &&
    world.runningInvocations() === 0 &&
    world.callsUnderWay === 0 &&
    !isGroupStarting();
  await world.until(() => false, 1_000);
  if (!(await world.until(isAtRest, withinMs))) {
    const moving = world.records().filter(isMoving);
    const what = moving.map(({ destinationId, status, desired }) => `${destinationId} ${status}, should be ${desired}`);
    throw new Violation(
      'I3 no stuck state',
      `not at rest ${withinMs / 60_000} minutes after the last fault: ${what.join('; ') || 'a process or a group start'}`,
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
    // The sweep found something to do. It must not do so every time.
    await world.until(() => false, 2 * ONE_SWEEP_MS);
    const later = generations();
    await world.until(() => false, ONE_SWEEP_MS);
    if (!isAtRest() || later !== generations()) {
      throw new Violation('I3 no stuck state', 'the sweep keeps starting operations');
    }
  }
  await world.until(() => invariants.listLost().length === 0, ORPHANS_GONE_WITHIN_MS);
}

import type { Destination } from '../../functions/domain/destination.ts';
import type { GroupItemState, GroupStart } from '../../functions/domain/group-start.ts';
import type { Invocation, WireCall } from './in-process-transport.ts';
import { Violation } from './violation.ts';
import type { Item, Watcher } from './watching.ts';
import type { World } from './world.ts';

/**
 * I16 group starts: none starts a destination twice, out of order, faster than the pace, or after it has ended; none stops
 * what it did not begin; and none rests before each destination has its result.
 */

const INVARIANT = 'I16 group starts';
const STEP = 'AdvanceGroupStart';
/** A start that was decided before the end takes effect within a minute, and its call may be late. */
const ON_ITS_WAY_MS = 75_000;
const ACTOR = / \(group start (gst_\w{26})\)$/;

const SETTLED: readonly GroupItemState[] = ['started', 'refused', 'failed', 'skipped', 'stopped'];

/** A watcher of group starts. */
export interface GroupWatcher extends Watcher {
  /** Checks what must hold when nothing moves. @throws {Violation} */
  checkAtRest(): void;
}

/** Returns a group start as stored. */
export function storedGroup(world: World, groupStartId: string): GroupStart | null {
  return (world.items.get(`GROUP-STARTS/${groupStartId}`) as unknown as GroupStart | undefined) ?? null;
}

/** Creates the watcher. */
export function watchGroups(world: World): GroupWatcher {
  /** Starts that group starts requested, by group start and destination. */
  const begun = new Set<string>();
  /** What a process last read or wrote of a group start. */
  const readBy = new WeakMap<Invocation, Map<string, GroupStart>>();
  let lastStartMs = -Infinity;

  function keepRead(invocation: Invocation | null, groupStart: GroupStart | null): void {
    if (!invocation || !groupStart) return;
    const read = readBy.get(invocation) ?? new Map<string, GroupStart>();
    readBy.set(invocation, read.set(groupStart.groupStartId, structuredClone(groupStart)));
  }

  function delivered({ invocation, operation, body }: WireCall): void {
    if (invocation === null || operation !== 'GetItem') return;
    const { pk, sk } = body['Key'] as Record<'pk' | 'sk', { S: string }>;
    if (pk.S === 'GROUP-STARTS') keepRead(invocation, storedGroup(world, sk.S));
  }

  function wrote(key: string, before: Item | null, after: Item | null, call: WireCall): void {
    if (key.startsWith('DESTINATIONS/')) {
      if (call.invocation?.step === STEP)
        wroteDestination(before as Destination | null, after as Destination | null, call);
      return;
    }
    if (!key.startsWith('GROUP-STARTS/')) return;
    const [was, is] = [before, after] as unknown as (GroupStart | null)[];
    keepRead(call.invocation, is!);
    if (is && was) wroteGroup(was, is);
  }

  function wroteDestination(was: Destination | null, is: Destination | null, call: WireCall): void {
    if (!was || !is) return;
    const operation = is.operation && is.operation.operationId !== was.operation?.operationId ? is.operation : null;
    if (was.desired === is.desired && !operation) return;
    const [, groupStartId] = ACTOR.exec((operation ?? { requestedBy: is.desiredBy }).requestedBy ?? '') ?? [];
    if (groupStartId === undefined)
      throw new Violation(INVARIANT, `${is.destinationId} was changed by "${is.desiredBy}"`);
    const seen = readBy.get(call.invocation!)?.get(groupStartId);
    if (!seen) throw new Violation(INVARIANT, `${groupStartId} changed ${is.destinationId} without being read`);
    if (is.desired === 'running') checkStart(seen, is);
    else checkStop(seen, was);
  }

  function checkStart(seen: GroupStart, { destinationId }: Destination): void {
    const { groupStartId, destinations, endReason } = seen;
    const key = `${groupStartId} ${destinationId}`;
    const what = `${groupStartId} started ${destinationId}`;
    if (begun.has(key)) throw new Violation(INVARIANT, `${what} twice`);
    begun.add(key);
    if (endReason !== null) throw new Violation(INVARIANT, `${what} although it had ended: ${endReason}`);
    const endingAt = storedGroup(world, groupStartId)?.endingAt;
    if (endingAt && world.deps.now().getTime() - Date.parse(endingAt) > ON_ITS_WAY_MS) {
      throw new Violation(INVARIANT, `${what} long after its end`);
    }
    const place = destinations.findIndex((item) => item.destinationId === destinationId);
    const earlier = destinations.slice(0, place).find(({ state }) => state === 'waiting');
    if (place < 0 || earlier)
      throw new Violation(INVARIANT, `${what} before ${earlier?.destinationId ?? 'it was chosen'}`);
    const { atOnceMax, intervalMs } = world.deps.startPace;
    const starting = world.records().filter(({ operation }) => operation?.kind === 'start').length;
    if (starting > atOnceMax) throw new Violation(INVARIANT, `${what} as number ${starting} of ${atOnceMax}`);
    const pauseMs = world.clock.now() - lastStartMs;
    if (pauseMs < intervalMs) throw new Violation(INVARIANT, `${what} ${pauseMs} ms after another start`);
    lastStartMs = world.clock.now();
  }

  function checkStop(seen: GroupStart, was: Destination): void {
    const what = `${seen.groupStartId} stopped ${was.destinationId}`;
    if (!seen.stopsBegun) throw new Violation(INVARIANT, `${what}, and was not to stop anything`);
    if (!begun.has(`${seen.groupStartId} ${was.destinationId}`)) {
      throw new Violation(INVARIANT, `${what}, which it did not start`);
    }
    if (ACTOR.exec(was.desiredBy ?? '')?.[1] !== seen.groupStartId) {
      throw new Violation(INVARIANT, `${what}, which "${was.desiredBy}" has started since`);
    }
  }

  function wroteGroup(was: GroupStart, is: GroupStart): void {
    const { groupStartId } = is;
    if (is.writeCount !== was.writeCount + 1) {
      throw new Violation(INVARIANT, `write ${is.writeCount} of ${groupStartId} replaced write ${was.writeCount}`);
    }
    if (was.endReason !== null && is.endReason !== was.endReason) {
      throw new Violation(INVARIANT, `${groupStartId} ended twice: ${was.endReason}, ${is.endReason}`);
    }
    for (const [index, item] of is.destinations.entries()) {
      const { state } = was.destinations[index]!;
      const isFollowing = state === item.state || !SETTLED.includes(state) || item.state === 'stopped';
      if (!isFollowing) throw new Violation(INVARIANT, `${item.destinationId} was ${state} and became ${item.state}`);
    }
    const open = is.destinations.find(({ state }) => !SETTLED.includes(state));
    if (is.endedAt !== null && open) {
      throw new Violation(INVARIANT, `${groupStartId} is over while ${open.destinationId} is ${open.state}`);
    }
  }

  function checkAtRest(): void {
    for (const [key, item] of world.items) {
      if (!key.startsWith('GROUP-STARTS/')) continue;
      const { groupStartId, endedAt, stopsBegun } = item as unknown as GroupStart;
      if (endedAt === null) throw new Violation(INVARIANT, `${groupStartId} never ended`);
      const left = world
        .records()
        .find(
          ({ desired, desiredBy, status }) =>
            desired === 'running' && status !== 'error' && ACTOR.exec(desiredBy ?? '')?.[1] === groupStartId,
        );
      if (stopsBegun && left) throw new Violation(INVARIANT, `${groupStartId} left ${left.destinationId} on air`);
    }
  }

  return { delivered, wrote, checkAtRest };
}

import type { Invocation, WireCall } from './in-process-transport.ts';
import { Violation } from './violation.ts';
import type { Item, Watcher } from './watching.ts';
import type { World } from './world.ts';

/** Checks that one sweep works at a time: a sweep that lost its lease, or slept through it, changes nothing in AWS. */

const LEASE = 'LEASES/sweep';
const RELEASING = /^(Delete|Stop|Remove)/;

/** Creates the watcher of sweeps. */
export function watchSweeps(world: World): Watcher {
  const fences = new WeakMap<Invocation, unknown>();
  return {
    wrote(key: string, _before: Item | null, after: Item | null, { invocation }: WireCall) {
      if (key === LEASE && invocation && !fences.has(invocation)) fences.set(invocation, after?.['fence']);
    },
    delivered({ invocation, service, operation, isLate, hasChanged }: WireCall) {
      const isMedia = service === 'medialive' || service === 'mediaconnect';
      if (invocation?.step !== 'sweep' || !isMedia || !RELEASING.test(operation) || isLate || !hasChanged) return;
      const fence = world.items.get(LEASE)?.['fence'];
      if (fences.get(invocation) === fence) return;
      throw new Violation('fencing', `${operation} by a sweep whose lease another sweep has taken`);
    },
  };
}

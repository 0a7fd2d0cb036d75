import { currentInvocation, type Invocation } from './in-process-transport.ts';
import type { World } from './world.ts';

/** Simulates processes: each has a name and can be killed, and its caller learns of its death. */

/** How a process ended, as its caller learns it. */
export type Outcome = { ok: true; result: unknown } | { ok: false; error: string; message: string };

const runningOf = new WeakMap<World, Set<Invocation>>();

/** Returns the processes of a world that have begun and neither ended nor died. */
export function runningIn(world: World): Set<Invocation> {
  const running = runningOf.get(world) ?? new Set();
  runningOf.set(world, running);
  return running;
}

/** Runs an action as a process. Never rejects. */
export async function runAs(
  world: World,
  who: Pick<Invocation, 'step' | 'destinationId' | 'generation' | 'executionArn'>,
  action: () => Promise<unknown>,
): Promise<Outcome> {
  const { promise: death, resolve: die } = Promise.withResolvers<Outcome>();
  const invocation: Invocation = {
    ...who,
    beganMs: world.clock.now(),
    calls: 0,
    isDead: false,
    diesAtNextCall: false,
    kill() {
      invocation.isDead = true;
      // The error that Lambda reports when a function dies.
      die({ ok: false, error: 'Lambda.Unknown', message: 'the process died' });
    },
  };
  const label = `${who.step} ${who.destinationId ?? '-'}${who.generation === null ? '' : ` #${who.generation}`}`;
  world.note(`begin ${label}`);
  for (const watcher of world.watchers) watcher.began?.(invocation);
  const work = currentInvocation.run(invocation, () =>
    action().then(
      (result): Outcome => ({ ok: true, result }),
      (error: unknown): Outcome => ({ ok: false, error: (error as Error).name, message: (error as Error).message }),
    ),
  );
  runningIn(world).add(invocation);
  let outcome = await Promise.race([work, death]);
  if (invocation.diesAtNextCall && !invocation.isDead) {
    invocation.kill();
    outcome = await death;
  }
  runningIn(world).delete(invocation);
  world.note(`end   ${label} ${outcome.ok ? 'ok' : outcome.error}`);
  for (const watcher of world.watchers) {
    try {
      watcher.ended?.(invocation, outcome);
    } catch (error) {
      world.report(error as Error);
    }
  }
  return outcome;
}

import { kindOf } from '../../functions/domain/destination-kind.ts';
import { runInProgress, type Destination } from '../../functions/domain/destination.ts';
import { NO_SOURCE_ACTOR, type NoSourceLimit } from '../../functions/domain/no-source-limit.ts';
import { Violation } from './violation.ts';
import type { Item, Watcher } from './watching.ts';
import type { World } from './world.ts';

/**
 * I17 no-source limit: it stops no destination that it spares, none without a stored decision, none in one run twice, and
 * none while a source delivers or before its minutes have passed; and what it decided to stop is off air in the end.
 */

const INVARIANT = 'I17 no-source limit';
const MINUTE_MS = 60_000;
/** The metrics of the source have one value a minute, and a run of the monitor may take half a minute more. */
const SEEN_LATE_MS = 1.5 * MINUTE_MS;
/** Long enough for the evaluations and the sweep after a fault. */
const DONE_WITHIN_MS = 8 * MINUTE_MS;

/** A watcher of the no-source limit. */
export interface NoSourceWatcher extends Watcher {
  /** Checks what must hold when nothing moves. @throws {Violation} */
  checkAtRest(): void;
}

/** Returns the limit as stored; null before it was set. */
export function storedLimit(world: World): NoSourceLimit | null {
  return (world.items.get('NO-SOURCE-LIMIT/deployment') as unknown as NoSourceLimit | undefined) ?? null;
}

/** Creates the watcher. */
export function watchNoSource(world: World): NoSourceWatcher {
  const stopped = new Set<string>();

  function wrote(key: string, before: Item | null, after: Item | null): void {
    if (!key.startsWith('DESTINATIONS/')) return;
    const [was, is] = [before, after] as unknown as (Destination | null)[];
    const isStopped = was?.desired === 'running' && is?.desired === 'idle' && is.desiredBy === NO_SOURCE_ACTOR;
    if (isStopped) checkStop(was);
  }

  function checkStop({ destinationId, held }: Destination): void {
    const limit = storedLimit(world);
    const what = `the limit stopped ${destinationId}`;
    if (limit?.course?.state !== 'stopped') throw new Violation(INVARIANT, `${what} without a stored decision`);
    if (limit.spared.includes(destinationId)) throw new Violation(INVARIANT, `${what}, which it spares`);
    const { isSending, sinceMs } = world.encoder;
    const lastsMs = world.clock.now() - sinceMs;
    if (isSending && lastsMs > SEEN_LATE_MS) throw new Violation(INVARIANT, `${what} while a source delivers`);
    if (!isSending && lastsMs < limit.minutes * MINUTE_MS - SEEN_LATE_MS) {
      throw new Violation(INVARIANT, `${what} ${lastsMs / 1000} s after the loss`);
    }
    const run = `${destinationId} ${runInProgress(held)?.startedAt}`;
    if (stopped.has(run)) throw new Violation(INVARIANT, `${what} twice in one run`);
    stopped.add(run);
  }

  function checkAtRest(): void {
    const { course, spared = [] } = storedLimit(world) ?? {};
    const { isSending, sinceMs } = world.encoder;
    if (course?.state !== 'stopped' || isSending || Date.parse(course.since) < sinceMs) return;
    if (world.clock.now() - Date.parse(course.since) < DONE_WITHIN_MS) return;
    const left = world.records().find((record) => {
      const startedAt = runInProgress(record.held)?.startedAt;
      const isMeant = kindOf(record) === 'channel' && !spared.includes(record.destinationId);
      return isMeant && record.desired === 'running' && startedAt !== undefined && startedAt <= course.since;
    });
    if (left) throw new Violation(INVARIANT, `the limit left ${left.destinationId} on air`);
  }

  return { wrote, checkAtRest };
}

import type { Destination } from '../../functions/domain/destination.ts';
import { isPrimary } from '../../functions/domain/lifecycle.ts';
import type { Show, ShowState } from '../../functions/domain/show.ts';
import { sourceControlOf, storedShow } from './act-show.ts';
import type { Invocation, WireCall } from './in-process-transport.ts';
import { Violation } from './violation.ts';
import type { Item, Watcher } from './watching.ts';
import type { World } from './world.ts';

/**
 * I15 shows: no show starts a destination twice, early, late, after its cancellation or after a person has taken over;
 * none starts what a person has stopped; none leaves anything on air, or the source on, once it has ended; none stops the
 * source of others; and every automatic change names show and rule.
 */

const INVARIANT = 'I15 shows';
/** What the run sheet may be late. Later, a show asks. */
const LATE_MS_MAX = 60_000;
/** A request may take its time: retries, and the timeout of a call that got no answer. */
const ON_ITS_WAY_MS = 45_000;
/** Longest start that a destination needs in these worlds. */
const LEAD_MS_MAX = 180_000;
/** One whose output is paused until its second starts a quarter earlier, and as long as MediaLive has to know the second. */
const PAUSED_LEAD_MS_MAX = 1.25 * LEAD_MS_MAX + 25_000;
/** The sweep comes every five minutes, and resumes a show whose execution is lost. */
const END_LATE_MS_MAX = 720_000;
/** The run sheet looks every two seconds at most, and may be woken twice. */
const PASSES_A_MINUTE_MAX = 90;

/** Which states may follow. */
const FOLLOWS: Record<ShowState, readonly ShowState[]> = {
  draft: ['draft', 'scheduled'],
  scheduled: ['scheduled', 'draft', 'starting', 'live', 'ending', 'ended', 'cancelled'],
  starting: ['starting', 'live', 'ending', 'ended', 'cancelled'],
  live: ['live', 'ending', 'ended'],
  ending: ['ending', 'ended', 'cancelled'],
  ended: ['ended'],
  cancelled: ['cancelled'],
};

/** Who changes a destination for a show. */
const ACTOR = /^show ".*" \((shw_\w{26})\): (\w.*)$/;

/** A watcher of shows. */
export interface ShowWatcher extends Watcher {
  /** Checks what must hold when nothing moves. @throws {Violation} */
  checkAtRest(): void;
}

/** Creates the watcher. */
export function watchShows(world: World): ShowWatcher {
  /** Starts that shows requested, by show and destination. */
  const requested = new Map<string, string>();
  /** Destinations that a person stopped after a show had decided to start them. */
  const stoppedByHand = new Set<string>();
  /** What a process last read or wrote of a show. */
  const readBy = new WeakMap<Invocation, Map<string, Show>>();
  const passes: number[] = [];

  function delivered({ invocation, operation, body }: WireCall): void {
    if (operation === 'StopFlow') checkStopOfSource(invocation);
    if (invocation === null || operation !== 'GetItem') return;
    const { pk, sk } = body['Key'] as Record<'pk' | 'sk', { S: string }>;
    if (pk.S === 'SHOWS') keepRead(invocation, storedShow(world, sk.S));
  }

  /** A show stops the source only when nothing is on air, and not against a person. */
  function checkStopOfSource(invocation: Invocation | null): void {
    if (invocation?.step !== 'AdvanceShow' && invocation?.step !== 'sweep') return;
    if (sourceControlOf(world)?.action !== 'stop')
      throw new Violation(INVARIANT, 'a show stopped the source of others');
    const onAir = world.records().find((record) => !isPrimary(record) && record.desired === 'running');
    if (onAir) throw new Violation(INVARIANT, `a show stopped the source while ${onAir.destinationId} runs`);
  }

  function keepRead(invocation: Invocation | null, show: Show | null): void {
    if (!invocation || !show) return;
    const read = readBy.get(invocation) ?? new Map<string, Show>();
    readBy.set(invocation, read.set(show.showId, structuredClone(show)));
  }

  function wrote(key: string, before: Item | null, after: Item | null, call: WireCall): void {
    if (key.startsWith('DESTINATIONS/')) {
      return wroteDestination(before as Destination | null, after as Destination | null, call);
    }
    if (key.startsWith('SHOWS/')) {
      keepRead(call.invocation, asShow(after));
      wroteShow(key.slice('SHOWS/'.length), asShow(before), asShow(after));
    }
    if (key.startsWith('PAST-SHOW#')) wrotePast(asShow(before), asShow(after));
  }

  function wroteDestination(was: Destination | null, is: Destination | null, call: WireCall): void {
    if (!was || !is) return;
    const isAutomatic = call.invocation?.step === 'AdvanceShow';
    const operation = is.operation && is.operation.operationId !== was.operation?.operationId ? is.operation : null;
    if (was.desired === is.desired && !(isAutomatic && operation)) return;
    if (!isAutomatic) {
      if (is.desired === 'idle' && was.desired === 'running') noteStopByHand(is);
      return;
    }
    const [, showId, rule] = ACTOR.exec(is.desiredBy ?? '') ?? [];
    if (showId === undefined) throw new Violation(INVARIANT, `${is.destinationId} was changed by "${is.desiredBy}"`);
    if (operation && !ACTOR.test(operation.requestedBy)) {
      throw new Violation(INVARIANT, `${operation.operationId} was begun by "${operation.requestedBy}"`);
    }
    const seen = readBy.get(call.invocation!)?.get(showId);
    const each = seen?.destinations.find(({ destinationId }) => destinationId === is.destinationId);
    if (!seen || !each) throw new Violation(INVARIANT, `${showId} changed ${is.destinationId}, which is not its own`);
    if ((rule === 'start') !== (is.desired === 'running')) {
      throw new Violation(INVARIANT, `${is.destinationId} should be ${is.desired} by the rule ${rule} of ${showId}`);
    }
    if (is.desired === 'idle') checkStop(seen, is);
    if (is.desired === 'running') checkStart(seen, is, call);
    else if (rule !== 'ceiling' && seen.state !== 'ending') {
      throw new Violation(INVARIANT, `${showId} stopped ${is.destinationId} while it was ${seen.state}`);
    }
  }

  function noteStopByHand({ destinationId }: Destination): void {
    for (const item of world.items.values()) {
      const { showId, destinations } = item as unknown as Partial<Show>;
      if (showId === undefined || !Array.isArray(destinations)) continue;
      const each = destinations.find((one) => one.destinationId === destinationId);
      if (each && each.startRequestedAt !== null) stoppedByHand.add(`${showId} ${destinationId}`);
    }
  }

  /** A show stops nothing that another show has taken. */
  function checkStop({ showId }: Show, { destinationId }: Destination): void {
    for (const [key, item] of world.items) {
      const other = item as unknown as Show;
      if (!key.startsWith('SHOWS/') || other.showId === showId || !['starting', 'live'].includes(other.state)) continue;
      const its = other.destinations.find((each) => each.destinationId === destinationId);
      const hasIt = its?.isStartConfirmed && !its.isStopConfirmed && its.problem === null;
      if (hasIt) throw new Violation(INVARIANT, `${showId} stopped ${destinationId}, which ${other.showId} has on air`);
    }
  }

  /** A show starts each destination once, in time, while its run sheet acts. */
  function checkStart(show: Show, { destinationId, outputPause }: Destination, call: WireCall): void {
    const { showId, state, automation } = show;
    const key = `${showId} ${destinationId}`;
    const what = `${showId} started ${destinationId}`;
    const earlier = requested.get(key);
    requested.set(key, call.invocation!.step);
    if (earlier !== undefined) throw new Violation(INVARIANT, `${what} twice`);
    if (stoppedByHand.has(key)) throw new Violation(INVARIANT, `${what}, which a person had stopped`);
    if (!['starting', 'live'].includes(state) || automation !== 'on') {
      throw new Violation(INVARIANT, `${what} while it was ${state} with its run sheet ${automation}`);
    }
    const plannedMs = plannedMsOf(show, destinationId);
    const lateMs = world.deps.now().getTime() - plannedMs;
    const lateMsMax = LATE_MS_MAX + ON_ITS_WAY_MS;
    if (lateMs > lateMsMax) throw new Violation(INVARIANT, `${what} ${lateMs / 1000} s late`);
    const leadMsMax = outputPause ? PAUSED_LEAD_MS_MAX : LEAD_MS_MAX;
    if (lateMs < -leadMsMax - 1000) throw new Violation(INVARIANT, `${what} ${-lateMs / 1000} s early`);
  }

  function wroteShow(showId: string, was: Show | null, is: Show | null): void {
    if (is === null) {
      const past = storedShow(world, showId);
      if (was?.state !== 'draft' && past === null) throw new Violation(INVARIANT, `${showId} is lost`);
      return;
    }
    if (was === null) return;
    if (is.writeCount !== was.writeCount + 1 || is.revision < was.revision) {
      throw new Violation(INVARIANT, `write ${is.writeCount} of ${showId} replaced write ${was.writeCount}`);
    }
    if (!FOLLOWS[was.state].includes(is.state)) {
      throw new Violation(INVARIANT, `${showId} was ${was.state} and became ${is.state}`);
    }
    if (was.automation === 'off' && is.automation !== 'off' && is.goLiveAt === was.goLiveAt) {
      throw new Violation(INVARIANT, `${showId} acts by itself again after it was taken over`);
    }
    if (is.state === 'live' && was.state !== 'live') wentLive(is);
    if (was.state === 'live' && is.state === 'ending' && is.endReason === 'clock') endedByClock(is);
    if (is.state !== was.state && (is.state === 'ended' || is.state === 'cancelled')) checkOver(is);
  }

  function wentLive(show: Show): void {
    const startMs = Date.parse(show.goLiveAt ?? show.startsAt);
    if (Date.parse(show.liveAt ?? '') < startMs) throw new Violation(INVARIANT, `${show.showId} is live too early`);
    if (show.automation !== 'on') throw new Violation(INVARIANT, `${show.showId} went live while ${show.automation}`);
  }

  function endedByClock({ showId, endsAt, endRule, automation, endingAt }: Show): void {
    if (endRule === 'clock' && automation === 'on' && (endsAt ?? '') <= (endingAt ?? '')) return;
    throw new Violation(INVARIANT, `${showId} ended by the clock at ${endingAt}, planned was ${endRule} at ${endsAt}`);
  }

  /** A show that is over leaves nothing on air that it has started. */
  function checkOver({ showId, destinations }: Show): void {
    for (const { destinationId, startRequestedAt } of destinations) {
      const record = world.record(destinationId);
      if (startRequestedAt === null || !record || isOfOtherShow(showId, destinationId)) continue;
      const isOurs = record.desired === 'running' && isStartOf(showId, record.desiredBy);
      if (isOurs) throw new Violation(INVARIANT, `${showId} is over and leaves ${destinationId} on air`);
    }
  }

  /** True while another show that runs has started it, or taken it over on air. */
  function isOfOtherShow(showId: string, destinationId: string): boolean {
    return [...world.items].some(([key, item]) => {
      const show = item as unknown as Show;
      if (!key.startsWith('SHOWS/') || show.showId === showId) return false;
      if (show.state !== 'starting' && show.state !== 'live') return false;
      return show.destinations.some((each) => each.destinationId === destinationId && each.startRequestedAt !== null);
    });
  }

  function wrotePast(was: Show | null, is: Show | null): void {
    if (is === null) throw new Violation(INVARIANT, `the past show ${was?.showId} was removed`);
    if (is.state !== 'ended' && is.state !== 'cancelled') {
      throw new Violation(INVARIANT, `${is.showId} is ${is.state} and among the past shows`);
    }
    if (was !== null && was.writeCount !== is.writeCount) throw new Violation(INVARIANT, `${is.showId} changed later`);
  }

  function began({ step }: Invocation): void {
    if (step !== 'AdvanceShow') return;
    const nowMs = world.clock.now();
    passes.push(nowMs);
    const lately = passes.filter((atMs) => atMs > nowMs - 60_000).length;
    if (lately <= PASSES_A_MINUTE_MAX) return;
    world.report(new Violation('I12 bounded', `${lately} passes of shows within a minute`));
  }

  function checkAtRest(): void {
    const nowMs = world.deps.now().getTime();
    for (const [key, item] of world.items) {
      if (!key.startsWith('SHOWS/')) continue;
      const { showId, state, automation, endRule, endsAt } = item as unknown as Show;
      if (state === 'ended' || state === 'cancelled')
        throw new Violation('I3 no stuck state', `${showId} is not moved`);
      const isDue = endRule === 'clock' && endsAt !== null && nowMs > Date.parse(endsAt) + END_LATE_MS_MAX;
      const isActing = automation === 'on' && state !== 'draft';
      if (state === 'ending' || (isDue && isActing)) throw new Violation('I3 no stuck state', `${showId} is ${state}`);
    }
    const holder = sourceControlOf(world)?.show;
    const held = holder && (storedShow(world, holder.showId)?.state ?? 'deleted');
    if (held && ['draft', 'ended', 'cancelled', 'deleted'].includes(held)) {
      throw new Violation(INVARIANT, `${holder.showId} is ${held} and has the source on`);
    }
    for (const { destinationId, desired, desiredBy } of world.records()) {
      const showId = desired === 'running' ? ACTOR.exec(desiredBy ?? '')?.[1] : undefined;
      const show = showId === undefined ? null : storedShow(world, showId);
      if (show === null || show.state === 'starting' || show.state === 'live') continue;
      if (isOfOtherShow(show.showId, destinationId)) continue;
      throw new Violation(INVARIANT, `${show.showId} is ${show.state} and ${destinationId} runs`);
    }
  }

  return { delivered, wrote, began, checkAtRest };
}

function plannedMsOf({ goLiveAt, startsAt, destinations }: Show, destinationId: string): number {
  const offset = destinations.find((each) => each.destinationId === destinationId)?.offsetSeconds ?? 0;
  const plannedMs = Date.parse(goLiveAt ?? startsAt) + offset * 1000;
  return goLiveAt === null ? plannedMs : Math.max(plannedMs, Date.parse(goLiveAt));
}

function isStartOf(showId: string, actor: string | undefined): boolean {
  const [, of, rule] = ACTOR.exec(actor ?? '') ?? [];
  return of === showId && rule === 'start';
}

function asShow(item: Item | null): Show | null {
  return item as unknown as Show | null;
}

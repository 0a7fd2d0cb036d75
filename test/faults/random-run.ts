import { newPrimary } from '../../functions/domain/primary.ts';
import { addDestination, ask, type Ask } from './act.ts';
import { idOf } from './destination-ids.ts';
import { forgeEvents, mistreatEvents } from './events-at-random.ts';
import { faultsOf } from './faults.ts';
import { watchInvariants } from './invariants.ts';
import { Violation } from './violation.ts';
import type { Production } from './production.ts';
import { makeRandom, type Random } from './random.ts';
import { rest } from './rest.ts';
import { sendAny, type Cast } from './requests-at-random.ts';
import { creation, send } from './requests.ts';
import { inWorld, Stuck, sweepOnce, type World, type WorldOptions } from './world.ts';

/**
 * Runs a random show: people start, stop, edit and delete at any moment while calls fail, answers get lost and
 * processes die. The seed determines everything. At the end the faults stop, and the world must come to rest in the
 * desired state.
 */
export interface RandomRunOptions {
  seed: number;
  destinations: [min: number, max: number];
  operations: [min: number, max: number];
  /** Percentage of calls that meet a fault. */
  faultPercent: [min: number, max: number];
  /** Channels occasionally fail to be created or started, or hang. */
  withSurprises?: boolean;
}

export interface RandomRunResult {
  seed: number;
  events: string[];
  faults: number;
  calls: number;
  operations: number;
  virtualSeconds: number;
  violation: string | null;
}

const ASKS: readonly Ask[] = ['start', 'start', 'start', 'start', 'stop', 'stop', 'stop', 'edit', 'edit-now'];
/** Share of requests over the REST API. The others make the same changes without it. */
const API_SHARE = 0.7;
const PRIMARY_SHARE = 0.5;
/** Additional sweeps besides the scheduled ones, per request. */
const SWEEP_SHARE = 0.06;
/** Refusals are rarer than transient faults, because a refusal ends an operation. */
const REFUSAL_SHARE = 0.15;

/** Runs one seed. */
export function runSeed(production: Production, options: RandomRunOptions): Promise<RandomRunResult> {
  // A separate generator, so that the plan does not depend on how many numbers the world draws.
  const plan = makeRandom(options.seed * 7919 + 1);
  const worldOptions: WorldOptions = {
    production,
    seed: options.seed,
    profile: 'fast',
    latencyMsMax: 40,
    monitorEverySeconds: 60,
    withEvents: true,
  };
  return inWorld(worldOptions, async (world) => {
    const startMs = world.clock.now();
    const count = plan.integer(...options.destinations);
    const operations = plan.integer(...options.operations);
    const faultShare = plan.integer(...options.faultPercent) / 100;
    const invariants = watchInvariants(world, { isMeddledWith: options.withSurprises ?? false });
    world.watchers.push(invariants);
    const counts = { faults: 0, calls: 0 };
    let violation: string | null = null;
    try {
      injectFaults(world, makeRandom(options.seed * 104_729 + 2), faultShare, counts);
      mistreatEvents(world, makeRandom(options.seed * 15_485_863 + 4));
      if (options.withSurprises) surprise(world, makeRandom(options.seed * 1_299_709 + 3));
      await act(world, plan, count, operations);
      world.faults = null;
      world.planTransition = null;
      world.planDelivery = null;
      world.note('faults off');
      await rest(world, { invariants });
      await invariants.checkAtRest();
    } catch (error) {
      if (!(error instanceof Violation || error instanceof Stuck)) throw error;
      violation = error.message;
    }
    return {
      seed: options.seed,
      events: world.events,
      ...counts,
      operations,
      virtualSeconds: (world.clock.now() - startMs) / 1000,
      violation,
    };
  });
}

async function act(world: World, plan: Random, count: number, operations: number): Promise<void> {
  const { production, deps } = world;
  const cast: Cast = { oldest: 1, newest: count, keyVersions: new Map() };
  if (plan.chance(PRIMARY_SHARE)) {
    await world.drive(production.insertDestination(deps, { ...newPrimary('720p30', deps.now()), desired: 'running' }));
  }
  for (let number = 1; number <= count; number++) {
    const standby = plan.chance(0.5) ? 'warm' : 'cold';
    if (plan.chance(API_SHARE)) {
      world.idsToGive.push(idOf(number));
      void send(world, creation(number, standby));
    } else void addDestination(world, number, { standby });
    await world.until(() => false, plan.integer(0, 3_000));
  }
  for (let done = 0; done < operations; done++) {
    if (plan.chance(API_SHARE)) sendAny(world, plan, cast);
    else void ask(world, idOf(plan.integer(Math.max(1, cast.oldest - 1), cast.newest)), plan.pick(ASKS));
    forgeEvents(world, plan);
    // Two schedules at once, or a manual sweep.
    if (plan.chance(SWEEP_SHARE)) void world.runAs('sweep', null, () => sweepOnce(world));
    // Often at once, sometimes after everything has finished.
    await world.until(() => false, plan.chance(0.3) ? 0 : plan.integer(0, plan.chance(0.1) ? 400_000 : 6_000));
  }
}

function injectFaults(world: World, random: Random, share: number, counts: { faults: number; calls: number }): void {
  world.faults = (call, deliver) => {
    counts.calls += 1;
    if (!random.chance(share)) return deliver();
    const refuses = random.chance(REFUSAL_SHARE);
    const kinds = faultsOf(call.service, call.operation, call.invocation!.step).filter(
      ({ nature }) => (nature === 'refuses') === refuses,
    );
    if (kinds.length === 0) return deliver();
    counts.faults += 1;
    const fault = random.pick(kinds);
    world.note(`fault ${fault.name} at ${call.invocation?.step} ${call.service}.${call.operation}`);
    return fault.strike(call, deliver, world);
  };
}

/** Makes channels fail or hang occasionally. */
function surprise(world: World, random: Random): void {
  world.planTransition = ({ kind, from, to }) => {
    if (kind !== 'channels' || !random.chance(0.08)) return undefined;
    if (from === 'CREATING') return { to: 'CREATE_FAILED' };
    // No channel fails sooner, because encoders are allocated first. See functions/workflow/channel-run.ts.
    if (from === 'STARTING') return random.chance(0.5) ? { to: 'IDLE', afterMs: 3_000 } : { afterMs: 120_000 };
    return to === 'DELETED' ? { afterMs: 200_000 } : undefined;
  };
}

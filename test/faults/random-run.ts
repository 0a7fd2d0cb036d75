import { addDestination, ask, canaryOf, idOf, REPLACED_KEY, type Ask } from './act.ts';
import { faultsOf } from './faults.ts';
import { Violation, watchInvariants } from './invariants.ts';
import type { Production } from './production.ts';
import { makeRandom, type Random } from './random.ts';
import { rest } from './rest.ts';
import { inWorld, Stuck, type World } from './world.ts';

/**
 * A show gone mad: people start, stop, edit and delete at any moment while calls fail, answers get lost and processes
 * die. Everything follows from the seed. In the end the faults stop, and the world must come to rest as it should be.
 */
export interface RandomRunOptions {
  seed: number;
  destinations: [min: number, max: number];
  operations: [min: number, max: number];
  /** Percent of calls that meet a fault. */
  faultPercent: [min: number, max: number];
  /** Channels fail to be made or started, or hang, now and then. */
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

const ASKS: readonly Ask[] = [
  'start',
  'start',
  'start',
  'start',
  'stop',
  'stop',
  'stop',
  'edit',
  'edit-now',
  'replace-key',
];
/** Share of the requests that delete the oldest destination, and add another. */
const DELETE_SHARE = 0.05;
/** A refusal ends an operation; what passes is what there is more of. */
const REFUSAL_SHARE = 0.15;

/** Runs one seed. */
export function runSeed(production: Production, options: RandomRunOptions): Promise<RandomRunResult> {
  // A generator of its own, so that the plan does not depend on how many numbers the world draws.
  const plan = makeRandom(options.seed * 7919 + 1);
  return inWorld({ production, seed: options.seed, profile: 'fast', latencyMsMax: 40 }, async (world) => {
    const startMs = world.clock.now();
    const count = plan.integer(...options.destinations);
    const operations = plan.integer(...options.operations);
    const faultShare = plan.integer(...options.faultPercent) / 100;
    const canaries = [REPLACED_KEY, ...Array.from({ length: count + operations }, (_, index) => canaryOf(index + 1))];
    const invariants = watchInvariants(world, { canaries, isMeddledWith: options.withSurprises ?? false });
    world.watchers.push(invariants);
    const counts = { faults: 0, calls: 0 };
    let violation: string | null = null;
    try {
      injectFaults(world, makeRandom(options.seed * 104_729 + 2), faultShare, counts);
      if (options.withSurprises) surprise(world, makeRandom(options.seed * 1_299_709 + 3));
      await act(world, plan, count, operations);
      world.faults = null;
      world.planTransition = null;
      world.note('faults off');
      await rest(world, { invariants });
      invariants.checkAtRest();
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
  for (let number = 1; number <= count; number++) {
    void addDestination(world, number, { standby: plan.chance(0.5) ? 'warm' : 'cold' });
    await world.until(() => false, plan.integer(0, 3_000));
  }
  let oldest = 1;
  let newest = count;
  for (let done = 0; done < operations; done++) {
    if (plan.chance(DELETE_SHARE)) {
      void ask(world, idOf(oldest), 'delete');
      oldest += 1;
      newest += 1;
      void addDestination(world, newest, { standby: plan.chance(0.5) ? 'warm' : 'cold' });
    } else {
      void ask(world, idOf(plan.integer(Math.max(1, oldest - 1), newest)), plan.pick(ASKS));
    }
    // Often at once, sometimes after all is long done.
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

/** What channels do by themselves now and then. */
function surprise(world: World, random: Random): void {
  world.planTransition = ({ kind, from, to }) => {
    if (kind !== 'channels' || !random.chance(0.08)) return undefined;
    if (from === 'CREATING') return { to: 'CREATE_FAILED' };
    if (from === 'STARTING') return random.chance(0.5) ? { to: 'IDLE' } : { afterMs: 120_000 };
    return to === 'DELETED' ? { afterMs: 200_000 } : undefined;
  };
}

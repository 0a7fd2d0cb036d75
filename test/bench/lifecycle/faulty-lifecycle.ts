import type { Destination } from '../../../functions/domain/destination.ts';
import { faultsOf } from '../../faults/faults.ts';
import type { Production } from '../../faults/production.ts';
import { makeRandom } from '../../faults/random.ts';
import { countLifecycle, type Costs } from './clean-lifecycle.ts';

/**
 * Counts the attempts when calls fail. One failure in ten alone requires 1.11 attempts per call; more would mean that
 * retry layers multiply. The failures are transient: throttling, lost answers, dying processes.
 */

export interface RetryRatios {
  /** Attempts over needed calls, for calls that change media resources. */
  mutating: number;
  /** Attempts over needed calls, for all calls to AWS. A retried step reads everything again before it acts. */
  all: number;
}

const ROUNDS = 60;
const DURATIONS = { profile: 'fast' } as const;

/** Counts attempts. @param share share of the calls that fail */
export async function countRetries(production: Production, share: number): Promise<RetryRatios> {
  const clean = await countLifecycle(production, 'warm', DURATIONS);
  const sum = { mutating: 0, all: 0 };
  for (let round = 1; round <= ROUNDS; round++) {
    const costs = await countFaulty(production, 'warm', share, round);
    sum.mutating += costs.mutatingMediaCalls;
    sum.all += callsOf(costs);
  }
  return {
    mutating: sum.mutating / ROUNDS / clean.mutatingMediaCalls,
    all: sum.all / ROUNDS / callsOf(clean),
  };
}

function callsOf({ mutatingMediaCalls, mediaReads, tableReads, tableWrites }: Costs): number {
  return mutatingMediaCalls + mediaReads + tableReads + tableWrites;
}

async function countFaulty(
  production: Production,
  standby: Destination['standby'],
  share: number,
  seed: number,
): Promise<Costs> {
  const random = makeRandom(seed);
  const attempts: Costs = {
    mutatingMediaCalls: 0,
    mediaReads: 0,
    tableReads: 0,
    tableWrites: 0,
    lambdaInvocations: 0,
    transitions: 0,
    waits: 0,
  };
  await countLifecycle(production, standby, { ...DURATIONS, seed, sweepEverySeconds: 300 }, (world) => {
    world.faults = (call, deliver) => {
      // The schedule's calls belong to no life.
      if (call.invocation?.step === 'sweep') return deliver();
      const isMedia = call.service === 'medialive' || call.service === 'mediaconnect';
      const isRead = /^(Describe|List|Get|Query)/.test(call.operation);
      // The first start allows the flow's egress address, which belongs to the deployment and is not counted without
      // faults either.
      if (isMedia && call.operation !== 'UpdateInputSecurityGroup')
        attempts[isRead ? 'mediaReads' : 'mutatingMediaCalls'] += 1;
      if (call.service === 'dynamodb') attempts[isRead ? 'tableReads' : 'tableWrites'] += 1;
      if (!random.chance(share)) return deliver();
      const kinds = faultsOf(call.service, call.operation, call.invocation!.step).filter(
        ({ nature, name }) => nature === 'passes' && !/abort/.test(name),
      );
      return kinds.length === 0 ? deliver() : random.pick(kinds).strike(call, deliver, world);
    };
  });
  return attempts;
}

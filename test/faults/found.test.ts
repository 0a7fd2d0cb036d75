import { describe, expect, it } from 'vitest';
import { faultsOf, type FaultKind } from './faults.ts';
import { loadProduction } from './production.ts';
import { runSeed } from './random-run.ts';
import { runStrikes, type Place } from './single-faults.ts';
import { WORKFLOWS } from './workflows.ts';

/** Regression tests for faults that the simulation found in the production code, each reduced to the minimum. */

const strike = (step: string, position: number, call: string, name: string): { place: Place; fault: FaultKind } => {
  const [service, operation] = call.split('.') as [string, string];
  const fault = faultsOf(service, operation, step).find((each) => each.name === name);
  if (!fault) throw new Error(`${call} in ${step} cannot meet ${name}`);
  return { place: { step, position, service, operation }, fault };
};

const outcomeOf = async (workflow: string, ...strikes: ReturnType<typeof strike>[]) => {
  const found = WORKFLOWS.find(({ name }) => name === workflow)!;
  // A step that makes one more call would move the fault to another one, unnoticed.
  const missed: string[] = [];
  const aimed = strikes.map(({ place, fault }): (typeof strikes)[number] => ({
    place,
    fault: {
      ...fault,
      strike(call, deliver, world) {
        if (call.operation !== place.operation) missed.push(`${place.operation} aimed at, ${call.operation} hit`);
        return fault.strike(call, deliver, world);
      },
    },
  }));
  const { outcome, message } = await runStrikes(await loadProduction(), found, aimed);
  expect(missed).toEqual([]);
  return { outcome, message };
};

describe('the sweep or workflow', () => {
  it('stops a channel whose start was accepted, with a lost answer and a refused undo', async () => {
    const result = await outcomeOf(
      'start warm',
      strike('EnsureChannelRun', 4, 'medialive.StartChannel', 'response cut'),
      strike('EnsureChannelRun', 5, 'medialive.DescribeChannel', 'ForbiddenException'),
      strike('EnsureChannelRun', 7, 'medialive.DescribeChannel', 'ForbiddenException'),
      strike('ReleaseChannelRun', 1, 'medialive.DescribeChannel', 'ForbiddenException'),
    );
    expect(result).toMatchObject({ outcome: 'failed with a reason', message: 'permission_denied' });
  });

  it('treats a truncated answer as an unknown outcome, not as a refusal', async () => {
    const result = await outcomeOf('start cold', strike('EnsureChannel', 7, 'medialive.CreateChannel', 'response cut'));
    expect(result).toMatchObject({ outcome: 'reached' });
  });

  it('waits out a conflict when it creates the channel', async () => {
    const result = await outcomeOf(
      'start cold',
      strike('EnsureChannel', 7, 'medialive.CreateChannel', 'ConflictException'),
    );
    expect(result).toMatchObject({ outcome: 'reached' });
  });

  it.each(['execution aborted', 'aborted, process continues'])(
    'records one ending for an operation interrupted while it settles: %s',
    async (fault) => {
      const result = await outcomeOf('start warm', strike('Settle', 1, 'dynamodb.PutItem', fault));
      expect(result).toMatchObject({ outcome: 'reached' });
    },
  );

  // Large runs that once failed, the quick ones; `node test/faults/simulate.ts --start 9 --seeds 7` runs them all.
  it.each([9, 13])(
    'comes to rest in the large random run with seed %i',
    async (seed) => {
      const size = { destinations: [3, 20], operations: [20, 200], faultPercent: [1, 30] } as const;
      const { violation } = await runSeed(await loadProduction(), {
        seed,
        destinations: [...size.destinations],
        operations: [...size.operations],
        faultPercent: [...size.faultPercent],
      });
      expect(violation).toBeNull();
    },
    600_000,
  );
});

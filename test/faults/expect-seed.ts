import { expect } from 'vitest';
import type { Production } from './production.ts';
import { runSeed, type RandomRunOptions } from './random-run.ts';

/** Small enough that a hundred of them take a minute or two; the big ones are run by hand. */
export const SMALL: Omit<RandomRunOptions, 'seed'> = {
  destinations: [3, 4],
  operations: [20, 30],
  faultPercent: [1, 30],
};

/** Runs a small seed. When it fails, the message says how to run it again and how it ended. */
export async function expectNoViolation(production: Production, seed: number, withSurprises: boolean): Promise<void> {
  const { violation, events } = await runSeed(production, { ...SMALL, seed, withSurprises });
  const surprises = withSurprises ? ' --surprises' : '';
  const again = `node test/faults/simulate.ts --seeds 1 --start ${seed} --destinations 3-4 --operations 20-30${surprises} --log`;
  expect(violation && `seed ${seed}: ${violation}\nagain: ${again}\n${events.slice(-30).join('\n')}`).toBeNull();
}

/** Seeds in tens, so that a run is not a hundred lines. */
export function tensFrom(first: number, count: number): number[][] {
  return Array.from({ length: count / 10 }, (_, ten) =>
    Array.from({ length: 10 }, (__, one) => first + ten * 10 + one),
  );
}

import { expect } from 'vitest';
import type { Production } from './production.ts';
import { runSeed, type RandomRunOptions } from './random-run.ts';

/** Small enough that a hundred of them take a minute or two. Larger ones are run with simulate.ts. */
export const SMALL: Omit<RandomRunOptions, 'seed'> = {
  destinations: [3, 4],
  operations: [20, 30],
  faultPercent: [1, 30],
};

/** Runs a small seed. If it fails, the message contains the command to repeat it and its last events. */
export async function expectNoViolation(production: Production, seed: number, withSurprises: boolean): Promise<void> {
  const { violation, events } = await runSeed(production, { ...SMALL, seed, withSurprises });
  const surprises = withSurprises ? ' --surprises' : '';
  const again = `npm run simulate -- --seeds 1 --start ${seed} --destinations 3-4 --operations 20-30${surprises} --log`;
  expect(violation && `seed ${seed}: ${violation}\nrepeat: ${again}\n${events.slice(-30).join('\n')}`).toBeNull();
}

/** Groups seeds in tens, to print fewer lines. */
export function tensFrom(first: number, count: number): number[][] {
  return Array.from({ length: count / 10 }, (_, ten) =>
    Array.from({ length: 10 }, (__, one) => first + ten * 10 + one),
  );
}

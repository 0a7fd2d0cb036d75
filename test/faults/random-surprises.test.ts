import { describe, it } from 'vitest';
import { expectNoViolation, tensFrom } from './expect-seed.ts';
import { loadProduction } from './production.ts';

const production = await loadProduction();

describe('a show with faults everywhere, whose channels fail by themselves', () => {
  it.each(tensFrom(101, 100))(
    'comes to rest as it should be, seeds %i and the next nine',
    async (...seeds) => {
      for (const seed of seeds) await expectNoViolation(production, seed, true);
    },
    600_000,
  );
});

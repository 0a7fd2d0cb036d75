import { describe, it } from 'vitest';
import { expectNoViolation, tensFrom } from './expect-seed.ts';
import { loadProduction } from './production.ts';
import { takeShare } from '../support/share.ts';

const production = await loadProduction();

describe('a random show with faults and failing channels', () => {
  it.each(takeShare(tensFrom(101, 100)))(
    'comes to rest in the desired state for seed %i and the next nine',
    async (...seeds) => {
      for (const seed of seeds) await expectNoViolation(production, seed, true);
    },
    600_000,
  );
});

import { describe, expect, it } from 'vitest';
import { loadProduction } from './production.ts';
import { FORMER_ENDED, NEXT_CANCELLED, TAKEN } from './show-handovers.ts';
import { runWithoutFaults } from './single-faults.ts';

describe('two shows that follow one another with one destination', () => {
  it('the next one keeps it, at whichever call of the end of the former it takes it', async () => {
    expect(await runWithoutFaults(await loadProduction(), TAKEN)).toEqual([]);
  }, 600_000);

  it('the next one keeps it, at whichever of its calls a person ends the former', async () => {
    expect(await runWithoutFaults(await loadProduction(), FORMER_ENDED)).toEqual([]);
  }, 600_000);

  it('the former keeps it until its end when the next one is cancelled, and nothing stays on air', async () => {
    expect(await runWithoutFaults(await loadProduction(), NEXT_CANCELLED)).toEqual([]);
  }, 600_000);
});

import type { CheckId } from './assumption.ts';
import { ABOUT_ACCOUNT } from './assumptions/account.ts';
import { ABOUT_AUDIENCE } from './assumptions/audience.ts';
import { CHECKED } from './assumptions/checked.ts';
import { ABOUT_MEDIA } from './assumptions/media.ts';

/**
 * Lists what the product assumes about AWS and public sources do not settle. `npm run prove` decides the assumptions
 * with a check; the others say what will decide them. ARCHITECTURE.md shows the list as a table, and
 * `assumptions.test.ts` compares both with the checks.
 */
export const ASSUMPTIONS = { ...CHECKED, ...ABOUT_MEDIA, ...ABOUT_ACCOUNT, ...ABOUT_AUDIENCE };

export type AssumptionId = keyof typeof ASSUMPTIONS;

export const ASSUMPTION_IDS = (Object.keys(ASSUMPTIONS) as AssumptionId[]).toSorted();

/** Returns the assumptions that a check decides, in order. */
export function assumptionsOf(checkId: CheckId): AssumptionId[] {
  return ASSUMPTION_IDS.filter((id) => ASSUMPTIONS[id].decidedBy === checkId);
}

import type { CheckId } from '../assumption.ts';
import type { CheckLimits } from '../cost-bound.ts';
import type { CheckContext } from '../proof-context.ts';

/** One step of a proof. Assumptions it leaves open are reported as not decided, with the error that ended it. */
export interface Check {
  checkId: CheckId;
  /** Progress text for the terminal. */
  title: string;
  limits: CheckLimits;
  run(context: CheckContext): Promise<void>;
}

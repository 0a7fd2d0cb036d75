import type { CheckId } from '../assumptions.ts';
import type { CheckLimits } from '../cost-bound.ts';
import type { CheckContext } from '../proof-context.ts';

/** One step of a proof. What it does not decide counts as not decided, with the error that ended it. */
export interface Check {
  checkId: CheckId;
  /** For the terminal: what it does now. */
  title: string;
  limits: CheckLimits;
  run(context: CheckContext): Promise<void>;
}

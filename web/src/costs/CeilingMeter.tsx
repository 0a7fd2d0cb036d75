import type { CeilingResource } from '../../../functions/api/schemas/ceilings.ts';
import { barOf, describeAction, describeState } from './ceiling-text.ts';
import classes from './Ceilings.module.css';
import { describeSum, describeUnknown, formatSum } from './money.ts';

/** What a ceiling of the deployment and one of a show have in common. */
export type ShownCeiling = Pick<
  CeilingResource,
  | 'amount'
  | 'action'
  | 'countdownMinutes'
  | 'defaultAnswer'
  | 'spared'
  | 'limit'
  | 'spent'
  | 'committed'
  | 'isComplete'
  | 'isAbout'
  | 'unknownParts'
  | 'state'
  | 'decidedBy'
> & { period: CeilingResource['period'] | 'show' };

/** A ceiling as a bar of what is spent and committed, with its words. */
export function CeilingMeter({ ceiling }: { ceiling: ShownCeiling }) {
  const { spent, committed, limit, amount, unknownParts, state } = ceiling;
  const bar = barOf(ceiling);
  const sum = `${describeSum(spent, ceiling)} spent, ${formatSum(committed)} committed, of ${formatSum(limit ?? amount)}`;
  const words = [describeAction(ceiling), describeState(ceiling)].filter(Boolean).join('. ');
  return (
    <>
      <div
        className={classes.bar}
        data-tone={state === 'asked' || state === 'stopped' ? 'attention' : bar.ceiling < 100 ? 'motion' : 'air'}
        role="img"
        aria-label={sum}
      >
        <span className={classes.spent} style={{ width: `${bar.spent}%` }} />
        <span className={classes.committed} style={{ width: `${bar.committed}%` }} />
        {bar.ceiling < 100 && <span className={classes.mark} style={{ left: `${bar.ceiling}%` }} />}
      </div>
      <p>{sum}</p>
      <p>{words}.</p>
      {unknownParts.length > 0 && <p>{describeUnknown(unknownParts)}. The ceiling does not count these.</p>}
    </>
  );
}

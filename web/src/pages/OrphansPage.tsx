import { Loader } from '@mantine/core';
import { useOrphans } from '../api/orphans.ts';
import { problemOf } from '../api/request.ts';
import { usePageTitle } from '../ui/use-page-title.ts';
import { Orphans } from '../orphans/Orphans.tsx';
import { ProblemPanel } from '../app/ProblemText.tsx';
import { formatPrice } from '../costs/money.ts';
import classes from '../ui/page.module.css';

/** Shows orphans: AWS resources that cost money although no destination uses them. */
export function OrphansPage() {
  const { data, error } = useOrphans();
  const problem = problemOf(error);
  usePageTitle('Unused resources');
  const known = data?.reduce((sum, { usdPerHour }) => sum + (usdPerHour ?? 0), 0) ?? 0;
  const isComplete = data?.every(({ usdPerHour, isPriceComplete }) => usdPerHour !== null && isPriceComplete);
  return (
    <section className={classes.page}>
      <h1>Unused resources</h1>
      <p className={classes.lead}>
        AWS resources no destination uses. Tagged ones are deleted automatically after 10 minutes.
        {known > 0 && ` Total ${isComplete ? '' : 'from '}${formatPrice(known)}/h.`}
      </p>
      {!data && (problem ? <ProblemPanel problem={problem} /> : <Loader />)}
      {data?.length === 0 && <p className={classes.empty}>No unused resources.</p>}
      {!!data?.length && <Orphans orphans={data} />}
    </section>
  );
}

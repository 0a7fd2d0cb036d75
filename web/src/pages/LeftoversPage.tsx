import { Loader } from '@mantine/core';
import { useLeftovers } from '../api/leftovers.ts';
import { problemOf } from '../api/request.ts';
import { usePageTitle } from '../ui/use-page-title.ts';
import { Leftovers } from '../leftovers/Leftovers.tsx';
import { ProblemPanel } from '../app/ProblemText.tsx';
import { formatPrice } from '../costs/money.ts';
import classes from '../ui/page.module.css';

/** What exists at AWS although no destination needs it: money that leaks. */
export function LeftoversPage() {
  const { data, error } = useLeftovers();
  const problem = problemOf(error);
  usePageTitle('Leftovers');
  const known = data?.reduce((sum, { usdPerHour }) => sum + (usdPerHour ?? 0), 0) ?? 0;
  const isComplete = data?.every(({ usdPerHour, isPriceComplete }) => usdPerHour !== null && isPriceComplete);
  return (
    <section className={classes.page}>
      <h1>Leftovers</h1>
      <p className={classes.lead}>
        What exists at AWS and belongs to no destination. What carries our tags is released by itself after ten minutes.
        {known > 0 && ` Together they cost ${isComplete ? '' : 'from '}${formatPrice(known)} an hour.`}
      </p>
      {!data && (problem ? <ProblemPanel problem={problem} /> : <Loader />)}
      {data?.length === 0 && <p className={classes.empty}>Nothing is left over.</p>}
      {!!data?.length && <Leftovers leftovers={data} />}
    </section>
  );
}

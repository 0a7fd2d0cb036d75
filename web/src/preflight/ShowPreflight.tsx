import { Button } from '@mantine/core';
import type { ShowResource } from '../../../functions/api/schemas/shows.ts';
import { useCheckShow, usePreflight } from '../api/preflight.ts';
import { useRoleRefusal } from '../api/session.ts';
import { showProblem } from '../app/problem-toast.tsx';
import { PreflightList } from './PreflightList.tsx';
import classes from './Preflight.module.css';

/** The newest preflight of a show, and the button that checks it now. */
export function ShowPreflight({ show, checkedWords }: { show: ShowResource; checkedWords: string | null }) {
  const { showId, state } = show;
  const { data: preflight } = usePreflight(showId, show.preflight?.checkedAt ?? null);
  const check = useCheckShow(showId);
  const isOver = state === 'ended' || state === 'cancelled';
  const refusal = useRoleRefusal('operator');
  if (!show.preflight && (isOver || refusal !== undefined)) return null;
  return (
    <section className={classes.section} aria-labelledby="show-preflight">
      <h2 id="show-preflight">Preflight</h2>
      <p className={classes.more}>
        {checkedWords ?? 'Not checked yet. The run sheet checks 60 and 10 minutes before the start.'}
      </p>
      {preflight && <PreflightList preflight={preflight} />}
      {!isOver && refusal === undefined && (
        <Button
          variant="default"
          loading={check.isPending}
          onClick={() => check.mutate(undefined, { onError: (error) => showProblem(error, 'Check now') })}
        >
          Check now
        </Button>
      )}
    </section>
  );
}

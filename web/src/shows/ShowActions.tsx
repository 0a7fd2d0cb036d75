import { Button } from '@mantine/core';
import { Link, useLocation } from 'wouter';
import type { ShowResource } from '../../../functions/api/schemas/shows.ts';
import { useRoleRefusal } from '../api/session.ts';
import { useCancelSeries, useShowAction } from '../api/shows.ts';
import { paths } from '../app/paths.ts';
import { showDone, showProblem } from '../app/problem-toast.tsx';
import { ConfirmButton } from '../ui/ConfirmButton.tsx';
import { ACTION_WORDS, PLAN_ACTIONS, RUN_ACTIONS, type RequestedAction } from './show-text.ts';
import classes from './Shows.module.css';

/** The buttons that run the show by hand, always in sight. */
export function RunBar({ show }: { show: ShowResource }) {
  const possible = RUN_ACTIONS.filter((each) => show.allowedActions.includes(each));
  const refusal = useRoleRefusal('operator');
  if (refusal !== undefined || possible.length === 0) return null;
  const stopped = [
    ...show.destinations.filter(({ startRequestedAt }) => startRequestedAt !== null).map(({ name }) => name),
    ...(show.source?.state === 'started' ? ['the source unless something else needs it'] : []),
  ];
  return (
    <div className={classes.bar} role="group" aria-label="Run the show">
      {show.allowedActions.includes('end') && stopped.length > 0 && <p>End show stops {stopped.join(', then ')}.</p>}
      <Actions show={show} possible={possible} />
    </div>
  );
}

/** The buttons that change the plan. */
export function PlanTools({ show, onEdit }: { show: ShowResource; onEdit: () => void }) {
  const refusal = useRoleRefusal('operator');
  if (refusal !== undefined) return null;
  return (
    <div className={classes.buttons} role="group" aria-label="Change the plan">
      {show.allowedActions.includes('edit') && (
        <Button variant="default" onClick={onEdit}>
          Edit
        </Button>
      )}
      <Button variant="default" component={Link} href={paths.duplicateShow(show.showId)}>
        Duplicate
      </Button>
      {show.state !== 'draft' && show.state !== 'scheduled' && (
        <Button variant="default" component={Link} href={paths.showReport(show.showId)}>
          Report
        </Button>
      )}
      <Actions show={show} possible={PLAN_ACTIONS.filter((each) => show.allowedActions.includes(each))} />
      {show.series && <CancelSeries showId={show.showId} />}
    </div>
  );
}

function CancelSeries({ showId }: { showId: string }) {
  const cancel = useCancelSeries(showId);
  const [, go] = useLocation();
  return (
    <ConfirmButton
      label="Cancel series"
      confirmLabel="Cancel all its shows"
      busyLabel="Cancel series"
      explanation="Cancels the shows of this series that have not started, and plans no more."
      busy={cancel.isPending}
      icon={null}
      onConfirm={() =>
        cancel.mutate(undefined, {
          onSuccess: () => {
            showDone('Series cancelled');
            go(paths.shows);
          },
          onError: (error) => showProblem(error, 'Cancel series'),
        })
      }
    />
  );
}

function Actions({ show, possible }: { show: ShowResource; possible: readonly RequestedAction[] }) {
  const action = useShowAction(show.showId);
  const [, go] = useLocation();
  return possible.map((each) => (
    <ConfirmButton
      key={each}
      label={ACTION_WORDS[each].label}
      confirmLabel={ACTION_WORDS[each].confirm}
      busyLabel={ACTION_WORDS[each].label}
      explanation={ACTION_WORDS[each].effect}
      busy={action.isPending && action.variables === each}
      icon={null}
      onConfirm={() =>
        action.mutate(each, {
          onSuccess: () => {
            if (each === 'delete') go(paths.shows);
          },
          onError: (error) => showProblem(error, ACTION_WORDS[each].label),
        })
      }
    />
  ));
}

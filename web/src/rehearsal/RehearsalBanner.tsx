import { Link } from 'wouter';
import { useDestinations } from '../api/destinations.ts';
import { useEndRehearsal, useRehearsal } from '../api/rehearsal.ts';
import { useRoleRefusal } from '../api/session.ts';
import { paths } from '../app/paths.ts';
import { showProblem } from '../app/problem-toast.tsx';
import { describeActiveDrills } from './active-drills.ts';
import classes from './RehearsalBanner.module.css';

/** Marks every page while a drill runs, so that no one mistakes it for a real failure, and stops it. */
export function RehearsalBanner() {
  const { data: faults } = useRehearsal();
  const destinations = useDestinations().data ?? [];
  const refusal = useRoleRefusal('operator');
  const end = useEndRehearsal();
  if (!faults) return null;
  const drills = describeActiveDrills(faults, destinations);
  // Always rendered, because screen readers announce changes of a status element, not a new one.
  return (
    <div role="status">
      {drills.length > 0 && (
        <div className={classes.banner}>
          <p>
            <Link href={paths.rehearsal}>Drill</Link>
            <span>{drills.join(' · ')}</span>
          </p>
          <button
            type="button"
            aria-label="Stop all drills"
            aria-disabled={refusal !== undefined || end.isPending || undefined}
            aria-description={refusal}
            data-hint={refusal}
            onClick={() =>
              !refusal &&
              !end.isPending &&
              end.mutate(undefined, { onError: (error) => showProblem(error, 'Stop all drills') })
            }
          >
            {end.isPending ? 'Stopping…' : 'Stop'}
          </button>
        </div>
      )}
    </div>
  );
}

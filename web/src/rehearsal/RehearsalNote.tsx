import { Link } from 'wouter';
import type { DestinationResource } from '../../../functions/api/schemas/destinations.ts';
import { useRehearsal } from '../api/rehearsal.ts';
import { paths } from '../app/paths.ts';
import { describeActiveDrills } from './active-drills.ts';
import classes from './RehearsalNote.module.css';

/** The drills that affect a destination, shown in its panel, which hides the banner on a phone. */
export function RehearsalNote({ destination }: { destination: DestinationResource }) {
  const { data: faults } = useRehearsal();
  const concerning = faults?.filter(
    ({ scope, destinationIds }) => scope === 'deployment' || destinationIds.includes(destination.destinationId),
  );
  const drills = describeActiveDrills(concerning ?? [], [destination]);
  if (drills.length === 0) return null;
  return (
    <p className={classes.note}>
      <Link href={paths.rehearsal}>Drill</Link> {drills.join(' · ')}
    </p>
  );
}

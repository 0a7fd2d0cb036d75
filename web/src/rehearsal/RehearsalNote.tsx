import { Link } from 'wouter';
import type { DestinationResource } from '../../../functions/api/schemas/answers.ts';
import { useRehearsal } from '../api/rehearsal.ts';
import { paths } from '../app/paths.ts';
import { practisedFaults } from './practised-faults.ts';
import classes from './RehearsalNote.module.css';

/** What is practised on one destination, or on everything: on a phone its panel hides the banner. */
export function RehearsalNote({ destination }: { destination: DestinationResource }) {
  const { data: faults } = useRehearsal();
  const concerning = faults?.filter(
    ({ scope, destinationIds }) => scope === 'deployment' || destinationIds.includes(destination.destinationId),
  );
  const practised = practisedFaults(concerning ?? [], [destination]);
  if (practised.length === 0) return null;
  return (
    <p className={classes.note}>
      <Link href={paths.rehearsal}>Drill</Link> {practised.join(' · ')}
    </p>
  );
}

import { Link } from 'wouter';
import { paths } from '../app/paths.ts';
import { RecordButton } from './RecordButton.tsx';
import classes from './Recordings.module.css';

/** Records from the source card, and leads to the recordings. */
export function RecordControl() {
  return (
    <div className={classes.control}>
      <RecordButton />
      <Link href={paths.recordings}>Recordings</Link>
    </div>
  );
}

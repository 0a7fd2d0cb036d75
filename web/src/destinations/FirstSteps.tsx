import { IconCheck } from '@tabler/icons-react';
import { AddDestinationButton } from './AddDestinationButton.tsx';
import classes from './FirstSteps.module.css';

/** The steps to the first broadcast, shown until the first destination exists. */
export function FirstSteps({ sourceConnected }: { sourceConnected: boolean }) {
  return (
    <ol className={classes.steps} aria-label="First steps">
      <li data-done={sourceConnected || undefined} data-next={!sourceConnected || undefined}>
        <span className={classes.number}>{sourceConnected ? <IconCheck size={18} aria-label="Done" /> : 1}</span>
        <div>
          <h3>Connect your encoder</h3>
          <p>
            {sourceConnected
              ? 'The source is connected.'
              : 'Send SRT to the address shown above, from OBS, ffmpeg or a hardware encoder.'}
          </p>
        </div>
      </li>
      <li data-next={sourceConnected || undefined}>
        <span className={classes.number}>2</span>
        <div>
          <h3>Add a destination</h3>
          <p>Choose the platform and paste the stream key it gave you.</p>
          <AddDestinationButton />
        </div>
      </li>
      <li>
        <span className={classes.number}>3</span>
        <div>
          <h3>Start</h3>
          <p>Each destination starts and stops independently.</p>
        </div>
      </li>
    </ol>
  );
}

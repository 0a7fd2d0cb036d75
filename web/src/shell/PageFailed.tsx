import { Button } from '@mantine/core';
import { Mark } from '../ui/Wordmark.tsx';
import classes from './App.module.css';

/** Replaces a page that failed. */
export function PageFailed() {
  return (
    <div className={classes.opening} role="alert">
      <Mark size={48} />
      <p className={classes.words}>
        <strong>This page failed.</strong> Your streams are not affected.
      </p>
      <Button onClick={() => window.location.reload()}>Reload the page</Button>
    </div>
  );
}

import classes from './PartFailed.module.css';

/** Replaces a part of the page that failed to load. */
export function PartFailed() {
  return (
    <p className={classes.partFailed} role="alert">
      This part of the page failed to load. Reload the page when the server is back.
    </p>
  );
}

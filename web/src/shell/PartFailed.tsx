import classes from './PartFailed.module.css';

/** In place of a part of the page that could not be fetched. */
export function PartFailed() {
  return (
    <p className={classes.partFailed} role="alert">
      This part of the page failed to load. Reload the page when the server is back.
    </p>
  );
}

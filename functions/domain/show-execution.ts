import type { Show } from './show.ts';

/**
 * Returns the name of the execution that runs a show: at most 80 characters, as Step Functions demands. Apart from the
 * show's own file, so that a function that only starts executions does not contain the rules.
 */
export function showExecutionOf({ showId }: Pick<Show, 'showId'>, revision: number): string {
  return `${showId}-${revision}`;
}

import type { Observation } from './destination.ts';

/** Type of the alert that an SRT output's errors become; MediaConnect itself raises none. */
export const OUTPUT_ALERT = 'SRT Output Not Connected';

/**
 * Returns the errors of a flow that are about one output. The text of MediaConnect names the output; the local one has a
 * code and a reason behind the name.
 * @param errors as DescribeFlow reports them
 */
export function outputAlerts(errors: readonly string[], outputName: string, now: Date): Observation['alerts'] {
  if (outputName === '') return [];
  return errors
    .filter((error) => error.includes(outputName))
    .map((error) => ({
      alertType: OUTPUT_ALERT,
      message: error.replace(`output ${outputName}: `, ''),
      setAt: now.toISOString(),
    }));
}

import type { SlateBreak } from './destination.ts';

/**
 * Returns the name of the execution that carries out what the record requests: at most 80 characters, as Step Functions
 * demands. Apart from the rules of a break, so that a function that only starts executions does not contain them.
 */
export function slateExecutionOf(
  destinationId: string,
  { requestedAt, state }: Pick<SlateBreak, 'requestedAt' | 'state'>,
): string {
  return `${destinationId}-slate-${Date.parse(requestedAt)}-${state}`;
}

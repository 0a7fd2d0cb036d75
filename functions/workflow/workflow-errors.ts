/** The errors a step may throw. Their names are an interface: the state machines match them in Retry and Catch. */

function workflowError(name: string) {
  return class extends Error {
    override readonly name = name;
  };
}

/** The resource is still changing: retry after a while. */
export const NotSettled = workflowError('NotSettled');
/** The resource is still changing, but due by the time it took before: retry soon. */
export const SettlesSoon = workflowError('SettlesSoon');
/** AWS throttles: retry with jitter. */
export const Throttled = workflowError('Throttled');
/** AWS did not answer, or the outcome is unknown: retry. Every step reads before it acts. */
export const Unavailable = workflowError('Unavailable');
/** The desired state no longer calls for this operation: release what it created. */
export const Superseded = workflowError('Superseded');
/** A newer operation owns the destination: change nothing. */
export const StaleOperation = workflowError('StaleOperation');
/** The step cannot succeed; the operation's record holds the reason. */
export const StepFailed = workflowError('StepFailed');

/**
 * The errors a step may end with. Their names are an interface: the state machines match them in Retry and Catch.
 */

function workflowError(name: string) {
  return class extends Error {
    override readonly name = name;
  };
}

/** The resource is on its way: ask again after a while. */
export const NotSettled = workflowError('NotSettled');
/** As NotSettled, at about the time the resource took before: ask again soon. */
export const SettlesSoon = workflowError('SettlesSoon');
/** AWS asks us to slow down: try again with jitter. */
export const Throttled = workflowError('Throttled');
/** AWS did not answer, or the outcome is unknown: try again; every step looks before it acts. */
export const Unavailable = workflowError('Unavailable');
/** The wish this operation served has changed: release what was made. */
export const Superseded = workflowError('Superseded');
/** A newer operation owns the destination: touch nothing. */
export const StaleOperation = workflowError('StaleOperation');
/** It cannot succeed; the reason is in the operation's record. */
export const StepFailed = workflowError('StepFailed');

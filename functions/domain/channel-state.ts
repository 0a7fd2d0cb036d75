/**
 * Groups MediaLive's eleven channel states. AWS may add a state that is in no group: it is neither up nor at rest, so
 * it causes no start, stop or deletion.
 */

/** The channel's encoders work or are about to. */
const UP = new Set(['STARTING', 'RUNNING', 'RECOVERING']);
/** Nothing runs, and no transition is in progress. */
const AT_REST = new Set(['IDLE', 'CREATE_FAILED', 'UPDATE_FAILED']);
/** The channel is certainly not on air, nor about to be. */
const OFF_AIR = new Set([...AT_REST, 'CREATING', 'STOPPING', 'DELETING', 'DELETED']);

export const isUp = (state: string): boolean => UP.has(state);
export const isAtRest = (state: string): boolean => AT_REST.has(state);
export const isOffAir = (state: string): boolean => OFF_AIR.has(state);
/** Returns true while AWS charges the price of a running channel, which it does until the channel has stopped. */
export const isBilledAsRunning = (state: string): boolean => isUp(state) || state === 'STOPPING';

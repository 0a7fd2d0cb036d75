/**
 * What MediaLive's eleven channel states mean to us. A state that is not in these sets is one AWS has added since: it is
 * neither up nor at rest, so nothing is started, stopped or written off because of it.
 */

/** Encoders are at work, or on their way to it. */
const UP = new Set(['STARTING', 'RUNNING', 'RECOVERING']);
/** Nothing moves, and nothing runs. */
const AT_REST = new Set(['IDLE', 'CREATE_FAILED', 'UPDATE_FAILED']);
/** Known not to be on air, nor on the way to it. */
const OFF_AIR = new Set([...AT_REST, 'CREATING', 'STOPPING', 'DELETING', 'DELETED']);

export const isUp = (state: string): boolean => UP.has(state);
export const isAtRest = (state: string): boolean => AT_REST.has(state);
export const isOffAir = (state: string): boolean => OFF_AIR.has(state);
/** It costs as a running channel, until it has stopped. */
export const isBilledAsRunning = (state: string): boolean => isUp(state) || state === 'STOPPING';

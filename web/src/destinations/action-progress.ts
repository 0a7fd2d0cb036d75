import type { DestinationResource } from '../../../functions/api/schemas/destinations.ts';

/** Actions whose result the operator waits for. */
export type AwaitedAction = 'start' | 'stop';

const WANTED = { start: 'running', stop: 'idle' } as const;

/**
 * Returns true when the outcome of an action is visible: success, failure, or another desired state. Until then its
 * button stays busy, because an accepted request is not a result.
 */
export function isSettled(action: AwaitedAction, destination: DestinationResource): boolean {
  const { status, desired } = destination;
  if (destination.operation?.state === 'running') return desired !== WANTED[action];
  return status === WANTED[action] || status === 'error' || desired !== WANTED[action];
}

import type { DestinationResource } from '../../../functions/api/schemas/answers.ts';

/** What an operator can ask of a destination and then wait for. */
export type AwaitedAction = 'start' | 'stop';

const WANTED = { start: 'running', stop: 'idle' } as const;

/**
 * True when the outcome of an action can be seen: it arrived, it failed, or something else is wanted by now. Until
 * then its button stays busy, because an accepted request is not a result.
 */
export function isSettled(action: AwaitedAction, destination: DestinationResource): boolean {
  const { status, desired } = destination;
  if (destination.operation?.state === 'running') return desired !== WANTED[action];
  return status === WANTED[action] || status === 'error' || desired !== WANTED[action];
}

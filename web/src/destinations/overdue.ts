import type { DestinationResource } from '../../../functions/api/schemas/destinations.ts';

/** Returns true while an operation runs past the API's deadline. */
export function isOverdue({ operation }: DestinationResource, serverNowMs: number): boolean {
  return operation?.state === 'running' && serverNowMs > Date.parse(operation.deadlineAt);
}

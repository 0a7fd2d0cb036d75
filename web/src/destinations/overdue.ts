import type { DestinationResource } from '../../../functions/api/schemas/answers.ts';

/** True while an operation is in flight although the API's own deadline for it has passed. */
export function isOverdue({ operation }: DestinationResource, serverNowMs: number): boolean {
  return operation?.state === 'running' && serverNowMs > Date.parse(operation.deadlineAt);
}

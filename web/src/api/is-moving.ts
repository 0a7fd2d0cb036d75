import type { DestinationResource } from '../../../functions/api/schemas/destinations.ts';
import type { DestinationStatus } from '../../../functions/domain/destination.ts';

const MOVING: Record<DestinationStatus, boolean> = {
  idle: false,
  creating: true,
  starting: true,
  running: false,
  stopping: true,
  deleting: true,
  error: false,
};

/** Returns true while an operation will change the status. */
export function isMoving(destination: DestinationResource): boolean {
  return MOVING[destination.status] || destination.operation?.state === 'running';
}

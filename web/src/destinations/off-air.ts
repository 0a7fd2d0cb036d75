import type { DestinationResource } from '../../../functions/api/schemas/destinations.ts';
import type { HealthLevel } from '../../../functions/domain/health-reasons.ts';

/** Levels at which the audience certainly gets nothing. */
const NOTHING_ARRIVES = new Set<HealthLevel>(['down', 'reconnecting', 'waiting_for_source']);

/** Returns true when a restart interrupts no viewer: desired state running, but nothing arrives. */
export function isOffAirAnyway({ desired, status, onAir, health }: DestinationResource): boolean {
  if (desired !== 'running' || onAir) return false;
  return status === 'running' ? NOTHING_ARRIVES.has(health.level) : status !== 'stopping';
}

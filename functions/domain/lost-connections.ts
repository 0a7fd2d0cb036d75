import type { Observation } from './destination.ts';
import { HEALTH_REASONS, isHealthCode } from './health-reasons.ts';

/** Connections that were lost longer ago than this are forgotten. */
const REMEMBERED_SECONDS = 300;
/** More than any rule counts. */
const REMEMBERED_MAX = 20;

/**
 * Notes on a new observation when connections to the platform were lost in the last five minutes: whenever trouble with
 * the connection begins, and whenever the engine counts more reconnects than before. Pure.
 * @param next with its health code
 */
export function withLostConnections(next: Observation, previous: Observation | null): Observation {
  const oldestMs = Date.parse(next.observedAt) - REMEMBERED_SECONDS * 1000;
  const kept = (previous?.lostConnections ?? []).filter((at) => Date.parse(at) > oldestMs);
  const hasBegun = previous !== null && !isReconnecting(previous) && isReconnecting(next) && wasDelivering(previous);
  // The engine's figure covers the last seconds, so only its rise is news.
  const counted = Math.max(0, (next.reconnects ?? 0) - (previous?.reconnects ?? 0));
  const lost = Math.max(hasBegun ? 1 : 0, previous === null ? 0 : counted);
  const lostConnections = [...kept, ...Array.from({ length: lost }, () => next.observedAt)].slice(-REMEMBERED_MAX);
  const { lostConnections: _before, ...rest } = next;
  return lostConnections.length === 0 ? rest : { ...rest, lostConnections };
}

function levelOf({ healthCode = '' }: Observation) {
  return isHealthCode(healthCode) ? HEALTH_REASONS[healthCode].level : null;
}

const isReconnecting = (observation: Observation) => levelOf(observation) === 'reconnecting';
const wasDelivering = (observation: Observation) =>
  levelOf(observation) === 'good' || levelOf(observation) === 'degraded';

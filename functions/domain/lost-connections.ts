import type { Observation } from './destination.ts';
import type { Classified } from './health-alerts.ts';
import { HEALTH_REASONS } from './health-reasons.ts';
import { classifyPipelines } from './health.ts';

/** Connections that were lost longer ago than this are forgotten. */
const REMEMBERED_SECONDS = 300;
/** More than any rule counts. */
const REMEMBERED_MAX = 20;

/** One connection to a platform, as one observation shows it. */
interface Connection {
  level: string;
  /** The engine's count of the last seconds. */
  reconnects: number;
  /** When it was lost before. */
  lostAt: readonly string[];
}

/**
 * Notes on a new observation when connections to the platform were lost in the last five minutes: whenever trouble with
 * a connection begins, and whenever the engine counts more reconnects than before. The two ingests of a destination are
 * noted separately, because a fault of the line interrupts both at once. Pure.
 */
export function withLostConnections(next: Observation, previous: Observation | null): Observation {
  const { lostConnections: _main, lostBackupConnections: _backup, ...rest } = next;
  const now = connectionsOf(next);
  const before = previous && connectionsOf(previous);
  const main = lossesOf(now.main, before?.main ?? null, next.observedAt);
  const backup = now.backup ? lossesOf(now.backup, before?.backup ?? null, next.observedAt) : [];
  return {
    ...rest,
    ...(main.length > 0 && { lostConnections: main }),
    ...(backup.length > 0 && { lostBackupConnections: backup }),
  };
}

/**
 * Returns how often the connection that breaks more often was lost in the last five minutes, and, with two ingests,
 * which one that is. Pure.
 */
export function lostConnectionsOf(observation: Observation): { count: number; detail: string | null } {
  const main = observation.lostConnections?.length ?? 0;
  if (!observation.backup) return { count: main, detail: null };
  const backup = observation.lostBackupConnections?.length ?? 0;
  const detail = `connections lost in five minutes: main ingest ${main}, backup ingest ${backup}`;
  return { count: Math.max(main, backup), detail };
}

function connectionsOf(observation: Observation): { main: Connection; backup: Connection | null } {
  const { main, backup } = classifyPipelines(observation);
  const { lostBackupConnections = [], lostConnections = [], reconnects = 0 } = observation;
  return {
    main: { level: levelOf(main), reconnects, lostAt: lostConnections },
    backup: backup && {
      level: levelOf(backup),
      reconnects: observation.backup?.reconnects ?? 0,
      lostAt: lostBackupConnections,
    },
  };
}

function lossesOf(next: Connection, previous: Connection | null, observedAt: string): string[] {
  if (previous === null) return [];
  const oldestMs = Date.parse(observedAt) - REMEMBERED_SECONDS * 1000;
  const kept = previous.lostAt.filter((at) => Date.parse(at) > oldestMs);
  const hasBegun = next.level === 'reconnecting' && IS_DELIVERING.has(previous.level);
  // The engine's figure covers the last seconds, so only its rise is news.
  const counted = Math.max(0, next.reconnects - previous.reconnects);
  const lost = Math.max(hasBegun ? 1 : 0, counted);
  return [...kept, ...Array.from({ length: lost }, () => observedAt)].slice(-REMEMBERED_MAX);
}

const IS_DELIVERING: ReadonlySet<string> = new Set(['good', 'degraded']);

function levelOf({ code }: Classified): string {
  return HEALTH_REASONS[code].level;
}

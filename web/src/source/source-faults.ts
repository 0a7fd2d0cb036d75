import type { FlowStatusResource } from '../../../functions/api/schemas/flow.ts';
import { formatDuration } from '../ui/format.ts';

type Analysis = FlowStatusResource['source']['analysis'];

/** A cut through black or a pause in speech is no fault. */
const SHOWN_AFTER_MS = 3_000;

/** Returns what is wrong with the picture and the sound, most severe first: `Black picture for 12 s`. Pure. */
export function describeFaults(analysis: Analysis, nowMs: number): string[] {
  if (!analysis) return [];
  const { black, blackSince, frozen, frozenSince, silent, silentSince } = analysis;
  // A black picture does not change either.
  return [
    black
      ? describe('Black picture', blackSince, nowMs)
      : frozen
        ? describe('Frozen picture', frozenSince, nowMs)
        : null,
    silent ? describe('Silent', silentSince, nowMs) : null,
  ].filter((fault) => fault !== null);
}

function describe(fault: string, since: string | null, nowMs: number): string | null {
  if (since === null) return fault;
  const lastedMs = nowMs - Date.parse(since);
  return lastedMs < SHOWN_AFTER_MS ? null : `${fault} for ${formatDuration(lastedMs)}`;
}

/** Formats a level, `−20.3`; what is silent has none. */
export function formatLevel(level: number | null): string {
  return level === null ? 'silence' : level.toFixed(1).replace('-', '−');
}

/** The lowest level that a meter shows, in dBFS. */
export const METER_MIN = -60;

/** Returns the share of a meter that a level fills, 0 to 1. */
export function meterShare(level: number | null): number {
  return level === null ? 0 : Math.min(1, Math.max(0, 1 - level / METER_MIN));
}

import type { BulkResult, DestinationResource } from '../../../functions/api/schemas/destinations.ts';
import { type AwaitedAction, isSettled } from './action-progress.ts';
import { presentDestination } from './destination-presentation.ts';
import type { Glyph, Tone } from '../ui/tone.ts';
import { sentence } from '../ui/format.ts';

/** The API's result for one destination. */
type BulkItemResult = BulkResult['results'][number];

/** Returns the destinations for which the API allows the action. */
export function destinationsFor(
  action: AwaitedAction,
  destinations: readonly DestinationResource[],
): readonly DestinationResource[] {
  return destinations.filter((destination) => destination.allowedActions.includes(action));
}

/** Returns true for the only running destination, whose stop ends the broadcast. */
export function isLastRunning(destination: DestinationResource, all: readonly DestinationResource[]): boolean {
  return destination.status === 'running' && leavesNone([destination], all);
}

/** Formats a number of destinations. */
export function countDestinations(count: number): string {
  return count === 1 ? 'one destination' : `${count} destinations`;
}

/** Returns true when stopping these leaves nothing running. */
export function leavesNone(stopped: readonly DestinationResource[], all: readonly DestinationResource[]): boolean {
  const ids = new Set(stopped.map(({ destinationId }) => destinationId));
  return !all.some((other) => !other.primary && other.status === 'running' && !ids.has(other.destinationId));
}

/** One destination and its pending or known result. */
interface BulkItem {
  destinationId: string;
  name: string;
  tone: Tone;
  glyph: Glyph;
  word: string;
  /** Reason of a failure; else empty. */
  detail: string;
}

interface BulkProgress {
  items: BulkItem[];
  /** Every result is known. */
  isDone: boolean;
  /** Number of refused and failed destinations. */
  failed: number;
}

/**
 * Returns the result of the stop of each destination from the newest poll, because an accepted request is not a result.
 * @param newest null until a poll after the answer
 */
export function stopProgress(
  concerned: readonly DestinationResource[],
  results: readonly BulkItemResult[],
  newest: readonly DestinationResource[] | null,
): BulkProgress {
  let waiting = 0;
  let failed = 0;
  const items = concerned.map(({ destinationId, name }): BulkItem => {
    const result = results.find((each) => each.destinationId === destinationId);
    if (!result || result.outcome === 'refused') {
      failed += 1;
      return { destinationId, name, ...REFUSED, detail: whyRefused(result) };
    }
    if (newest === null) {
      waiting += 1;
      return { destinationId, name, ...NOT_SEEN };
    }
    const now = newest.find((each) => each.destinationId === destinationId);
    if (!now) return { destinationId, name, ...GONE };
    const { tone, glyph, word, reason } = presentDestination(now);
    if (!isSettled('stop', now)) waiting += 1;
    else if (now.status !== 'idle') failed += 1;
    return { destinationId, name, tone, glyph, word, detail: now.status === 'error' ? reason : '' };
  });
  return { items, isDone: waiting === 0, failed };
}

const REFUSED = { tone: 'attention', glyph: 'attention', word: 'Refused' } as const;
const NOT_SEEN = { tone: 'motion', glyph: 'unknown', word: 'Checking', detail: '' } as const;
const GONE = { tone: 'off', glyph: 'off', word: 'Deleted', detail: '' } as const;

function whyRefused(result: BulkItemResult | undefined): string {
  return sentence(result?.detail ?? (result?.code ?? 'no reason given').replaceAll('_', ' '));
}

import type { BulkResult, DestinationResource } from '../../../functions/api/schemas/answers.ts';
import { isSettled } from './action-progress.ts';
import { presentDestination } from './destination-presentation.ts';
import type { Glyph, Tone } from '../ui/tone.ts';
import { sentence } from '../ui/format.ts';

/** What can be asked of all destinations at once. */
export type BulkAction = 'start' | 'stop';

/** Result of one destination of many. */
type BulkItemResult = BulkResult['results'][number];

/** Those the API says the action is possible for. */
export function destinationsFor(
  action: BulkAction,
  destinations: readonly DestinationResource[],
): readonly DestinationResource[] {
  return destinations.filter((destination) => destination.allowedActions.includes(action));
}

/** True when nothing else is running, so that stopping it leaves no platform with a picture. */
export function isLastRunning(destination: DestinationResource, all: readonly DestinationResource[]): boolean {
  return destination.status === 'running' && leavesNone([destination], all);
}

/** A number of destinations in words. */
export function countDestinations(count: number): string {
  return count === 1 ? 'one destination' : `${count} destinations`;
}

/** True when stopping these leaves nothing running. */
export function leavesNone(stopped: readonly DestinationResource[], all: readonly DestinationResource[]): boolean {
  const ids = new Set(stopped.map(({ destinationId }) => destinationId));
  return !all.some((other) => !other.primary && other.status === 'running' && !ids.has(other.destinationId));
}

/** One destination of many, while its result is awaited and when it is known. */
interface BulkItem {
  destinationId: string;
  name: string;
  tone: Tone;
  glyph: Glyph;
  word: string;
  /** Why not; empty when there is nothing to say. */
  detail: string;
}

interface BulkProgress {
  items: BulkItem[];
  /** Every result is known. */
  isDone: boolean;
  /** Those that were refused, or tried and failed. */
  failed: number;
}

/**
 * What has become of each by now: an accepted request is not a result, so the newest poll is asked.
 * @param newest null while there is none from after the answer
 */
export function bulkProgress(
  action: BulkAction,
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
    if (!isSettled(action, now)) waiting += 1;
    else if (now.status !== ARRIVED[action]) failed += 1;
    return { destinationId, name, tone, glyph, word, detail: now.status === 'error' ? reason : '' };
  });
  return { items, isDone: waiting === 0, failed };
}

const ARRIVED = { start: 'running', stop: 'idle' } as const;
const REFUSED = { tone: 'attention', glyph: 'attention', word: 'Refused' } as const;
const NOT_SEEN = { tone: 'motion', glyph: 'unknown', word: 'Checking', detail: '' } as const;
const GONE = { tone: 'off', glyph: 'off', word: 'Deleted', detail: '' } as const;

function whyRefused(result: BulkItemResult | undefined): string {
  return sentence(result?.detail ?? (result?.code ?? 'no reason given').replaceAll('_', ' '));
}

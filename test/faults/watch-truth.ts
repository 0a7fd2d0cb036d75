import { isDeepStrictEqual } from 'node:util';
import type { Observation } from '../../functions/domain/destination.ts';
import { FRESH_SECONDS } from './entry-points.ts';
import type { Invocation, WireAnswer, WireCall } from './in-process-transport.ts';
import { Violation } from './violation.ts';
import type { Item, Watcher } from './watching.ts';
import type { World } from './world.ts';

/**
 * Watches I7 for observations and responses. An observation contains what AWS answered, with a time no later than the
 * answer. An older one does not replace a newer one. The API shows a destination as on air only if it was observed
 * running recently. Events contribute nothing to observations.
 */

/** Time that a response may be in transit. */
const ANSWER_MS = 1_000;

/** Creates the watcher of observations and responses. */
export function watchTruth(world: World): Watcher {
  /** States that each poll observed, by channel. */
  const looks = new WeakMap<Invocation, { atMs: number; states: Map<string, string> }>();

  function delivered({ invocation, operation }: WireCall, answer: WireAnswer): void {
    if (!invocation || operation !== 'ListChannels' || answer.status !== 200) return;
    const { channels } = JSON.parse(answer.body) as { channels: { id: string; state: string }[] };
    const states = looks.get(invocation)?.states ?? new Map<string, string>();
    for (const { id, state } of channels) states.set(id, state);
    looks.set(invocation, { atMs: looks.get(invocation)?.atMs ?? world.clock.now(), states });
  }

  function wrote(key: string, before: Item | null, after: Item | null, { invocation }: WireCall): void {
    if (!key.startsWith('DESTINATIONS/') || !invocation) return;
    const was = (before as { observation?: Observation } | null)?.observation;
    const is = (after as { observation?: Observation } | null)?.observation;
    if (!is || isDeepStrictEqual(is, was)) return;
    if (was && was.observedAt > is.observedAt) {
      throw new Violation(
        'I10 monotone generations',
        `${key}: the observation of ${was.observedAt} was replaced by one of ${is.observedAt}`,
      );
    }
    const look = looks.get(invocation);
    if (!look) throw new Violation('I7 truth', `${key} was observed by ${invocation.step} without a poll`);
    if (Date.parse(is.observedAt) > look.atMs) {
      throw new Violation('I7 truth', `${key} has an observation of ${is.observedAt}, later than the poll`);
    }
    // By now the destination may hold another channel than the polled one.
    const seen = new Set([...look.states.values(), 'DELETED']);
    if (is.channelState !== undefined && !seen.has(is.channelState)) {
      throw new Violation(
        'I7 truth',
        `${key} was observed as ${is.channelState}; AWS answered ${[...seen].join(', ')}`,
      );
    }
  }

  function answered(request: { method: string; path: string }, status: number, text: string): void {
    if (request.method !== 'GET' || status !== 200 || !/^\/api\/destinations(\/dst_\w+)?$/.test(request.path)) return;
    const body = JSON.parse(text) as { data?: Shown[] } & Shown;
    for (const shown of body.data ?? [body]) {
      if (!shown.onAir) continue;
      const ageMs = world.clock.now() - Date.parse(shown.health.observedAt ?? '');
      if (shown.status === 'running' && shown.health.level === 'good' && ageMs <= FRESH_SECONDS * 1000 + ANSWER_MS)
        continue;
      const state = `${shown.status}, ${shown.health.level}, seen ${ageMs / 1000} seconds ago`;
      throw new Violation('I7 truth', `${shown.destinationId} is shown as on air; it is ${state}`);
    }
  }

  return { delivered, wrote, answered };
}

interface Shown {
  destinationId: string;
  onAir: boolean;
  status: string;
  health: { level: string; observedAt: string | null };
}

import { commandsDone, surviving } from './engine-commands.ts';
import { refreshFeeds } from './feeds.ts';
import type { MediaContext, TransitionKind } from './media-context.ts';
import type { Resource } from './media-state.ts';

/** Saves the state and aligns the engine's feeds with it. Call it once at the end of each change. */
export function commit(context: MediaContext): void {
  refreshFeeds(context);
  context.store.save(context.state);
}

/** Begins a change of state that ends on its own. Replaces one in progress. */
export function begin(
  context: MediaContext,
  change: { kind: TransitionKind; resource: Resource; from: string; to: string; afterMs: number },
): void {
  const { kind, resource, from, to, afterMs } = change;
  const altered = context.hooks.planTransition?.({ kind, id: resource.id, from, to, afterMs });
  const delayMs = altered?.afterMs ?? afterMs;
  resource.transition = {
    to: altered?.to ?? to,
    dueMs: Number.isFinite(delayMs) ? context.clock.now() + delayMs : null,
  };
  armTransition(context, kind, resource);
}

/** Sets the timer of a record's transition, when it begins and again after a restart. */
export function armTransition(context: MediaContext, kind: TransitionKind, resource: Resource): void {
  const { transition } = resource;
  if (transition === undefined || transition.dueMs === null) return;
  context.clock.after(Math.max(0, transition.dueMs - context.clock.now()), () => {
    // A channel is IDLE only once the engine has released it, so wait for pending commands first.
    void commandsDone(context, resource.id).then(() => {
      if (context.closed || resource.transition !== transition) return;
      surviving(() => {
        delete resource.transition;
        context.arrivals[kind](context, resource.id, transition.to);
        commit(context);
      });
    });
  });
}

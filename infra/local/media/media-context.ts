/**
 * What the endpoints' operations work with. Three rules hold everywhere:
 *
 * - `state` is the truth about resources and is saved (`commit`) before a caller or a timer is done with it.
 * - A change of state that takes time is a `Transition` on the record. It carries its own due time, so a restart picks
 *   up exactly the timers that were running.
 * - The engine is told what should be, in order per resource (`command`). Which flow feeds which address is never stored:
 *   it is derived from the state at each commit.
 */
import type { Clock } from '../clock.ts';
import type { EventSink, StateStore } from '../service.ts';
import { LOCAL_ACCOUNT_ID, LOCAL_REGION } from '../service.ts';
import type { MediaEngine } from './engine/contract.ts';
import { refreshFeeds } from './feeds.ts';
import type { Identifiers } from './identifiers.ts';
import type { MediaState, Resource } from './media-state.ts';
import type { Durations, Quotas } from './profiles.ts';
import type { AroundOperation } from './protocol/rest-json-service.ts';

/** Resources that change state by themselves, by the member of the state that holds them. */
export type TransitionKind = 'flows' | 'inputSecurityGroups' | 'inputs' | 'channels';

/** A change of state about to begin, as a fault hook sees it. */
export interface TransitionPlan {
  kind: TransitionKind;
  id: string;
  from: string;
  to: string;
  afterMs: number;
}

/** Where tests and fault injection reach in. */
export interface MediaHooks {
  /** The passphrase behind a Secrets Manager ARN. */
  resolveSecret?(secretArn: string): string | undefined;
  /** Called around every operation of every service. */
  around?: AroundOperation;
  /**
   * May redirect a change of state or make it take longer: `{ to: 'CREATE_FAILED' }`, `{ to: 'IDLE' }` for a start that
   * fails, `{ afterMs: Infinity }` for one that never ends.
   */
  planTransition?(plan: TransitionPlan): { to?: string; afterMs?: number } | undefined;
}

export interface MediaContext {
  state: MediaState;
  clock: Clock;
  engine: MediaEngine;
  durations: Durations;
  quotas: Quotas;
  hooks: MediaHooks;
  identifiers: Identifiers;
  store: StateStore;
  events: EventSink;
  nextEventId(): string;
  /** Where players reach the origin, no trailing slash: where MediaPackage was last called, `http://127.0.0.1:4566`. */
  originUrl: string;
  /** Overrides the host SRT listeners bind. */
  listenHost?: string | undefined;
  /** What happens when a transition is over, by kind. */
  arrivals: Record<TransitionKind, (context: MediaContext, id: string, to: string) => void>;
  /** Last command of each resource still under way. */
  commands: Map<string, Promise<void>>;
  /** Addresses each flow was last told to feed, by flow ARN. */
  fedAddresses: Map<string, string>;
  closed: boolean;
}

/** Saves the state and brings the engine's feeds in line with it. Call once at the end of each change. */
export function commit(context: MediaContext): void {
  refreshFeeds(context);
  context.store.save(context.state);
}

/** Begins a change of state that ends by itself. Replaces one under way. */
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

/** Sets the timer of a record's transition: when it begins, and again after a restart. */
export function armTransition(context: MediaContext, kind: TransitionKind, resource: Resource): void {
  const { transition } = resource;
  if (transition === undefined || transition.dueMs === null) return;
  context.clock.after(Math.max(0, transition.dueMs - context.clock.now()), () => {
    // A channel is IDLE only once the engine has really let go of it, so pending commands come first.
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

/**
 * Gives the engine a command for a resource, after those given before for the same one.
 * @param onFailure called when the engine refuses
 */
export function command(
  context: MediaContext,
  resourceId: string,
  give: () => Promise<void>,
  onFailure: (error: Error) => void = () => {},
): void {
  const before = context.commands.get(resourceId);
  const run = async () => {
    await before;
    if (context.closed) return;
    try {
      await give();
    } catch (error) {
      if (!context.closed) surviving(() => onFailure(error as Error));
    }
  };
  const done = run().finally(() => {
    if (context.commands.get(resourceId) === done) context.commands.delete(resourceId);
  });
  context.commands.set(resourceId, done);
}

/**
 * Runs what no caller waits for. A failure, such as a full disk, must not end the process: the change stands in memory and
 * is saved with the next one.
 */
function surviving(change: () => void): void {
  try {
    change();
  } catch (error) {
    const { name, code } = error as NodeJS.ErrnoException;
    console.error(`a media resource changed but could not be saved: ${code ?? name}`);
  }
}

/** Resolves when the engine has taken every command given for a resource. */
async function commandsDone(context: MediaContext, resourceId: string): Promise<void> {
  await context.commands.get(resourceId);
}

/** Puts an event on the bus as the service named would. */
export function emit(
  context: MediaContext,
  event: { source: string; detailType: string; resources: string[]; detail: Record<string, unknown> },
): void {
  context.events.put({
    version: '0',
    id: context.nextEventId(),
    source: event.source,
    'detail-type': event.detailType,
    account: LOCAL_ACCOUNT_ID,
    region: LOCAL_REGION,
    time: `${new Date(context.clock.now()).toISOString().slice(0, 19)}Z`,
    resources: event.resources,
    detail: event.detail,
  });
}
